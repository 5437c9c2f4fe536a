import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readResult } from '../evaluation/result.js'
import { evaluateRun } from './evaluate-run.js'
import { standInRecipe, standInResources } from './testing.js'
import { train } from './train.js'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-evaluate-'))
})
afterEach(() => rm(root, { recursive: true }))

async function result(changes: Parameters<typeof standInRecipe>[1] = {}) {
  const resources = standInResources()
  const recipe = standInRecipe({}, changes)
  await train(recipe, { dir: root, resources })
  return evaluateRun(root, { resources })
}

const base = { dataset: 'own', file: 'clips.csv', split: 'test' }

describe('evaluating a run', () => {
  it('scores every test set, within and across, and writes the result file', async () => {
    const { data } = standInRecipe()
    const other = { ...base, name: 'there', file: 'other.csv' }
    const found = await result({ component: 'both', data: { ...data, test: [...data.test, other] } })
    expect(found).toMatchObject({ name: 'X-MIC', method: 'x-mic', trainedOn: 'here', seed: 1, updates: 8 })
    expect(found.tests.map(({ name, component, role, clips }) => [name, component, role, clips])).toEqual([
      ['here', 'verb', 'within', 30],
      ['here', 'noun', 'within', 30],
      ['there', 'verb', 'cross', 30],
      ['there', 'noun', 'cross', 30],
    ])
    // The stand-in's two datasets have the same clips, so within, cross and their harmonic mean are one number.
    const noun = found.tests[1]!.values['top-1 accuracy over clips']!
    expect(found.summary.find((entry) => entry.component === 'noun')!.value).toBeCloseTo(noun, 12)
    expect(found.hashes).toMatchObject({
      'features image hand': 'hand',
      'split here': expect.stringMatching(/^[0-9a-f]{16}$/),
    })
    expect(await readResult(join(root, 'result.json'))).toEqual(JSON.parse(JSON.stringify(found)))
  })

  it('says that zero-shot was trained on nothing', async () => {
    const { data } = standInRecipe()
    const other = { ...base, name: 'there', file: 'other.csv' }
    const found = await result({ method: 'zero-shot', row: 'CLIP', data: { ...data, test: [...data.test, other] } })
    expect(found).toMatchObject({ name: 'CLIP', trainedOn: null, seed: null, parameters: 0, updates: 0 })
    expect(found.tests[1]!.counts).toMatchObject({ 'shared classes': 6, 'novel classes': 0 })
  })

  it('gives the same predictions again', async () => {
    const first = await result()
    const text = await readFile(join(root, 'result.json'), 'utf8')
    const again = await evaluateRun(root, { resources: standInResources() })
    expect(again.tests).toEqual(first.tests)
    expect(JSON.parse(text).tests).toEqual(JSON.parse(JSON.stringify(first.tests)))
  })

  it('refuses other classes for contexts of each class', async () => {
    const resources = standInResources()
    const recipe = standInRecipe({}, { method: 'coop', options: { classSpecific: true, contextTokens: 2 } })
    await train(recipe, { dir: root, resources })
    expect((await evaluateRun(root, { resources })).tests).toHaveLength(1)
    const dataset = await resources.openDataset(recipe.data.train)
    const names = ['x', 'y', 'z', 'u', 'v', 'w']
    const labels = { ...dataset.labels, noun: { ...dataset.labels.noun!, names } }
    resources.openDataset = async () => ({ ...dataset, labels })
    await expect(evaluateRun(root, { resources })).rejects.toMatchObject({ code: 'method/not-transferable' })
  })
})
