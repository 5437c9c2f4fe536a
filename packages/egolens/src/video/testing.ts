import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

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
