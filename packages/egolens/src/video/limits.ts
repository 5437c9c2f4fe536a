import type { ChildOptions } from './child.js'
import { BASE_MEMORY, MEMORY_PER_PIXEL } from './launch.js'
import type { DecodeLimits, VideoInfo } from './types.js'

const LOG_OF_A_FRAME = 1024

/** A decoder slower than this many frames a second hangs. */
const SLOWEST = 10

/**
 * What a process that decodes `count` frames may take. A minute of silence is enough where each frame is shown; where
 * it passes over a long gap it says nothing in between.
 */
export function decoderLimits(
  { source, width, height }: VideoInfo,
  { stallSeconds = 60, totalSeconds }: DecodeLimits,
  { count, longestGap }: { count: number; longestGap: number },
): Pick<ChildOptions, 'source' | 'stallSeconds' | 'totalSeconds' | 'memory' | 'maxLog'> {
  return {
    source,
    stallSeconds: stallSeconds * Math.max(1, longestGap / (60 * SLOWEST)),
    totalSeconds: totalSeconds ?? stallSeconds * 10 * (1 + count / (60 * SLOWEST)),
    memory: BASE_MEMORY + MEMORY_PER_PIXEL * width * height,
    maxLog: 2 ** 26 + LOG_OF_A_FRAME * count,
  }
}
