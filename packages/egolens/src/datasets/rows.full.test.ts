import { execFileSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import { folderOf } from '../../test/folders.js'

/** `EGOLENS_ROWS=10000000` reads ten million. */
const count = Number(process.env.EGOLENS_ROWS ?? 1_000_000)
/** What a row may take of JavaScript's heap in bytes, while it is read and afterwards; of the rest there is little. */
const [own, epic, program] = [220, 330, 60e6]
const timeout = 900_000

async function writeRows(path: string, header: string, row: (n: number) => string): Promise<void> {
  const file = createWriteStream(path)
  file.write(header)
  for (let i = 0; i < count; i += 1000) {
    const rows = Array.from({ length: Math.min(1000, count - i) }, (_, k) => row(i + k))
    if (!file.write(rows.join(''))) await new Promise<void>((resolve) => file.once('drain', () => resolve()))
  }
  file.end()
  await finished(file)
}

/** What a process with so much heap says of a dataset. */
function read(name: string, options: object, bytes: number): unknown {
  const built = new URL('../../dist/datasets/registry.js', import.meta.url).href
  const source = `
    const { openDataset } = await import(${JSON.stringify(built)})
    const { splits, clips, labels } = await openDataset(${JSON.stringify(name)}, ${JSON.stringify(options)})
      .catch((error) => { console.log(JSON.stringify(error.line)); process.exit() })
    const last = clips('train').at(-1)
    console.log(JSON.stringify([splits.map((split) => clips(split).length), labels.noun.names.length, last.start]))`
  const heap = `--max-old-space-size=${Math.ceil(bytes / 2 ** 20)}`
  return JSON.parse(execFileSync(process.execPath, [heap, '--input-type=module', '-e', source], { encoding: 'utf8' }))
}

const times = (n: number): [string, string] => [(n * 0.37).toFixed(2), (n * 0.37 + 1.13).toFixed(2)]
const lastStart = Number(times(count - 1)[0])
const videos = { 'a.mp4': '', 'b.mp4': '' }

describe(`a table of ${count} rows`, () => {
  it('CSV is read in 220 bytes of heap a row, and refused at once where there is less', { timeout }, async () => {
    const file = join(await folderOf(videos), 'clips.csv')
    await writeRows(file, 'video,start,end,noun,split\n', (n) => {
      const [start, end] = times(n)
      return `${n % 2 ? 'a' : 'b'}.mp4,${start},${end},class ${n % 300},${n % 2 ? 'train' : 'test'}\n`
    })
    expect(read('own', { file }, own * count + program)).toEqual([[count / 2, count / 2], 300, lastStart])
    const refused = read('own', { file }, 100 * count)
    expect(refused).toMatch(/clips.csv: \d+ clips take about \d+ MB of memory, and Node's heap may have \d+ MB/)
    expect(refused).toMatch(/set NODE_OPTIONS=--max-old-space-size=\d+, or split the table/)
  })

  it('JSONL is read in 220 bytes of heap a row', { timeout }, async () => {
    const file = join(await folderOf(videos), 'clips.jsonl')
    await writeRows(file, '', (n) => {
      const [start, end] = times(n).map(Number)
      const [video, split] = n % 2 ? ['a.mp4', 'train'] : ['b.mp4', 'test']
      return `${JSON.stringify({ video, start, end, noun: `class ${n % 300}`, split })}\n`
    })
    expect(read('own', { file }, own * count + program)).toEqual([[count / 2, count / 2], 300, lastStart])
  })

  it("EPIC-KITCHENS-100's CSV is read in 330 bytes of heap a row", { timeout }, async () => {
    const root = await folderOf({
      'EPIC_100_verb_classes.csv': 'id,key\n0,take\n',
      'EPIC_100_noun_classes.csv': 'id,key\n0,pan\n1,cup\n',
    })
    const header =
      'narration_id,participant_id,video_id,narration_timestamp,start_timestamp,stop_timestamp,start_frame,stop_frame,narration,verb,verb_class,noun,noun_class,all_nouns,all_noun_classes\n'
    const clock = (seconds: number) => {
      const parts = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((part) => Math.floor(part))
      return `${parts.map((part) => String(part).padStart(2, '0')).join(':')}.${String(seconds % 1).slice(2, 4) || '00'}`
    }
    await writeRows(join(root, 'EPIC_100_train.csv'), header, (n) => {
      const video = `P01_${100 + (n % 50)}`
      const [start, stop] = [clock(n / 1000), clock(n / 1000 + 1.5)]
      return `${video}_${n},P01,${video},,${start},${stop},1,2,take pan ${n % 5000},take,0,pan,${n % 2},"['pan', 'cup']","[0, 1]"\n`
    })
    const [clips, nouns] = read('epic-kitchens-100', { root }, epic * count + program) as [number[], number]
    expect([clips, nouns]).toEqual([[count], 2])
  })
})
