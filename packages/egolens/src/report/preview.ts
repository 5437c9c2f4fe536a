import { mkdir, rename, rm } from 'node:fs/promises'
import { extname, join, resolve } from 'node:path'
import { EgoLensError } from '../errors.js'
import { Child } from '../video/child.js'
import { frames } from '../video/frames.js'
import { probe } from '../video/timeline.js'
import type { Frame, ImageOptions } from '../video/types.js'

const containers = new Set(['.mp4', '.m4v', '.mov', '.webm'])
const codecs = new Set(['h264', 'vp8', 'vp9', 'av1'])

/**
 * A file that browsers play with the frames of `source` at their times: the source itself where it is one, else an
 * H.264 copy without sound, with a shorter side of at most 480 pixels, made in `folder`.
 * @throws EgoLensError video/...
 */
export async function playable(
  source: string,
  folder: string,
  name: string,
  images: ImageOptions = {},
): Promise<string> {
  const info = await probe(source, images)
  if (info.kind === 'file' && containers.has(extname(source).toLowerCase()) && codecs.has(info.codec)) return source
  const rate = Math.min(30, Math.max(1, info.frameRate))
  const decoded = frames(source, { ...images, every: 1 / rate, shortSide: 480 })
  const first = await decoded.next()
  if (first.done) throw new EgoLensError('video/no-frames', 'the video has no frames', { where: source })
  await mkdir(folder, { recursive: true })
  const made = join(folder, `${name}.mp4`)
  const partial = join(folder, `${name}.part.mp4`)
  const child = new Child('ffmpeg', encodeArguments(first.value, rate, resolve(partial)), {
    source,
    input: pixels(first.value, decoded),
  })
  try {
    for await (const _ of child.output());
    await child.end()
    await rename(partial, made)
    return made
  } finally {
    await rm(partial, { force: true })
  }
}

async function* pixels(first: Frame, rest: AsyncIterable<Frame>): AsyncGenerator<Uint8Array> {
  yield first.rgb
  for await (const { rgb } of rest) yield rgb
}

function encodeArguments({ width, height }: Frame, rate: number, output: string): string[] {
  return [
    ...['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+warning', '-y'],
    ...['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-r', rate.toFixed(6), '-i', 'pipe:0'],
    ...['-vf', 'pad=ceil(iw/2)*2:ceil(ih/2)*2', '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '24'],
    ...['-pix_fmt', 'yuv420p', '-movflags', '+faststart', `file:${output}`],
  ]
}
