import { spawn } from 'node:child_process'
import { mkdir, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createCanvas } from '@napi-rs/canvas'
import { WorldError } from '../errors.js'
import type { Film } from './film.js'

/** Options that make the same frames give the same bytes: one thread, and no version, date or host written. */
const output = [
  '-an',
  '-c:v',
  'libx264',
  '-preset',
  'veryfast',
  '-g',
  '50',
  '-crf',
  '23',
  '-threads',
  '1',
  '-pix_fmt',
  'yuv420p',
  '-flags',
  '+bitexact',
  '-fflags',
  '+bitexact',
  '-map_metadata',
  '-1',
  '-movflags',
  '+faststart',
  '-f',
  'mp4',
]

/**
 * Draws frames `from`..`to` of a film into an mp4 file; time-stamps are exactly frame / rate.
 *
 * @throws {WorldError} `no-ffmpeg` where the program is missing, `encode-failed` with its last words otherwise
 */
export async function encode(film: Film, path: string, from = 0, to = film.plan.frames): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const { width, height } = film.camera
  const part = `${path}.part`
  const input = [
    '-f',
    'rawvideo',
    '-pix_fmt',
    'rgba',
    '-s',
    `${width}x${height}`,
    '-r',
    String(film.plan.fps),
    '-i',
    'pipe:0',
  ]
  const child = spawn('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...input, ...output, part], {
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let words = ''
  child.stderr.on('data', (data: Buffer) => {
    words = (words + data.toString()).slice(-2000)
  })
  child.stdin.on('error', () => undefined)
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new WorldError('no-ffmpeg', 'The program ffmpeg was not found. Install it: apt-get install ffmpeg.')
          : error,
      ),
    )
    child.on('close', (code) =>
      code === 0
        ? resolve()
        : reject(new WorldError('encode-failed', `ffmpeg could not write ${path} (exit ${code}): ${words.trim()}`)),
    )
  })
  ended.catch(() => undefined)
  const canvas = createCanvas(width, height)
  const ctx = canvas.getContext('2d')
  for (let frame = from; frame < to && child.exitCode === null; frame++) {
    film.draw(ctx, frame)
    if (!child.stdin.write(Buffer.from(canvas.data())))
      await Promise.race([new Promise((resolve) => child.stdin.once('drain', resolve)), ended])
  }
  child.stdin.end()
  await ended
  await rename(part, path)
}
