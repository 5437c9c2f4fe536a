import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { failure } from '../../test/folders.js'
import { loadAdapter, readAdapterInfo } from './adapter.js'
import { evaluateRun } from './evaluate-run.js'
import type { Recipe } from './recipe.js'
import { standInRecipe, standInResources } from './testing.js'
import { train } from './train.js'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-check-'))
})
afterEach(() => rm(root, { recursive: true }))

async function run(name: string, changes: Partial<Recipe> = {}, training: Partial<Recipe['training']> = {}) {
  const dir = join(root, name)
  await train(standInRecipe({ epochs: 1, ...training }, changes), { dir, resources: standInResources() })
  return dir
}

/** Puts the adapter of one run into the directory of another. */
async function swap(from: string, to: string) {
  for (const file of ['adapter.json', 'adapter.safetensors']) await cp(join(from, file), join(to, file))
}

/** The same datasets, in which a cup is called a mug. */
function withMugs() {
  const resources = standInResources()
  const { openDataset } = resources
  resources.openDataset = async (spec) => {
    const dataset = await openDataset(spec)
    const names = dataset.labels.noun!.names.map((name) => (name === 'cup' ? 'mug' : name))
    return { ...dataset, labels: { ...dataset.labels, noun: { ...dataset.labels.noun!, names } } }
  }
  return resources
}

const evaluated = (dir: string) => failure(evaluateRun(dir, { resources: standInResources() }), root)

describe('an adapter of another run', () => {
  const { features } = standInRecipe()
  it.each<[string, Partial<Recipe>, string]>([
    ['method', { method: 'coop', options: { contextTokens: 4 } }, 'method "x-mic" -> "coop"'],
    ['options', { options: { metaNet: 'linear' } }, 'options.metaNet absent -> "linear"'],
    ['component', { component: 'verb' }, 'components.0 "noun" -> "verb"'],
    ['grid', { features: { ...features, every: 0.5 } }, 'features.every 0.25 -> 0.5'],
    [
      'provider of boxes',
      { features: { ...features, hands: { provider: 'ssd', missing: 'full' } } },
      'features.hands.provider "file" -> "ssd"',
    ],
  ])('is not evaluated as this one: another %s', async (_, changes, difference) => {
    const [mine, other] = [await run('mine'), await run('other', changes)]
    await swap(other, mine)
    const { code, line } = await evaluated(mine)
    expect(code).toBe('adapter/other-recipe')
    expect(line).toContain("mine/adapter.json: the adapter was not trained with this run's recipe: ")
    expect(line).toContain(difference)
  })

  it('trained on another list of classes is not evaluated as this one, though the method crosses lists', async () => {
    const mine = await run('mine')
    const other = join(root, 'other')
    await train(standInRecipe({ epochs: 1 }), { dir: other, resources: withMugs() })
    await swap(other, mine)
    expect(await evaluated(mine)).toEqual({
      code: 'adapter/other-classes',
      line: 'mine/adapter.json: the adapter was trained on other noun classes than this run was begun on (evaluate it in the directory that it was trained in, or train here anew)',
    })
  })

  it('of the same recipe and another seed is this one’s equal', async () => {
    const [mine, other] = [await run('mine'), await run('other', {}, { seed: 2 })]
    await swap(other, mine)
    expect((await evaluateRun(mine, { resources: standInResources() })).tests).toHaveLength(1)
  })

  it('whose words and weights are of two runs is refused', async () => {
    const [mine, other] = [await run('mine'), await run('other', {}, { seed: 2 })]
    await cp(join(other, 'adapter.safetensors'), join(mine, 'adapter.safetensors'))
    expect((await evaluated(mine)).code).toBe('adapter/damaged')
  })

  it('with another width is refused, whoever asks', async () => {
    const dir = await run('mine', { method: 'coop', options: { contextTokens: 4 } })
    const path = join(dir, 'adapter.json')
    const info = await readAdapterInfo(dir)
    await writeFile(path, JSON.stringify({ ...info, options: { contextTokens: 5 } }))
    const { code, line } = await failure(loadAdapter(dir, standInResources().backbone), root)
    expect(code).toBe('adapter/other-shape')
    expect(line).toMatch(/^mine\/adapter.safetensors: the weights are not those of coop as adapter.json has it: /)
    expect(line).toContain('noun.context')
    expect(line).toContain('[4,6] given, [5,6] wanted')
  })

  it('with another number of classes, where each has its own vectors, is refused', async () => {
    const dir = await run('mine', { method: 'coop', options: { contextTokens: 2, classSpecific: true } })
    const info = await readAdapterInfo(dir)
    const noun = {
      ...info.labels.noun!,
      names: info.labels.noun!.names.slice(1),
      keys: info.labels.noun!.keys.slice(1),
    }
    await writeFile(join(dir, 'adapter.json'), JSON.stringify({ ...info, labels: { noun } }))
    expect((await failure(loadAdapter(dir, standInResources().backbone))).code).toBe('adapter/other-shape')
  })
})

describe('a run that is resumed', () => {
  const resumed = (dir: string, resources = standInResources(), training: Partial<Recipe['training']> = {}) =>
    failure(train(standInRecipe({ epochs: 1, ...training }), { dir, resume: true, resources }), root)

  it('on checkpoints of another recipe is refused, and they are left alone', async () => {
    const [mine, other] = [await run('mine'), await run('other', {}, { lr: 1e-3 })]
    await rm(join(mine, 'checkpoints'), { recursive: true })
    await cp(join(other, 'checkpoints'), join(mine, 'checkpoints'), { recursive: true })
    const before = await readFile(join(mine, 'log.jsonl'), 'utf8')
    expect(await resumed(mine)).toEqual({
      code: 'run/other-checkpoint',
      line: 'mine/checkpoints: step-0000004: it belongs to another recipe, and there is none of this one (bring back the checkpoints of this run, or remove these to begin anew)',
    })
    expect(await readFile(join(mine, 'log.jsonl'), 'utf8')).toBe(before)
  })

  it('with other names of classes is refused', async () => {
    const dir = await run('mine')
    const { code, line } = await resumed(dir, withMugs())
    expect([code, line]).toEqual(['run/other-inputs', expect.stringContaining('noun classes "')])
  })

  it('from a version that did not write its classes down goes on', async () => {
    const dir = await run('mine')
    const path = join(dir, 'inputs.json')
    const { 'noun classes': _, ...inputs } = JSON.parse(await readFile(path, 'utf8'))
    await writeFile(path, JSON.stringify(inputs))
    const summary = await train(standInRecipe({ epochs: 1 }), { dir, resume: true, resources: standInResources() })
    expect(summary.resumedFrom).toBe(4)
  })
})
