import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { EgoLensError } from '../errors.js'
import { isAbsent } from '../files/fault.js'
import { namesIn, readBytes, statusOf } from '../files/read.js'
import { type Content, inWords, notDetections, parseContent } from './content.js'
import { dohOutput } from './doh.js'
import { epicDetections } from './epic.js'
import type { DetectionFile, DetectionFileOptions, DetectionFormat } from './formats.js'
import { helpingHands } from './helping-hands.js'
import { ownDetections } from './own.js'
import type { FrameDetections, HandProvider } from './types.js'
import { xmicBoxes } from './x-mic.js'

/** Tried in this order, by the shape of what a file holds and not by its name. */
const formats: readonly DetectionFormat[] = [ownDetections, epicDetections, helpingHands, dohOutput, xmicBoxes]

/**
 * Detections from a file, or from a folder of .handobj.pkl: our own JSON, EPIC-KITCHENS' pickle of a video, X-MIC's
 * boxes, raw 100DOH output or the detections of helping_hand_for_egocentric_videos, told apart by content. Frames come
 * by time. Throws `hands/not-detections` naming the file, what it looks like and what is wrong in it.
 *
 * @example
 * const detections = await readDetections('P01/P01_09.pkl')
 */
export async function readDetections(
  file: string | DetectionFile,
  options: DetectionFileOptions = {},
): Promise<FrameDetections[]> {
  const { path, ...own } = typeof file === 'string' ? { path: file } : file
  return framesOf(await readParts(path), { ...options, ...own })
}

/** The same from the bytes of one file. @param where names the file in errors, and its ending helps to tell what it is */
export function parseDetections(
  bytes: Uint8Array,
  where: string,
  options: DetectionFileOptions = {},
): FrameDetections[] {
  return framesOf([{ where, content: parseContent(bytes, where) }], options)
}

/** What a file of detections is recognised as. @throws EgoLensError `hands/not-detections`, `hands/unreadable` */
export async function recognisedFormat(path: string): Promise<string> {
  const [first] = await readParts(path)
  return formatOf(first!.content, first!.where).title
}

/** A provider that reads the file of each source once. `fileOf` may know no file: then there are no hands. */
export function fileProvider(
  fileOf: (source: string) => string | DetectionFile | undefined,
  options: DetectionFileOptions = {},
): HandProvider {
  const open = new Map<string, Promise<{ frames: FrameDetections[]; hash: string }>>()
  const parts = lastRead()
  const load = (source: string) => {
    let loaded = open.get(source)
    if (!loaded) {
      loaded = loadFile(fileOf(source), options, parts)
      open.set(source, loaded)
      // A disk that failed once may give it the next time.
      loaded.catch(() => open.delete(source))
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

/** A file's content and where it is from. */
interface Part {
  where: string
  content: Content
}

interface ReadPart extends Part {
  bytes: Buffer
}

async function loadFile(
  file: string | DetectionFile | undefined,
  options: DetectionFileOptions,
  read: (path: string) => Promise<ReadPart[]>,
) {
  if (file === undefined) return { frames: [], hash: 'no-file' }
  const { path, ...own } = typeof file === 'string' ? { path: file } : file
  const parts = await read(path)
  const hash = createHash('sha256')
  for (const { bytes } of parts) hash.update(bytes)
  const { clipEnds, ...rest } = own as DetectionFileOptions
  if (Object.keys(rest).length > 0) hash.update(JSON.stringify(rest))
  if (clipEnds) hash.update(JSON.stringify([...clipEnds]))
  return { frames: framesOf(parts, { ...options, ...own }), hash: hash.digest('hex') }
}

/** Remembers the last file, as all videos of a split may share one. */
function lastRead(): (path: string) => Promise<ReadPart[]> {
  let last: { path: string; parts: Promise<ReadPart[]> } | undefined
  return (path) => {
    if (last?.path !== path) {
      const parts = readParts(path)
      last = { path, parts }
      parts.catch(() => {
        if (last?.parts === parts) last = undefined
      })
    }
    return last.parts
  }
}

function framesOf(parts: readonly Part[], options: DetectionFileOptions): FrameDetections[] {
  const found = parts.flatMap(({ content, where }) => {
    const format = formatOf(content, where)
    if (options.shared && !format.manyVideos) {
      throw notDetections(
        `recognised as ${format.title}, which are about one video, but named for all`,
        where,
        undefined,
        perVideo,
      )
    }
    return format.read(content, where, options)
  })
  const { shift = 0 } = options
  if (shift !== 0) for (const frame of found) frame.time += shift
  return found.sort((a, b) => a.time - b.time)
}

const perVideo = 'set detections to a folder with a file for each video'

function formatOf(content: Content, where: string): DetectionFormat {
  const format = formats.find((candidate) => candidate.fits(content))
  if (format) return format
  throw notDetections(`${inWords(content)}: that is no known format of detections`, where)
}

async function readParts(path: string): Promise<ReadPart[]> {
  const status = await statusOf(path).catch(unreadable)
  const names = status.isDirectory() ? (await namesIn(path)).filter((name) => name.endsWith('.handobj.pkl')).sort() : []
  const files = status.isDirectory() ? names.map((name) => join(path, name)) : [path]
  if (files.length === 0) throw notDetections('a folder without .handobj.pkl files', path)
  return Promise.all(
    files.map(async (where) => {
      const bytes = await readBytes(where).catch(unreadable)
      return { where, bytes, content: parseContent(bytes, where) }
    }),
  )
}

function unreadable(error: unknown): never {
  if (!(error instanceof EgoLensError) || error.code !== 'file/unreadable') throw error
  const { message, where, cause } = error
  const what = isAbsent(error) ? 'there is no such file of detections' : message
  throw new EgoLensError('hands/unreadable', what, { where, cause })
}
