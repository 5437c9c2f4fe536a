/** What an error of FFmpeg comes from, as far as its words tell. */
export interface Diagnosis {
  code: string
  message: string
  cure?: string
}

const AGAIN = 'get the file again'
const KNOWN: [RegExp, Diagnosis][] = [
  [
    /moov atom not found/,
    {
      code: 'video/no-index',
      message: 'the index of this MP4 (its moov) is missing: the recording or the download broke off',
      cure: `${AGAIN}; a camera's file may be rebuilt with a repair program such as untrunc`,
    },
  ],
  [
    /File ended prematurely|partial file/,
    {
      code: 'video/truncated',
      message: 'the file ends in the middle',
      cure: `${AGAIN}, or keep what is left: ffmpeg -i IN -c copy OUT.mkv`,
    },
  ],
  [
    /not on whitelist|whitelist/i,
    {
      code: 'video/unreadable',
      message: 'this is no video file: playlists, scripts and pictures under the name of one are not opened',
      cure: 'give the video itself, as MP4, MOV, MKV, WebM, AVI or MPEG-TS',
    },
  ],
  [
    /exceeds specified max pixel count|Picture size \d+x\d+ is invalid/,
    {
      code: 'video/too-large',
      message: 'a frame has too many pixels',
      cure: 'scale the video down first',
    },
  ],
  [
    /No such filter: '(zscale|tonemap)'/,
    {
      code: 'video/no-tone-mapping',
      message: 'the video has a high dynamic range (PQ or HLG), and this FFmpeg is built without zscale to map it',
      cure: 'install an FFmpeg with libzimg, such as Debian’s, or convert the video to BT.709 first',
    },
  ],
  [
    /Cannot allocate memory/,
    {
      code: 'video/out-of-memory',
      message: 'FFmpeg needs more memory for this than it is given',
      cure: 'scale the video down first',
    },
  ],
]

/** @param complaints the last warnings and errors on FFmpeg's stderr */
export function diagnose(complaints: readonly string[]): Diagnosis {
  const words = complaints.join('\n')
  return (
    KNOWN.find(([pattern]) => pattern.test(words))?.[1] ?? {
      code: 'video/unreadable',
      message: 'FFmpeg cannot read this',
    }
  )
}

/** A decoder that did not end by itself. */
export function endedBySignal(signal: string): Diagnosis {
  const kill = signal === 'SIGKILL'
  return {
    code: 'video/decoder-crashed',
    message: `FFmpeg was ended by ${signal}${kill ? ', as the system does when memory runs out' : ''}`,
    cure: kill ? 'decode fewer videos at a time' : 'encode the video again, or use a newer FFmpeg',
  }
}
