import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { EgoLensError } from '../errors.js'
import { type Input, probeArguments } from './arguments.js'
import { Child } from './child.js'
import { folderImages, type ImageSequence, tarImages } from './images.js'
import type { DecodeLimits, ImageOptions, VideoInfo } from './types.js'

/** When each frame of a source is shown. Made once by reading the packets' headers, without decoding. */
export interface Timeline {
  info: VideoInfo
  /** Presentation timestamps in ticks, ascending. */
  ticks: Float64Array
  /** 1 where decoding can start. */
  keys: Uint8Array
  /** Seconds a tick. */
  tick: number
  /** Seconds of the file's own clock at time 0 of the timeline. */
  origin: number
  /** For a folder or a tar. */
  images?: ImageSequence
}

interface Listing {
  ticks: Float64Array
  keys: Uint8Array
  lastDuration: number
  stream: Record<string, string>
  format: Record<string, string>
}

const MAX_PIXELS = 1 << 26 // 8192 x 8192: beyond it a frame is more memory than any use here needs
const TICKS_PER_IMAGE = 1000
const cache = new Map<string, Promise<Timeline>>()

/** Width, height, length, rate and rotation of a source. Throws `video/...` errors that name it. */
export async function probe(source: string, options: ImageOptions & DecodeLimits = {}): Promise<VideoInfo> {
  return (await openTimeline(source, options)).info
}

/** Presentation time of every frame, in seconds from the start of the timeline. */
export async function frameTimestamps(source: string, options: ImageOptions & DecodeLimits = {}): Promise<number[]> {
  const { ticks, tick, origin } = await openTimeline(source, options)
  return Array.from(ticks, (t) => t * tick - origin)
}

/** The timeline of a source; the latest few are remembered until the file changes. */
export async function openTimeline(source: string, options: ImageOptions & DecodeLimits = {}): Promise<Timeline> {
  const path = resolve(source)
  const status = await stat(path).catch(() => undefined)
  if (!status) throw new EgoLensError('video/not-found', 'there is no such file or folder', { where: source })
  if (!status.isFile() && !status.isDirectory()) {
    throw new EgoLensError('video/not-a-file', 'not a regular file or a folder', { where: source })
  }
  if (status.isFile() && status.size === 0)
    throw new EgoLensError('video/empty', 'the file is empty', { where: source })
  const key = JSON.stringify([path, status.mtimeMs, status.size, options.frameRate, options.zeroNumber])
  let timeline = cache.get(key)
  if (!timeline) {
    const images = status.isDirectory() ? folderImages(path) : path.endsWith('.tar') ? tarImages(path) : undefined
    timeline = images ? imageTimeline(source, await images, options) : fileTimeline(source, path, 'packets', options)
    if (images) (await timeline).info.kind = status.isDirectory() ? 'folder' : 'tar'
    cache.set(key, timeline)
    timeline.catch(() => cache.delete(key))
    if (cache.size > 16) cache.delete(cache.keys().next().value!)
  }
  return timeline
}

/** By packets, or by decoding all frames where a container has no timestamps on its packets. */
export async function fileTimeline(
  source: string,
  path: string,
  list: 'packets' | 'frames',
  limits: DecodeLimits,
): Promise<Timeline> {
  const listing = await listFrames(source, { path }, list, limits)
  if (list === 'packets' && listing.ticks.some(Number.isNaN)) return fileTimeline(source, path, 'frames', limits)
  const { ticks, keys, stream, format } = listing
  if (!stream.width) throw new EgoLensError('video/no-video', 'there is no video stream in it', { where: source })
  if (ticks.length === 0) throw new EgoLensError('video/no-frames', 'the video stream has no frames', { where: source })
  const tick = ratio(stream.time_base!)
  const startOfFile = Number(format.start_time)
  const origin = Number.isNaN(startOfFile) ? 0 : Math.max(0, startOfFile)
  const gap = medianGap(ticks)
  const variable = isVariable(ticks, gap)
  const declared = ratio(stream.r_frame_rate ?? '0/1')
  const measured = ticks.length > 1 ? (ticks.length - 1) / ((ticks.at(-1)! - ticks[0]!) * tick) : declared
  const frameRate = !variable && Math.abs(declared / measured - 1) < 2e-3 ? declared : measured
  const last = listing.lastDuration > 0 ? listing.lastDuration : gap > 0 ? gap : 1 / (frameRate * tick)
  const rotation = (((-Math.round(Number(stream.rotation ?? 0) / 90) * 90) % 360) + 360) % 360
  const [width, height] = [Number(stream.width), Number(stream.height)]
  const turned = rotation % 180 === 90
  const info: VideoInfo = {
    source,
    kind: 'file',
    width: turned ? height : width,
    height: turned ? width : height,
    duration: (ticks.at(-1)! + last) * tick - origin,
    frameRate,
    variable,
    frames: ticks.length,
    startTime: ticks[0]! * tick - origin,
    codec: stream.codec_name ?? 'unknown',
    rotation,
  }
  checkSize(info)
  return { info, ticks, keys, tick, origin }
}

async function imageTimeline(source: string, images: ImageSequence, options: ImageOptions & DecodeLimits) {
  const { frameRate } = options
  if (!(frameRate! > 0) || !Number.isFinite(frameRate)) {
    throw new EgoLensError('video/no-frame-rate', 'images carry no time, and no frame rate is given', {
      where: source,
      cure: 'give the frame rate at which the images were taken, such as 60',
    })
  }
  const first = async function* () {
    yield* images.read([0])
  }
  const { stream } = await listFrames(
    `${source}/${images.names[0]}`,
    { images: images.codec },
    'packets',
    options,
    first(),
  )
  if (!stream.width) throw new EgoLensError('video/no-video', `${images.names[0]} is not an image`, { where: source })
  const zero = options.zeroNumber ?? images.numbers[0]!
  const ticks = Float64Array.from(images.numbers, (n) => (n - zero) * TICKS_PER_IMAGE)
  const tick = 1 / (frameRate! * TICKS_PER_IMAGE)
  const info: VideoInfo = {
    source,
    kind: 'folder',
    width: Number(stream.width),
    height: Number(stream.height),
    duration: (ticks.at(-1)! + TICKS_PER_IMAGE) * tick,
    frameRate: frameRate!,
    variable: isVariable(ticks, TICKS_PER_IMAGE),
    frames: ticks.length,
    startTime: ticks[0]! * tick,
    codec: stream.codec_name ?? images.codec,
    rotation: 0,
  }
  checkSize(info)
  return { info, ticks, keys: new Uint8Array(ticks.length).fill(1), tick, origin: 0, images }
}

async function listFrames(
  source: string,
  input: Input,
  list: 'packets' | 'frames',
  limits: DecodeLimits,
  bytes?: AsyncIterable<Uint8Array>,
): Promise<Listing> {
  const { stallSeconds } = limits
  const child = new Child('ffprobe', probeArguments(input, list), { source, stallSeconds, input: bytes })
  const rows: { tick: number; key: number; duration: number }[] = []
  const sections: Record<string, Record<string, string>> = { stream: {}, format: {} }
  for await (const line of lines(child.output())) {
    const [section, ...pairs] = line.split('|')
    const fields = Object.fromEntries(pairs.map((pair) => pair.split('=', 2) as [string, string]))
    if (section === 'packet' || section === 'frame') {
      if (fields.flags?.includes('D')) continue // cut off by an edit list: decoded but never shown
      const key = fields.flags?.startsWith('K') || fields.key_frame === '1' ? 1 : 0
      rows.push({
        tick: Number(fields.pts ?? fields.best_effort_timestamp),
        key,
        duration: Number(fields.duration ?? fields.pkt_duration),
      })
    } else if (section === 'stream' || section === 'format') Object.assign(sections[section]!, fields)
  }
  await child.end()
  rows.sort((a, b) => a.tick - b.tick)
  return {
    ticks: Float64Array.from(rows, (row) => row.tick),
    keys: Uint8Array.from(rows, (row) => row.key),
    lastDuration: rows.at(-1)?.duration ?? 0,
    stream: sections.stream!,
    format: sections.format!,
  }
}

async function* lines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of chunks) {
    const parts = (rest + chunk.toString('latin1')).split('\n')
    rest = parts.pop()!
    yield* parts
  }
  if (rest) yield rest
}

function ratio(text: string): number {
  const [over, under] = text.split('/').map(Number)
  return over! / (under || 1)
}

function medianGap(ticks: Float64Array): number {
  if (ticks.length < 2) return 0
  const gaps = Float64Array.from({ length: ticks.length - 1 }, (_, i) => ticks[i + 1]! - ticks[i]!).sort()
  return gaps[gaps.length >> 1]!
}

function isVariable(ticks: Float64Array, gap: number): boolean {
  for (let i = 1; i < ticks.length; i++) {
    if (Math.abs(ticks[i]! - ticks[i - 1]! - gap) > Math.max(1.5, gap * 0.02)) return true
  }
  return false
}

function checkSize({ source, width, height }: VideoInfo): void {
  if (width * height > MAX_PIXELS) {
    throw new EgoLensError('video/too-large', `a frame of ${width}x${height} has more than ${MAX_PIXELS} pixels`, {
      where: source,
      cure: 'scale the video down first',
    })
  }
}
