import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { renderPlace } from '@egolens/world'
import { openDataset } from 'egolens'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

// The programs run as a reader would run them, on a few clips of the small world: this shows that they work, and no more.
describe('the examples', () => {
  let folder: string
  let video: string

  const run = (program: string, ...args: string[]) =>
    execFileSync(process.execPath, [fileURLToPath(new URL(program, import.meta.url)), ...args], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'egolens-examples-'))
    const root = join(folder, 'kitchen')
    await renderPlace({ place: 'kitchen', dir: root, clips: { train: 6, test: 3 }, seed: 1, workers: 2 })
    const dataset = await openDataset('epic-kitchens-100', { root })
    const rows = dataset.splits
      .filter((split) => split === 'train' || split === 'test')
      .flatMap((split) => dataset.clips(split).map((clip) => ({ split, clip })))
    video = rows[0]!.clip.source
    const name = (noun: number) => dataset.labels.noun!.names[noun]
    const lines = rows.map(({ split, clip }) => `${clip.source},${clip.start},${clip.end},${name(clip.noun!)},${split}`)
    await writeFile(
      join(folder, 'clips.csv'),
      `video,start,end,noun,split\n${lines.join('\n').replaceAll(`${folder}/`, '')}\n`,
    )
    await writeFile(join(folder, 'nouns.txt'), 'red mug\n# not a name\nspanner\n')
  }, 300_000)
  afterAll(() => rm(folder, { recursive: true }))

  it('read-features.js reads a row a frame', () => {
    const [head, ...frames] = run('read-features.js', video).trim().split('\n')
    expect(head).toMatch(new RegExp(`^${frames.length} frames, \\d+ numbers each$`))
    expect(frames[0]).toMatch(/^0\.00 s {2}a photo of a \w+$/)
  })

  it('train-own-clips.js trains and measures', () => {
    const out = run('train-own-clips.js', 'clips.csv', '1')
    expect(out).toMatch(/parameters, 1 updates/)
    expect(out).toMatch(/top-1 accuracy over clips: [\d.]+ %/)
    expect(existsSync(join(folder, 'runs/own-nouns/adapter.json'))).toBe(true)
  }, 300_000)

  it('add-label-list.js recognises classes that it was given, and says that it is not calibrated', () => {
    const out = run('add-label-list.js', 'runs/own-nouns', video, 'nouns.txt')
    expect(out).toMatch(/^calibrated: false\n/)
    expect(out).toMatch(/(red mug|spanner) 0\.\d+, (red mug|spanner) 0\.\d+/)
  }, 300_000)

  it('recognise-video.js writes a report', () => {
    expect(run('recognise-video.js', video, 'runs/own-nouns').trim().split('\n').at(-1)).toBe(
      join(folder, 'recognition.html'),
    )
    expect(existsSync(join(folder, 'recognition.html'))).toBe(true)
  }, 300_000)
})
