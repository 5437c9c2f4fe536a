import { EgoLensError } from '../errors.js'
import { type Hdr, type Input, probeArguments } from './arguments.js'
import { brokeOff } from './broken-off.js'
import { Child } from './child.js'
import { diagnose } from './diagnose.js'
import { BASE_MEMORY } from './launch.js'
import type { DecodeLimits } from './types.js'

/** The frames of a video stream and what its container says of it. */
export interface Track {
  codec: string
  /** Size as stored, before rotation. */
  width: number
  height: number
  /** Clockwise degrees: 0, 90, 180 or 270. */
  rotation: number
  /** Seconds a tick. */
  tick: number
  /** Presentation ticks, ascending, and 1 where decoding can start. */
  ticks: Float64Array
  keys: Uint8Array
  /** Ticks that the last frame is shown; 0 where that is not said. */
  lastDuration: number
  /** Seconds of the file's own clock at which its timeline starts. */
  origin: number
  /** Frames a second as the container states them; 0 where it does not. */
  declaredRate: number
  hdr?: Hdr
}

const TRANSFER: Record<string, Hdr> = { smpte2084: 'pq', 'arib-std-b67': 'hlg' }
const MAX_LIST = 2 ** 29 // some ten million frames

/**
 * Asks ffprobe, which reads the headers of all packets; where packets carry no timestamps, it decodes all frames.
 * Throws `video/no-video`, `video/no-frames`, `video/truncated` where the container lists frames that are not there, or
 * what FFmpeg complains of.
 */
export async function probeTrack(
  source: string,
  input: Input,
  limits: DecodeLimits,
  bytes?: AsyncIterable<Uint8Array>,
): Promise<Track> {
  const packets = await list(source, input, 'packets', limits, bytes)
  const lost = packets.rows.some((row) => Number.isNaN(row.tick)) && 'path' in input
  const found = lost ? await list(source, input, 'frames', limits) : packets
  const { rows: listed, stream, format } = found
  if (!stream.codec_name) throw new EgoLensError('video/no-video', 'there is no video stream in it', { where: source })
  await refuseUnusable(source, input, packets)
  if (listed.length === 0)
    throw new EgoLensError('video/no-frames', 'the video stream has no frames', { where: source })
  const rows = listed.filter((row) => !Number.isNaN(row.tick)) // some decoders push a last frame out without a time
  if (rows.length === 0) {
    throw new EgoLensError('video/no-timestamps', 'the frames of this file carry no time', {
      where: source,
      cure: 'put the stream into a container, such as MP4',
    })
  }
  rows.sort((a, b) => a.tick - b.tick)
  const startOfFile = Number(format.start_time)
  return {
    codec: stream.codec_name ?? 'unknown',
    width: Number(stream.width),
    height: Number(stream.height),
    rotation: (((-Math.round(Number(stream.rotation ?? 0) / 90) * 90) % 360) + 360) % 360,
    tick: ratio(stream.time_base!),
    ticks: Float64Array.from(rows, (row) => row.tick),
    keys: Uint8Array.from(rows, (row) => row.key),
    lastDuration: rows.at(-1)!.duration || 0,
    origin: Number.isNaN(startOfFile) ? 0 : Math.max(0, startOfFile),
    declaredRate: ratio(stream.r_frame_rate ?? '0/1'),
    ...(stream.color_transfer! in TRANSFER ? { hdr: TRANSFER[stream.color_transfer!] } : {}),
  }
}

type Listing = Awaited<ReturnType<typeof list>>

/** A file that ends before its index does, or whose frames are larger than FFmpeg may decode. */
async function refuseUnusable(source: string, input: Input, { stream, packets, complaints }: Listing): Promise<void> {
  const said = diagnose(complaints)
  if (said.code === 'video/truncated' || ('path' in input && (await brokeOff(input.path)))) {
    const declared = Number(stream.nb_frames)
    const counts = declared > packets ? `: ${packets} of ${declared} frames are in it` : ''
    const { code, message, cure } = diagnose(['partial file'])
    throw new EgoLensError(code, message + counts, { where: source, cure })
  }
  if (said.code === 'video/too-large')
    throw new EgoLensError(said.code, said.message, { where: source, cure: said.cure })
}

async function list(
  source: string,
  input: Input,
  what: 'packets' | 'frames',
  { stallSeconds, totalSeconds = 3600 }: DecodeLimits,
  bytes?: AsyncIterable<Uint8Array>,
) {
  const child = new Child('ffprobe', probeArguments(input, what), {
    ...{ source, stallSeconds, totalSeconds },
    input: bytes,
    maxOutput: MAX_LIST,
    memory: BASE_MEMORY,
  })
  const rows: { tick: number; key: number; duration: number }[] = []
  const [stream, format]: Record<string, string>[] = [{}, {}]
  let packets = 0
  for await (const line of lines(child.output())) {
    const [section, ...pairs] = line.split('|')
    const fields = Object.fromEntries(pairs.map((pair) => pair.split('=', 2) as [string, string]))
    if (section === 'stream') Object.assign(stream!, fields)
    else if (section === 'format') Object.assign(format!, fields)
    else if (section === 'packet' || section === 'frame') {
      packets++
      if (fields.flags?.includes('D')) continue // cut off by an edit list: decoded but never shown
      rows.push({
        tick: Number(fields.pts ?? fields.best_effort_timestamp),
        key: fields.flags?.startsWith('K') || fields.key_frame === '1' ? 1 : 0,
        duration: Number(fields.duration ?? fields.pkt_duration),
      })
    }
  }
  await child.end()
  return { rows, packets, stream: stream!, format: format!, complaints: child.complaints }
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
