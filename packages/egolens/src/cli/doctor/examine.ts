import { engine, libtorch } from './engine.js'
import type { Finding } from './finding.js'
import { disk, memory, nodeVersion, processor } from './machine.js'
import { modelsFound } from './models.js'
import { compiler, ffmpegProgram } from './programs.js'

/** Looks at everything that EgoLens stands on. */
export async function examine(): Promise<Finding[]> {
  const parts: (Finding | Finding[])[] = [
    nodeVersion(),
    processor(),
    memory(),
    ...(await Promise.all([disk(), ffmpegProgram('ffmpeg'), ffmpegProgram('ffprobe'), compiler(), libtorch()])),
    await engine(),
    await modelsFound(),
  ]
  return parts.flat()
}
