import { availableParallelism } from 'node:os'
import { isAbsolute } from 'node:path'

/**
 * The only place where command lines of FFmpeg are made. They are built from numbers and one path, never from
 * strings of a user: a file that claims to be a playlist or a concatenation script is refused by the list of
 * containers, and nothing but local files and pipes can be opened.
 */
const CONTAINERS =
  'mov,mp4,matroska,webm,avi,mpegts,mpeg,flv,ogg,asf,h264,hevc,m4v,ivf,nut,mxf,dv,gif,jpeg_pipe,png_pipe'

/** Where FFmpeg reads from: a file by absolute path, or one image or an AVI stream that are written to its stdin. */
export type Input = { path: string } | { stdin: 'jpeg_pipe' | 'png_pipe' | 'avi' }

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
}

function inputArguments(input: Input): string[] {
  const common = ['-protocol_whitelist', 'file,pipe', '-format_whitelist', CONTAINERS]
  if ('stdin' in input) return [...common, '-f', input.stdin, '-i', 'pipe:0']
  if (!isAbsolute(input.path)) throw new TypeError(`not an absolute path: ${input.path}`)
  return [...common, '-i', `file:${input.path}`]
}

/** Raw RGB24 frames on stdout, and a `showinfo` line with its timestamp on stderr for each. */
export function decodeArguments(options: DecodeArguments): string[] {
  const { input, seek, select, width, height, count } = options
  const threads = Math.max(1, Math.floor(options.threads ?? Math.min(4, availableParallelism())))
  const filters = [
    ...(select === undefined ? [] : [`select='${select}'`]),
    'showinfo=checksum=0',
    `scale=${width}:${height}:flags=bicubic+accurate_rnd+full_chroma_int`,
    'format=rgb24',
  ]
  return [
    ...['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+info', '-threads', String(threads), '-copyts'],
    ...(seek === undefined ? [] : ['-seek_timestamp', '1', '-noaccurate_seek', '-ss', seek.toFixed(6)]),
    ...inputArguments(input),
    ...['-map', '0:V:0', '-an', '-sn', '-dn', '-vf', filters.join(','), '-fps_mode', 'passthrough'],
    ...['-frames:v', String(count), '-f', 'rawvideo', 'pipe:1'],
  ]
}

/** One line a packet (or a frame, which decodes), then one for the stream and one for the container. */
export function probeArguments(input: Input, list: 'packets' | 'frames'): string[] {
  const entries = [
    list === 'packets' ? 'packet=pts,duration,flags' : 'frame=best_effort_timestamp,key_frame,pkt_duration',
    'stream=codec_name,width,height,time_base,avg_frame_rate,r_frame_rate',
    'stream_side_data=rotation',
    'format=start_time',
  ]
  return [
    ...['-hide_banner', '-loglevel', 'level+warning', '-select_streams', 'V:0'],
    ...['-show_entries', entries.join(':'), '-of', 'compact', ...inputArguments(input)],
  ]
}
