import { open } from 'node:fs/promises'
import { readAt } from './tar.js'
import type { Track } from './track.js'

interface Box {
  type: string
  body: DataView
}

const CODECS: Record<string, string> = {
  avc1: 'h264',
  avc3: 'h264',
  hvc1: 'hevc',
  hev1: 'hevc',
  av01: 'av1',
  vp09: 'vp9',
}
const MAX_INDEX = 1 << 27

/**
 * Reads the index of an MP4 or MOV file, which takes a millisecond where ffprobe takes a process and a pass over the
 * file. It answers only for the plain case (one video track of a constant rate that starts at 0, an edit list of at
 * most one entry, nothing cut off) and gives `undefined` for all else, including every damage: then ffprobe is asked.
 */
export async function mp4Track(path: string): Promise<Track | undefined> {
  const found = await readMoov(path)
  if (!found) return undefined
  try {
    return plainTrack(found.moov, found.size)
  } catch (error) {
    if (error instanceof RangeError) return undefined // a box that promises more than it holds
    throw error
  }
}

/** Whether a file begins with a box that an MP4 or MOV file begins with. */
export async function looksLikeMp4(path: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    if (size < 8) return false
    return ['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip'].includes(fourCharacters(view(await readAt(file, 0, 8)), 4))
  } finally {
    await file.close()
  }
}

/** Walks the boxes of the file; none may reach beyond its end, and none may be a fragment. */
async function readMoov(path: string): Promise<{ moov: DataView; size: number } | undefined> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    let moov: DataView | undefined
    for (let at = 0; at < size; ) {
      if (size - at < 8) return undefined
      const head = view(await readAt(file, at, Math.min(16, size - at)))
      const [short, type] = [head.getUint32(0), fourCharacters(head, 4)]
      if (at === 0 && type !== 'ftyp') return undefined
      const length =
        short === 0 ? size - at : short !== 1 ? short : head.byteLength < 16 ? 0 : Number(head.getBigUint64(8))
      if (length < 8 || length > size - at || type === 'moof') return undefined
      if (type === 'moov') {
        if (moov || length > MAX_INDEX) return undefined
        moov = view(await readAt(file, at + 8, length - 8))
      }
      at += length
    }
    return moov && { moov, size }
  } finally {
    await file.close()
  }
}

function plainTrack(moov: DataView, size: number): Track | undefined {
  const boxes = children(moov)
  const tracks = boxes.filter(({ type }) => type === 'trak').map(({ body }) => children(body))
  const videos = tracks.filter((track) => handler(track) === 'vide')
  const [track] = videos
  if (!track || videos.length > 1 || boxes.some(({ type }) => type === 'mvex' || type === 'cmov')) return undefined
  const timescale = timescaleOf(find(track, 'mdia', 'mdhd'))
  const movieScale = timescaleOf(boxes.find(({ type }) => type === 'mvhd')?.body)
  const picture = sampleDescription(find(track, 'mdia', 'minf', 'stbl', 'stsd'))
  const rotation = rotationOf(find(track, 'tkhd'))
  const samples = sampleTicks(track, size)
  if (!timescale || !movieScale || !picture || rotation === undefined || !samples) return undefined
  const { ticks, gap, keys } = samples
  const edit = editOf(find(track, 'edts', 'elst'))
  if (!edit) return undefined
  const frames = ticks.map((tick, i) => ({
    tick: tick - edit.start,
    key: keys === undefined || keys.has(i + 1) ? 1 : 0,
  }))
  frames.sort((a, b) => a.tick - b.tick)
  const end = edit.duration === undefined ? Number.POSITIVE_INFINITY : (edit.duration * timescale) / movieScale
  // ffprobe drops frames outside of the edit, and starts the clock elsewhere if the first frame is late.
  if (frames[0]!.tick !== 0 || frames.at(-1)!.tick >= end) return undefined
  return {
    ...picture,
    rotation,
    tick: 1 / timescale,
    ticks: Float64Array.from(frames, (frame) => frame.tick),
    keys: Uint8Array.from(frames, (frame) => frame.key),
    lastDuration: gap,
    origin: 0,
    declaredRate: timescale / gap,
  }
}

/** Presentation time of each sample before the edit list, for tracks of a constant decoding step. */
function sampleTicks(track: Box[], size: number): { ticks: number[]; gap: number; keys?: Set<number> } | undefined {
  const stts = find(track, 'mdia', 'minf', 'stbl', 'stts')
  const ctts = find(track, 'mdia', 'minf', 'stbl', 'ctts')
  const stss = find(track, 'mdia', 'minf', 'stbl', 'stss')
  const stsz = find(track, 'mdia', 'minf', 'stbl', 'stsz')
  if (!stts || !stsz || stts.getUint32(4) !== 1) return undefined
  const [count, gap] = [stts.getUint32(8), stts.getUint32(12)]
  if (count === 0 || gap === 0 || count !== stsz.getUint32(8) || count > MAX_INDEX / 8) return undefined
  if (bytesOfSamples(stsz, count) > size) return undefined
  const ticks = Array.from({ length: count }, (_, i) => i * gap)
  if (ctts) {
    let at = 0
    for (let entry = 0; entry < ctts.getUint32(4); entry++) {
      const [repeats, offset] = [ctts.getUint32(8 + 8 * entry), ctts.getInt32(12 + 8 * entry)]
      if (offset < 0 || repeats > count - at) return undefined
      for (const end = at + repeats; at < end; at++) ticks[at] = ticks[at]! + offset
    }
    if (at !== count) return undefined
  }
  if (!stss) return { ticks, gap }
  return { ticks, gap, keys: new Set(Array.from({ length: stss.getUint32(4) }, (_, i) => stss.getUint32(8 + 4 * i))) }
}

/** What the samples take together; a file that is smaller does not hold them all. */
function bytesOfSamples(stsz: DataView, count: number): number {
  const each = stsz.getUint32(4)
  if (each > 0) return each * count
  let sum = 0
  for (let i = 0; i < count; i++) sum += stsz.getUint32(12 + 4 * i)
  return sum
}

/** Where in the track's time the film starts, and its length in the film's ticks. */
function editOf(elst: DataView | undefined): { start: number; duration?: number } | undefined {
  if (!elst) return { start: 0 }
  if (elst.getUint8(0) !== 0 || elst.getUint32(4) !== 1) return undefined
  const [duration, start, rate] = [elst.getUint32(8), elst.getInt32(12), elst.getInt16(16)]
  if (start < 0 || rate !== 1) return undefined
  return { start, duration: duration === 0 ? undefined : duration }
}

function sampleDescription(stsd: DataView | undefined) {
  if (stsd?.getUint32(4) !== 1) return undefined
  const codec = CODECS[fourCharacters(stsd, 12)]
  if (codec === undefined || !eightBits(codec, stsd)) return undefined
  return { codec, width: stsd.getUint16(40), height: stsd.getUint16(42) }
}

/** Eight bits and no curve of a high dynamic range, by the codec's own box and the colour box. */
function eightBits(codec: string, stsd: DataView): boolean {
  const entry = children(new DataView(stsd.buffer, stsd.byteOffset + 94, stsd.getUint32(8) - 86))
  const colour = find(entry, 'colr')
  if (colour && ['nclx', 'nclc'].includes(fourCharacters(colour, 0)) && [16, 18].includes(colour.getUint16(6))) {
    return false
  }
  const [avc, hevc, av1, vp9] = ['avcC', 'hvcC', 'av1C', 'vpcC'].map((type) => find(entry, type))
  if (codec === 'h264') return avc !== undefined && [66, 77, 88, 100].includes(avc.getUint8(1))
  if (codec === 'hevc') return hevc !== undefined && (hevc.getUint8(17) & 7) === 0
  if (codec === 'av1') return av1 !== undefined && (av1.getUint8(2) & 0x40) === 0
  return vp9 !== undefined && vp9.getUint8(6) >> 4 === 8
}

/** Quarter turns from the track's matrix; `undefined` for any other matrix. */
function rotationOf(tkhd: DataView | undefined): number | undefined {
  if (!tkhd) return undefined
  const at = tkhd.getUint8(0) === 1 ? 52 : 40
  const [a, b, c, d] = [0, 4, 12, 16].map((offset) => tkhd.getInt32(at + offset) / 65536)
  const turns = [
    [1, 0, 0, 1],
    [0, 1, -1, 0],
    [-1, 0, 0, -1],
    [0, -1, 1, 0],
  ].findIndex((m) => m[0] === a && m[1] === b && m[2] === c && m[3] === d)
  return turns < 0 ? undefined : turns * 90
}

function timescaleOf(header: DataView | undefined): number {
  return header ? header.getUint32(header.getUint8(0) === 1 ? 20 : 12) : 0
}

function handler(track: Box[]): string {
  const hdlr = find(track, 'mdia', 'hdlr')
  return hdlr ? fourCharacters(hdlr, 8) : ''
}

function find(boxes: Box[], ...path: string[]): DataView | undefined {
  const body = boxes.find(({ type }) => type === path[0])?.body
  return body && path.length > 1 ? find(children(body), ...path.slice(1)) : body
}

function children(body: DataView): Box[] {
  const boxes: Box[] = []
  for (let at = 0; at + 8 <= body.byteLength; ) {
    const length = body.getUint32(at)
    if (length < 8 || length > body.byteLength - at) throw new RangeError('a box reaches beyond the one it is in')
    boxes.push({
      type: fourCharacters(body, at + 4),
      body: new DataView(body.buffer, body.byteOffset + at + 8, length - 8),
    })
    at += length
  }
  return boxes
}

function fourCharacters(body: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => body.getUint8(at + i)))
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
