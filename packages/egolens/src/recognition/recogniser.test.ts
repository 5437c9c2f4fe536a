import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDataset } from '../datasets/registry.js'
import { formulaWeights, tinyConfig, wordTokenizer, writeClip } from '../encoders/clip/clip.testing.js'
import { readAdapterInfo } from '../training/adapter.js'
import { resolveRecipe } from '../training/recipe.js'
import { train } from '../training/train.js'
import { numberedVideo } from '../video/testing.js'
import { calibrateRuns } from './calibrate-runs.js'
import { Recogniser } from './recogniser.js'

let root: string
const at = (name: string) => join(root, name)
const runs = () => [at('run-verb'), at('run-noun')]
const file = { provider: 'file' as const, detections: () => at('hands.json') }
const store = () => ({ store: at('features') })

/** Two videos of 16 s with an action in every second second, a tiny CLIP, and an adapter for each component. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-recogniser-'))
  const videos = ['a.mp4', 'b.mp4']
  for (const name of videos) numberedVideo(at(name), { frames: 128, rate: 8 }, '-pix_fmt', 'yuv420p')
  const rows = videos.flatMap((video) =>
    Array.from({ length: 8 }, (_, i) =>
      [video, 2 * i, 2 * i + 1, `w${1 + (i % 2)}`, `w${3 + (i % 3)}`, 'train'].join(),
    ),
  )
  await writeFile(at('clips.csv'), ['video,start,end,verb,noun,split', ...rows].join('\n'))
  const frames = Array.from({ length: 32 }, (_, i) => ({
    time: i / 2,
    hands: [{ box: [0.2, 0.4, 0.8, 0.9], score: 1 }],
  }))
  await writeFile(at('hands.json'), JSON.stringify({ frames }))
  await mkdir(at('boxes'))
  for (const name of ['a.json', 'b.json']) await writeFile(at(`boxes/${name}`), JSON.stringify({ frames }))
  await writeClip(at('clip'), tinyConfig, formulaWeights(tinyConfig), wordTokenizer(20))
  const data = { dataset: 'own', file: at('clips.csv'), split: 'train', detections: at('boxes') }
  for (const component of ['verb', 'noun'] as const) {
    const recipe = resolveRecipe({
      name: component,
      method: 'x-mic',
      options: { heads: 2, metaNet: 'linear' },
      component,
      backbone: { clip: at('clip') },
      features: { store: at('features'), every: 0.25 },
      data: { train: data, test: [{ ...data, name: 'here' }] },
      training: { epochs: 1, batch: 8, frames: 4, warmupEpochs: 0 },
    })
    await train(recipe, { dir: at(`run-${component}`) })
  }
})
afterAll(() => rm(root, { recursive: true, force: true }))

describe('a recogniser', () => {
  it('finds segments with a verb and a noun, and says what is not as in training', async () => {
    const recogniser = await Recogniser.open(runs(), { ...store(), hands: file })
    const { video, calibrated, segments, moments, notes } = await recogniser.recognise(at('a.mp4'))
    expect([video, calibrated, moments.length > 10]).toEqual(['a.mp4', false, true])
    for (const segment of segments) expect([segment.verb?.top.length, segment.noun?.top.length]).toEqual([2, 3])
    expect(notes).toEqual([expect.stringContaining('Not calibrated')])
    const again = await recogniser.recognise(at('a.mp4'))
    expect(again.segments).toEqual(segments)
    recogniser.dispose()

    const blind = await Recogniser.open(runs(), store())
    expect((await blind.recognise(at('a.mp4'))).notes[0]).toContain('No file of hand boxes')
    blind.dispose()
  })

  it('keeps a calibration for the classes and hand boxes that it was fitted on, not for others', async () => {
    const dataset = await openDataset('own', { file: at('clips.csv') })
    const options = { ...store(), hands: file }
    await calibrateRuns(runs(), dataset.untrimmed('train'), options)
    expect((await readAdapterInfo(runs()[0]!)).calibration).toMatchObject({ fit: { videos: 2, segments: 16 } })
    const own = await Recogniser.open(runs(), options)
    expect(await own.recognise(at('b.mp4'))).toMatchObject({ calibrated: true, notes: [] })
    own.dispose()

    const blind = await Recogniser.open(runs(), { ...store(), hands: { provider: 'none' } })
    const { calibrated, notes } = await blind.recognise(at('b.mp4'))
    expect([calibrated, ...notes]).toEqual([
      false,
      expect.stringContaining('expect less'),
      expect.stringContaining('Not'),
    ])
    blind.dispose()

    const names = ['w7', 'w8']
    const noun = { dataset: 'mine', component: 'noun' as const, names, keys: names }
    const open = await Recogniser.open(runs(), { ...options, labels: { noun } })
    const found = await open.recognise(at('b.mp4'))
    expect(found.calibrated).toBe(false)
    expect(found.notes).toEqual([expect.stringContaining('Not calibrated for these classes')])
    expect(found.moments[0]!.noun).toHaveLength(2)
    expect(open.labels.verb!.names).toEqual(['w1', 'w2'])
    open.dispose()
  })
})
