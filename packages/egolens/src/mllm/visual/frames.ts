import { EgoLensError } from '../../errors.js'

/** VideoLLaMA2 takes no more frames of a video than these. */
export const maxFrames = 32

/**
 * What is done where a clip has fewer frames than are wanted. `repeat` goes by the rule for all clips, which then gives
 * some frames several times (the published code does so with video files); `pad` takes each frame once and puts black
 * ones after the last (the published code does so where it is handed pictures); `refuse` is an error.
 */
export type ShortClips = 'repeat' | 'pad' | 'refuse'

/** Seconds of a video; from its beginning, to its end where they are left out. */
export interface ClipSpan {
  start?: number | undefined
  end?: number | undefined
}

/** What is known of a video's frames. */
export interface FrameCount {
  /** Frames a second, the mean where the rate varies. */
  frameRate: number
  frames: number
}

/** Which frames of a video a model is shown. */
export interface FrameChoice {
  /** Positions in presentation order, ascending, some several times. */
  positions: number[]
  /** How many black frames come after them. */
  black: number
  /** What a user ought to know: that the clip is short. */
  notice?: string
}

/**
 * The middle of each of n equal parts of `total` frames, as VideoLLaMA2 counts: halves are rounded up.
 *
 * @example
 * middleFrames(160, 16) // 5, 15, 25, 35, 45, 55, 65, 75, 84, ... 154
 */
export function middleFrames(total: number, n: number): number[] {
  const part = (total - 1) / n
  return Array.from({ length: n }, (_, i) => Math.round((part * i + part * (i + 1)) / 2 + 1e-6))
}

/**
 * The first and the last frame of a span, by VideoLLaMA2's rule `int(seconds * rate) - 1`. Negative times are 0, a span
 * given backwards is turned, and one without length takes a second, as in its code; a span holds a frame at least.
 *
 * @throws EgoLensError `mllm/clip-outside` where the span begins after the last frame
 */
export function spanFrames({ start, end }: ClipSpan, { frameRate, frames }: FrameCount, where?: string) {
  const last = frames - 1
  const [from, to] = ordered(start, end)
  const first = from === undefined ? 0 : Math.max(Math.trunc(from * frameRate) - 1, 0)
  if (first > last) {
    const length = (frames / frameRate).toFixed(2)
    throw new EgoLensError('mllm/clip-outside', `a clip that begins at ${from} s lies after the end, ${length} s`, {
      where,
      cure: 'give times in seconds of this very video',
    })
  }
  const until = to === undefined ? last : Math.min(Math.trunc(to * frameRate) - 1, last)
  return { first, last: Math.max(first, until) }
}

function ordered(start?: number, end?: number): [number | undefined, number | undefined] {
  if (start === undefined || end === undefined) return [start, end]
  const [a, b] = [Math.max(0, Math.min(start, end)), Math.max(0, start, end)]
  return [a, a === b ? a + 1 : b]
}

export interface ChoiceOptions {
  /** How many frames are wanted. */
  frames?: number
  short?: ShortClips
  /** The source, for errors and notices. */
  where?: string
}

/**
 * Chooses the frames of a video that a model is shown. A still image, which is a video of one frame, is repeated.
 *
 * @throws EgoLensError `mllm/bad-frames` where more than 32 are wanted, `mllm/clip-outside`, `mllm/short-clip` where
 * short clips are refused
 */
export function chooseFrames(
  video: FrameCount & { still?: boolean },
  span: ClipSpan,
  options: ChoiceOptions = {},
): FrameChoice {
  const { frames: wanted = 16, short = 'repeat', where } = options
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > maxFrames) {
    throw new EgoLensError('mllm/bad-frames', `${wanted} frames cannot be shown: from 1 to ${maxFrames} can`, { where })
  }
  if (video.still) return { positions: Array.from({ length: wanted }, () => 0), black: 0 }
  const { first, last } = spanFrames(span, video, where)
  const total = last - first + 1
  const spread = () => middleFrames(total, wanted).map((position) => first + position)
  if (total >= wanted) return { positions: spread(), black: 0 }
  const story = `the clip has ${total} ${total === 1 ? 'frame' : 'frames'}, and ${wanted} are wanted`
  if (short === 'refuse') {
    throw new EgoLensError('mllm/short-clip', story, {
      where,
      cure: 'take a longer clip, or let frames be repeated (repeat) or black ones be added (pad)',
    })
  }
  if (short === 'repeat') return { positions: spread(), black: 0, notice: `${story}: some are shown several times` }
  const positions = Array.from({ length: total }, (_, i) => first + i)
  const black = wanted - total
  return { positions, black, notice: `${story}: ${black} black ${black === 1 ? 'one follows' : 'ones follow'} them` }
}
