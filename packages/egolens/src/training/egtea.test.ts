import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scope } from '@egolens/torch'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { folderOf } from '../../test/folders.js'
import { openDataset } from '../datasets/registry.js'
import { metric } from '../evaluation/metric-names.js'
import { evaluateRun } from './evaluate-run.js'
import { readerOptions } from './recipe.js'
import { standInRecipe, standInResources, WIDTH } from './testing.js'
import { train } from './train.js'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-egtea-'))
})
afterEach(() => rm(root, { recursive: true }))

const clip = (session: string, start: number) => `${session}-${start}-${start + 2000}-F000001-F000050`

/** Three test splits of two clips each; every clip is of noun 2, the pan. */
const tree = {
  'verb_idx.txt': 'Take 1\nMove Around 2\n',
  'noun_idx.txt': 'cup 1\npan 2\nfridge_drawer 3\n',
  ...Object.fromEntries(
    [1, 2, 3].map((split) => [
      `test_split${split}.txt`,
      [0, 4000].map((start) => `${clip(`P0${split}-R01-Pizza`, start)} 1 1 2 3 \n`).join(''),
    ]),
  ),
}

/** A run of the stand-in; EGTEA is read by its own reader, and its frames look like this text. */
async function run(text: string) {
  const resources = standInResources()
  const [open, { read }] = [resources.openDataset, resources.features]
  resources.openDataset = async (spec) =>
    spec.dataset === 'egtea' ? openDataset('egtea', readerOptions(spec)) : open(spec)
  const vector = scope(() => resources.backbone.text.encode([text]).toTypedArray() as Float32Array)
  resources.features.read = async (stream, source) => {
    if (!source.includes('cropped_clips')) return read(stream, source)
    const times = Float64Array.from({ length: 9 }, (_, i) => 0.25 * i)
    return { times, values: Float32Array.from({ length: 9 * WIDTH }, (_, i) => vector[i % WIDTH]!), width: WIDTH }
  }
  await train(standInRecipe({}, { method: 'zero-shot', options: { prompt: '{}' } }), { dir: root, resources })
  const folder = await folderOf(tree)
  return async (emptyClass: boolean) => {
    const set = [`data.test.1={name: egtea, dataset: egtea, split: test, root: ${folder}, emptyClass: ${emptyClass}}`]
    return (await evaluateRun(root, { resources, set })).tests[1]!
  }
}

describe('EGTEA Gaze+ with a run that was trained elsewhere', () => {
  it('is scored on its three test splits as one, against its own classes', async () => {
    const evaluate = await run('pan')
    const test = await evaluate(false)
    expect(test).toMatchObject({ name: 'egtea', role: 'cross', classes: 3, clips: 6, values: { [metric.top1]: 1 } })
    expect(new Set(test.predictions.map(({ video }) => video)).size).toBe(6)
    expect(test.predictions.map(({ label }) => label)).toEqual([1, 1, 1, 1, 1, 1])
    expect(test.counts).toMatchObject({ 'shared classes': 2, 'novel classes': 1 })
  })

  it('may have the class without a name that the paper counts, which competes', async () => {
    const evaluate = await run('')
    const [with0, without] = [await evaluate(true), await evaluate(false)]
    expect([with0.classes, without.classes]).toEqual([4, 3])
    expect(with0.predictions.map(({ label, top }) => [label, top[0]])).toEqual(Array(6).fill([2, 0]))
    expect(without.predictions.every(({ label, top }) => label === 1 && top[0] !== undefined)).toBe(true)
    expect(with0.values[metric.top1]).toBe(0)
  })
})
