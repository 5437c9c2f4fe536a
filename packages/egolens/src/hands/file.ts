import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { EgoLensError } from '../errors.js'
import { readEpicPickle } from './epic.js'
import { readOwnJson, readSegmentJson, type SegmentBoxOptions } from './json.js'
import type { FrameDetections, HandProvider } from './types.js'

export interface DetectionFileOptions {
  /** Score from which a hand's contact counts in EPIC-KITCHENS' files; default 0.8, as in X-MIC. */
  handThreshold?: number
  /** Needed for X-MIC's segment -> frame -> box files only. */
  segments?: SegmentBoxOptions
}

/**
 * Detections from a file: our own JSON, EPIC-KITCHENS' pickle of a video, or X-MIC's boxes, told apart by name and
 * content. Frames come by time. Throws `hands/not-detections` naming the file and what is wrong in it.
 *
 * @example
 * const detections = await readDetections('P01/P01_09.pkl')
 */
export async function readDetections(path: string, options: DetectionFileOptions = {}): Promise<FrameDetections[]> {
  return parseDetections(await readBytes(path), path, options)
}

/** A provider that reads the file of each source once. `pathOf` may know no file: then there are no hands. */
export function fileProvider(
  pathOf: (source: string) => string | undefined,
  options: DetectionFileOptions = {},
): HandProvider {
  const open = new Map<string, Promise<{ frames: FrameDetections[]; hash: string }>>()
  const load = (source: string) => {
    let loaded = open.get(source)
    if (!loaded) {
      loaded = loadFile(pathOf(source), options)
      open.set(source, loaded)
      if (open.size > 8) open.delete(open.keys().next().value!)
    }
    return loaded
  }
  return {
    name: 'file',
    id: `file:${JSON.stringify(options)}`,
    sourceId: async (source) => `file:${(await load(source)).hash}:${JSON.stringify(options)}`,
    detections: async (source, times) => nearestDetections((await load(source)).frames, times),
  }
}

/**
 * The detections made nearest to each time, at most half the usual gap between detections away; beyond that the
 * frame has none. `frames` are ascending in time.
 */
export function nearestDetections(frames: readonly FrameDetections[], times: readonly number[]): FrameDetections[] {
  const gaps = frames.slice(1).map((frame, i) => frame.time - frames[i]!.time)
  gaps.sort((a, b) => a - b)
  const reach = (gaps[gaps.length >> 1] ?? 0.5) / 2 + 1e-6
  return times.map((time) => {
    let [low, high] = [0, frames.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (frames[middle]!.time < time) low = middle + 1
      else high = middle
    }
    const [before, after] = [frames[low - 1], frames[low]]
    const near = !before || (after && after.time - time < time - before.time) ? after : before
    if (!near || Math.abs(near.time - time) > reach) return { time, hands: [], objects: [] }
    return { ...near, time }
  })
}

async function loadFile(path: string | undefined, options: DetectionFileOptions) {
  if (path === undefined) return { frames: [], hash: 'no-file' }
  const bytes = await readBytes(path)
  return { frames: parseDetections(bytes, path, options), hash: createHash('sha256').update(bytes).digest('hex') }
}

function parseDetections(bytes: Buffer, path: string, options: DetectionFileOptions): FrameDetections[] {
  const { handThreshold, segments } = options
  const found = /\.(pkl|pickle)$/i.test(path)
    ? readEpicPickle(bytes, path, handThreshold)
    : segments
      ? readSegmentJson(parseJson(bytes, path), path, segments)
      : readOwnJson(parseJson(bytes, path), path)
  return found.sort((a, b) => a.time - b.time)
}

async function readBytes(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const message = cause.code === 'ENOENT' ? 'there is no such file of detections' : cause.message
    throw new EgoLensError('hands/unreadable', message, { where: path, cause })
  })
}

function parseJson(bytes: Buffer, path: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw new EgoLensError('hands/not-detections', (cause as Error).message, { where: path, cause })
  }
}
