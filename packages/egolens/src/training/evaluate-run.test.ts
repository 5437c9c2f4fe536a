import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
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

  it('takes a list of shared classes, and lets all classes compete on the novel ones', async () => {
    const { data } = standInRecipe()
    const resources = standInResources()
    const other = { ...base, name: 'there', file: 'other.csv' }
    await train(standInRecipe({}, { data: { ...data, test: [...data.test, other] } }), { dir: root, resources })
    const list = join(root, 'shared.txt')
    await writeFile(list, 'cup\nPan\n')
    const novel = async (subsetSpace: 'restricted' | 'full') => {
      const { tests } = await evaluateRun(root, { resources, sharedList: list, subsetSpace })
      expect(tests[0]!.counts).not.toHaveProperty('shared classes')
      expect(tests[1]!.counts).toMatchObject({ 'shared classes': 2, 'novel classes': 4, 'clips of novel classes': 20 })
      return tests[1]!
    }
    const [all, alone] = [await novel('full'), await novel('restricted')]
    const right = all.predictions.filter(({ label, top }) => label > 1 && top[0] === label).length
    expect(all.values['top-1 accuracy over clips of novel classes']).toBeCloseTo(right / 20, 12)
    expect(alone.values['top-1 accuracy over clips of novel classes']).toBeGreaterThanOrEqual(right / 20)
  })

  it('lets the adapter frames lag on Ego4D alone', async () => {
    const { data } = standInRecipe()
    const ego4d = { dataset: 'ego4d-fho-lta', root: '.', split: 'test', name: 'there' }
    const recipe = standInRecipe({}, { options: { metaNet: 'linear' }, data: { ...data, test: [...data.test, ego4d] } })
    const resources = standInResources()
    const scores = async (contextLag: boolean) => {
      const dir = join(root, String(contextLag))
      await train({ ...recipe, training: { ...recipe.training, contextLag } }, { dir, resources })
      return (await evaluateRun(dir, { resources })).tests.map(({ predictions }) => predictions)
    }
    const [[here, there], [lagHere, lagThere]] = [await scores(false), await scores(true)]
    expect(lagHere).toEqual(here)
    expect(lagThere).not.toEqual(there)
  })

  it('takes frames at the start of their parts on EGTEA alone where the recipe says so', async () => {
    const { data } = standInRecipe()
    const egtea = { dataset: 'egtea', root: '.', split: 'test', name: 'there' }
    const resources = standInResources()
    const scores = async (egteaStart: boolean) => {
      const dir = join(root, String(egteaStart))
      const changes = { method: 'zero-shot', data: { ...data, test: [...data.test, egtea] } }
      await train(standInRecipe({ frames: 1, egteaStart }, changes), { dir, resources })
      return (await evaluateRun(dir, { resources })).tests.map(({ predictions }) => predictions)
    }
    const [[here, there], [startHere, startThere]] = [await scores(false), await scores(true)]
    expect(startHere).toEqual(here)
    expect(startThere).not.toEqual(there)
  })

  it('scores the start of each part of a clip where the recipe says so', async () => {
    const resources = standInResources()
    const scores = async (evaluateAt?: 'start') => {
      const dir = join(root, String(evaluateAt))
      const recipe = standInRecipe({ frames: 1, ...(evaluateAt ? { evaluateAt } : {}) }, { method: 'zero-shot' })
      await train(recipe, { dir, resources })
      return (await evaluateRun(dir, { resources })).tests.map(({ predictions }) => predictions)
    }
    const [middle, start] = [await scores(), await scores('start')]
    expect(start).not.toEqual(middle)
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
