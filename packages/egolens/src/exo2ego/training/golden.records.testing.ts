import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Of the videos' frames. */
export const goldenSide = 64

const captions = [
  { caption: 'takes the cup.', media: 1, start: 0.2, end: 0.9 },
  { caption: 'cuts.', media: 2 },
  { caption: 'a pan, a lid', media: 3, start: 0, end: 0.5 },
  { caption: 'C cuts the onion with a knife.', media: 2 },
  { caption: 'the end', media: 1, start: 0.2, end: 0.9 },
]
const pairs = [
  { text: 'C takes the cup.', start: 0.1, end: 0.9, ego: 11, exo: [12] },
  { text: 'cuts the onion', start: 0.3, end: 0.7, ego: 13, exo: [14, 15] },
  { text: 'C washes a pan with the lid.', start: 0.3, end: 0.7, ego: 13, exo: [15, 14] },
]
const questions = [
  { instruction: 'look.', question: 'what is cut?', answer: 'the onion', video: 21, start: 0.1, end: 0.9 },
  { instruction: 'say it.', question: '', answer: 'C takes a cup.', video: 22 },
  {
    ...{ instruction: 'choose.', question: 'which?', choices: ['a pan', 'a cup'], answer: 'a pan' },
    ...{ video: 23, start: 0.2, end: 0.6 },
  },
  { instruction: 'look.', question: 'what?', answer: 'it', video: 21, start: 0.1, end: 0.9 },
  { instruction: 'what is taken?', question: '', answer: 'the lid of the pan', video: 22 },
]

/** Writes captions.jsonl, pairs.jsonl and egoit.jsonl with their videos, as golden/stages.make.py has them. */
export async function writeGoldenRecords(dir: string): Promise<void> {
  const lines = (records: readonly object[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('')
  const names = new Map<number, string>()
  const at = (video: number) => {
    const name = names.get(video) ?? writeVideo(dir, video)
    names.set(video, name)
    return name
  }
  const exo = (videos: readonly number[]) => videos.map((video, i) => ({ camera: `cam${i}`, video: at(video) }))
  const files = {
    captions: captions.map(({ media, ...rest }) => ({ ...rest, media: at(media) })),
    pairs: pairs.map((pair, i) => ({
      ...{ ...pair, id: `${i}`, take: `t${i}`, annotator: '1', time: pair.start },
      ...{ ego: at(pair.ego), exo: exo(pair.exo) },
    })),
    egoit: questions.map(({ video, ...rest }) => ({ ...rest, video: at(video) })),
  }
  for (const [name, records] of Object.entries(files)) await writeFile(join(dir, `${name}.jsonl`), lines(records))
}

/** A second of eight frames that lose nothing when they are coded. @returns its name */
function writeVideo(dir: string, video: number): string {
  const bytes = Buffer.alloc(8 * goldenSide * goldenSide * 3)
  let at = 0
  for (let f = 0; f < 8; f++) {
    for (let y = 0; y < goldenSide; y++) {
      for (let x = 0; x < goldenSide; x++) {
        for (let c = 0; c < 3; c++) {
          bytes[at++] = (3 * x * x + 5 * y * y + (c + 2) * x * y + 17 * c + 40 * f + 61 * video) % 256
        }
      }
    }
  }
  const name = `${video}.mp4`
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${goldenSide}x${goldenSide}`, '-r', '8', '-i', 'pipe:0']
  const argv = ['-v', 'error', ...raw, '-c:v', 'libx264rgb', '-qp', '0', join(dir, name)]
  execFileSync('ffmpeg', argv, { input: bytes, stdio: ['pipe', 'ignore', 'inherit'] })
  return name
}
