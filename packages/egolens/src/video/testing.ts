import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EgoLensError } from '../errors.js'
import { frames } from './frames.js'
import type { Frame, FrameOptions } from './types.js'

/** Makes small videos for tests. */
export function makeVideo(path: string, ...argv: string[]): string {
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...argv, path])
  return path
}

/**
 * A video whose frame k is one grey, `20 + 8 * (k % 25)`, so that a wrong frame is seen in its pixels.
 * `argv` are the options of the encoder.
 */
export function numberedVideo(
  path: string,
  { frames, rate, size = '64x48' }: { frames: number; rate: number; size?: string },
  ...argv: string[]
): string {
  const input = Buffer.concat(Array.from({ length: frames }, (_, k) => Buffer.alloc(16 * 12, 20 + 8 * (k % 25))))
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'gray', '-s', '16x12', '-r', String(rate), '-i', 'pipe:0', '-s', size]
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...raw, ...argv, path], { input, stdio: ['pipe', 'ignore', 'inherit'] })
  return path
}

/** The presentation timestamps that ffprobe itself gives for decoded frames, in seconds. */
export function decodedTimes(path: string): number[] {
  const argv = ['-v', 'error', '-select_streams', 'V:0', '-show_entries', 'frame=best_effort_timestamp_time']
  const out = execFileSync('ffprobe', [...argv, '-of', 'csv=p=0', path], { encoding: 'utf8' })
  return out
    .split('\n')
    .map((line) => Number.parseFloat(line))
    .filter((value) => !Number.isNaN(value))
}

/** A folder for a test file's videos; remove it with `remove`. */
export function temporaryFolder(): { folder: string; at: (name: string) => string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'egolens-video-'))
  return { folder, at: (name) => join(folder, name), remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** All frames of a source, or those that the options want. */
export async function allFrames(source: string, options: FrameOptions = {}): Promise<Frame[]> {
  const found: Frame[] = []
  for await (const frame of frames(source, options)) found.push(frame)
  return found
}

/** The number, below 25, that `numberedVideo` painted. */
export function painted(frame: Frame): number {
  const middle = frame.rgb[3 * ((frame.height >> 1) * frame.width + (frame.width >> 1))]!
  return Math.max(0, Math.round((middle - 20) / 8))
}

/** The error of a source that cannot be read to its end. */
export async function failure(source: string, options: FrameOptions = {}): Promise<EgoLensError> {
  const error = await allFrames(source, options).then(
    (found) => new Error(`${found.length} frames were decoded`),
    (thrown) => thrown,
  )
  if (!(error instanceof EgoLensError)) throw error
  return error
}

/** Lets shell scripts stand for FFmpeg's programs while `work` runs. */
export async function withPrograms<T>(
  scripts: { ffmpeg?: string; ffprobe?: string },
  work: () => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'egolens-programs-'))
  const path = process.env.PATH
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }
  process.env.PATH = `${folder}:${path}`
  try {
    return await work()
  } finally {
    process.env.PATH = path
    rmSync(folder, { recursive: true, force: true })
  }
}
