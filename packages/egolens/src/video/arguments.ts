import { availableParallelism } from 'node:os'
import { isAbsolute } from 'node:path'
import { options, type Program, type Settings } from './options.js'
import { MAX_PIXELS } from './sizes.js'

/**
 * The only place where command lines that read a video are made. They are built from numbers and one path, never from
 * strings of a user: a file that claims to be a playlist or a concatenation script is refused by the list of
 * containers, and nothing but that file or the pipe can be opened.
 */
const CONTAINERS = 'mov,mp4,matroska,webm,avi,mpegts,mpeg,flv,ogg,asf,h264,hevc,m4v,ivf,nut,mxf,dv,gif'

/** The largest piece of memory that FFmpeg may ask for at once, in bytes. */
const MAX_PIECE = 1 << 30

/** Where FFmpeg reads from: a file by absolute path, or one image or an AVI stream that are written to its stdin. */
export type Input = { path: string } | { stdin: 'jpeg_pipe' | 'png_pipe' | 'avi' }

/** Transfer functions of high dynamic range: SMPTE ST 2084 and ARIB STD-B67. */
export type Hdr = 'pq' | 'hlg'

export interface DecodeArguments {
  input: Input
  /** Seconds of the file's own clock to seek to, a key frame's time. */
  seek?: number
  /** An expression of `selectExpression`; without it every frame is decoded. */
  select?: string
  width: number
  height: number
  /** FFmpeg ends after this many frames. */
  count: number
  threads?: number
  /** Map this dynamic range to that of BT.709. */
  hdr?: Hdr
}

function inputOptions(program: Program, input: Input): string[] {
  const limits = { max_pixels: MAX_PIXELS }
  if ('stdin' in input) {
    const only = input.stdin
    return options(program, { ...limits, protocol_whitelist: 'pipe', format_whitelist: only, f: only, i: 'pipe:0' })
  }
  if (!isAbsolute(input.path)) throw new TypeError(`not an absolute path: ${input.path}`)
  return options(program, {
    ...limits,
    protocol_whitelist: 'file',
    format_whitelist: CONTAINERS,
    i: `file:${input.path}`,
  })
}

/**
 * What makes a picture of 8 bits that looks as meant: to linear light, 1 being diffuse white of 203 cd/m2 (ITU-R
 * BT.2408), to BT.709's primaries, highlights rolled off above 0.3 (Mobius), to the curve of BT.1886.
 */
function toneMapping(hdr: Hdr): string[] {
  const transfer = hdr === 'pq' ? 'smpte2084' : 'arib-std-b67'
  return [
    `zscale=tin=${transfer}:pin=bt2020:min=bt2020nc:t=linear:npl=203`,
    'format=gbrpf32le',
    'zscale=p=bt709',
    'tonemap=mobius:param=0.3:desat=0:peak=50',
    'zscale=t=bt709:m=gbr:r=pc',
  ]
}

const QUIET = { nostdin: true, hide_banner: true, nostats: true, loglevel: 'level+info', max_alloc: MAX_PIECE } as const

function before({ input, seek, threads }: DecodeArguments, more: Settings<'ffmpeg'> = {}): string[] {
  const count = Math.max(1, Math.floor(threads ?? Math.min(4, availableParallelism())))
  return [
    ...options('ffmpeg', { ...QUIET, threads: count, filter_threads: count, copyts: true, ...more }),
    ...(seek === undefined ? [] : options('ffmpeg', { seek_timestamp: 1, noaccurate_seek: true, ss: seek.toFixed(6) })),
    ...inputOptions('ffmpeg', input),
  ]
}

const PICTURES = { map: '0:V:0', an: true, sn: true, dn: true } as const

/** Raw RGB24 frames on stdout, and a `showinfo` line with its timestamp on stderr for each. */
export function decodeArguments(wish: DecodeArguments): string[] {
  const { select, width, height, count, hdr } = wish
  const filters = [
    ...(select === undefined ? [] : [`select='${select}'`]),
    'showinfo=checksum=0',
    `scale=${width}:${height}:flags=bicubic+accurate_rnd+full_chroma_int`,
    ...(hdr ? toneMapping(hdr) : []),
    'format=rgb24',
  ]
  return [
    ...before(wish),
    ...options('ffmpeg', { ...PICTURES, vf: filters.join(','), fps_mode: 'passthrough', 'frames:v': count }),
    // A picture is written as it is, and not by way of a buffer of 32 KiB.
    ...options('ffmpeg', { f: 'rawvideo', avioflags: 'direct' }),
    'pipe:1',
  ]
}

/** A `showinfo` line for each frame that decodes without any error, and no pictures. */
export function surveyArguments(wish: Pick<DecodeArguments, 'input' | 'seek' | 'threads' | 'count'>): string[] {
  return [
    ...before({ ...wish, width: 0, height: 0 }, { err_detect: 'explode' }),
    ...options('ffmpeg', { ...PICTURES, vf: 'showinfo=checksum=0', fps_mode: 'passthrough', 'frames:v': wish.count }),
    ...options('ffmpeg', { f: 'null' }),
    'pipe:1',
  ]
}

/** One line a packet (or a frame, which decodes), then one for the stream and one for the container. */
export function probeArguments(input: Input, list: 'packets' | 'frames'): string[] {
  const entries = [
    list === 'packets' ? 'packet=pts,duration,flags' : 'frame=best_effort_timestamp,key_frame,pkt_duration',
    'stream=codec_name,width,height,time_base,avg_frame_rate,r_frame_rate,nb_frames,color_transfer',
    'stream_side_data=rotation',
    'format=start_time',
  ]
  return [
    ...options('ffprobe', { hide_banner: true, loglevel: 'level+warning', max_alloc: MAX_PIECE }),
    ...options('ffprobe', { select_streams: 'V:0', show_entries: entries.join(':'), of: 'compact' }),
    ...inputOptions('ffprobe', input),
  ]
}
