import { EgoLensError } from '../errors.js'
import { folderImages, type ImageSequence, oneImage, tarImages } from './images.js'
import { looksLikeMp4, mp4Track } from './mp4.js'
import { findPlace, type Place, reading } from './place.js'
import { checkSize } from './sizes.js'
import { probeTrack, type Track } from './track.js'
import type { DecodeLimits, ImageOptions, VideoInfo } from './types.js'

/** When each frame of a source is shown. Made once from a file's index or the packets' headers, without decoding. */
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
  /** Where the bytes are, as they were when they were looked at. */
  place: Place
}

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
  const place = await findPlace(source)
  const { path, status } = place
  if (status.isFile() && status.size === 0)
    throw new EgoLensError('video/empty', 'the file is empty', { where: source, cure: 'get the file again' })
  const key = JSON.stringify([
    source,
    path,
    status.ino,
    status.mtimeMs,
    status.size,
    options.frameRate,
    options.zeroNumber,
  ])
  let timeline = cache.get(key)
  if (!timeline) {
    timeline = reading(source, () => makeTimeline(source, place, options))
    cache.set(key, timeline)
    timeline.catch(() => cache.delete(key))
    if (cache.size > 16) cache.delete(cache.keys().next().value!)
  }
  return timeline
}

async function makeTimeline(source: string, place: Place, options: ImageOptions & DecodeLimits): Promise<Timeline> {
  const { path, status } = place
  if (status.isDirectory()) return imageTimeline(source, 'folder', place, await folderImages(path), options)
  if (/\.tar$/i.test(source)) return imageTimeline(source, 'tar', place, await tarImages(path), options)
  // A still image is a video of one frame, which is shown for a second.
  if (/\.(jpe?g|png)$/i.test(source)) {
    return imageTimeline(source, 'image', place, await oneImage(path), { ...options, frameRate: 1, zeroNumber: 0 })
  }
  return fileTimeline(source, place, options)
}

async function fileTimeline(source: string, place: Place, limits: DecodeLimits): Promise<Timeline> {
  const { path } = place
  const track = (await mp4Track(path)) ?? (await probedTrack(source, path, limits))
  const { ticks, keys, tick, origin, rotation, codec, declaredRate } = track
  const gap = medianGap(ticks)
  const variable = isVariable(ticks, gap)
  const measured = ticks.length > 1 ? (ticks.length - 1) / ((ticks.at(-1)! - ticks[0]!) * tick) : declaredRate
  const frameRate = !variable && Math.abs(declaredRate / measured - 1) < 2e-3 ? declaredRate : measured
  const turned = rotation % 180 === 90
  const info: VideoInfo = {
    source,
    kind: 'file',
    width: turned ? track.height : track.width,
    height: turned ? track.width : track.height,
    duration: (ticks.at(-1)! + (track.lastDuration || gap || 1 / (frameRate * tick))) * tick - origin,
    frameRate,
    variable,
    frames: ticks.length,
    startTime: ticks[0]! * tick - origin,
    codec,
    rotation,
    ...(track.hdr ? { hdr: track.hdr } : {}),
  }
  checkSize(info)
  return { info, ticks, keys, tick, origin, place }
}

/** FFmpeg goes by the name where the bytes tell nothing, and then misses the index of an MP4 that is none. */
async function probedTrack(source: string, path: string, limits: DecodeLimits): Promise<Track> {
  try {
    return await probeTrack(source, { path }, limits)
  } catch (error) {
    if (!(error instanceof EgoLensError) || error.code !== 'video/no-index' || (await looksLikeMp4(path))) throw error
    throw new EgoLensError('video/unreadable', 'this is no video file, whatever its name says', {
      where: source,
      cure: 'give a video, such as MP4, MOV, MKV, WebM, AVI or MPEG-TS',
    })
  }
}

async function imageTimeline(
  source: string,
  kind: 'folder' | 'tar' | 'image',
  place: Place,
  images: ImageSequence,
  options: ImageOptions & DecodeLimits,
): Promise<Timeline> {
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
  const name = kind === 'image' ? source : `${source}/${images.names[0]}`
  const track = await probeTrack(name, { stdin: `${images.codec}_pipe` }, options, first())
  const zero = options.zeroNumber ?? images.numbers[0]!
  const ticks = Float64Array.from(images.numbers, (n) => (n - zero) * TICKS_PER_IMAGE)
  const tick = 1 / (frameRate! * TICKS_PER_IMAGE)
  const info: VideoInfo = {
    source,
    kind,
    width: track.width,
    height: track.height,
    duration: (ticks.at(-1)! + TICKS_PER_IMAGE) * tick,
    frameRate: frameRate!,
    variable: isVariable(ticks, TICKS_PER_IMAGE),
    frames: ticks.length,
    startTime: ticks[0]! * tick,
    codec: track.codec,
    rotation: 0,
  }
  checkSize(info)
  return { info, ticks, keys: new Uint8Array(ticks.length).fill(1), tick, origin: 0, images, place }
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
