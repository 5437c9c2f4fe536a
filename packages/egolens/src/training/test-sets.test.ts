import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { failure } from '../../test/folders.js'
import type { LabelSet } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import { metric } from '../evaluation/metric-names.js'
import { evaluateRun } from './evaluate-run.js'
import { extractFeatures } from './prepare.js'
import { parseRecipe, type Recipe } from './recipe.js'
import { writeRecipe } from './recipe.write.js'
import { standInRecipe, standInResources } from './testing.js'
import { train } from './train.js'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-tests-'))
})
afterEach(() => rm(root, { recursive: true }))

const there = { dataset: 'own', file: 'other.csv', split: 'test', name: 'there' }
const withOther = (changes: Partial<Recipe> = {}, other: Partial<Recipe['data']['test'][number]> = {}) => {
  const { data } = standInRecipe()
  return standInRecipe({ epochs: 1 }, { ...changes, data: { ...data, test: [...data.test, { ...there, ...other }] } })
}

/** The stand-in, whose other file has other nouns, and which fails where frames are wanted. */
function elsewhere(names: string[]) {
  const resources = standInResources()
  const { openDataset } = resources
  resources.openDataset = async (spec) => {
    const dataset = await openDataset(spec)
    if (spec.file !== 'other.csv') return dataset
    const noun: LabelSet = { ...dataset.labels.noun!, names, keys: names }
    return { ...dataset, labels: { ...dataset.labels, noun } }
  }
  resources.extract = async () => expect.fail('frames were decoded')
  return resources
}

describe('test sets of other classes', () => {
  const nouns = ['saw', 'hammer', 'drill', 'nail', 'bolt', 'nut']
  const contexts = { method: 'coop', options: { classSpecific: true, contextTokens: 2 } }

  it.each([
    ['contexts of each class', contexts, 'options.classSpecific', 'its vectors are learned for each training class'],
    ['the probe', { method: 'probe', options: { width: 8 } }, 'method', 'it has an output for each training class'],
  ])('are refused for %s before any frame is decoded', async (_, changes, key, why) => {
    const recipe = withOther(changes)
    const expected = {
      code: 'method/not-transferable',
      line: `${key}: ${recipe.method} learned 6 noun classes and cannot score the 6 of "there", such as "saw": ${why} (take "there" out of data.test, or change ${key})`,
    }
    expect(await failure(train(recipe, { dir: join(root, 'a'), resources: elsewhere(nouns) }))).toEqual(expected)
    expect(await failure(extractFeatures(recipe, { resources: elsewhere(nouns) }))).toEqual(expected)
    // A run that was trained when the test set was not there.
    const dir = join(root, 'b')
    const blind = elsewhere(nouns)
    const open = blind.openDataset
    blind.openDataset = async (spec) => (spec.file === 'other.csv' ? failOpen() : open(spec))
    blind.extract = standInResources().extract
    await train(recipe, { dir, resources: blind })
    expect(await failure(evaluateRun(dir, { resources: elsewhere(nouns) }))).toEqual(expected)
  })

  it('are scored by a method that transfers', async () => {
    const resources = elsewhere(nouns)
    resources.extract = standInResources().extract
    await train(withOther(), { dir: root, resources })
    const { tests } = await evaluateRun(root, { resources })
    expect(tests[1]!.counts).toMatchObject({ 'shared classes': 0, 'novel classes': 6 })
  })

  it('in another order are other classes', async () => {
    const { message } = (await train(withOther(contexts), {
      dir: root,
      resources: elsewhere(['pan', 'cup', 'knife', 'tap', 'bowl', 'lid']),
    }).catch((error: unknown) => error)) as Error
    expect(message).toContain('in another order or number')
  })
})

function failOpen(): never {
  throw new EgoLensError('dataset/no-file', 'no such file')
}

describe('lists of shared classes', () => {
  const list = async (name: string, ...names: string[]) => {
    await writeFile(join(root, name), names.join('\n'))
    return join(root, name)
  }
  const counts = async (dir: string, options: Parameters<typeof evaluateRun>[1] = {}) => {
    const { tests, hashes } = await evaluateRun(dir, { resources: standInResources(), ...options })
    const sizes = tests.map(({ name, component, counts }) => [
      name,
      component,
      counts!['shared classes'],
      counts!['clips of shared classes'],
    ])
    return { sizes, hashes, tests }
  }

  it('are one for each component, by the recipe or by the call, which goes first', async () => {
    const shared = { verb: await list('verbs.txt', 'take'), noun: await list('nouns.txt', 'Cup', 'pan') }
    const recipe = withOther({ component: 'both' }, { shared })
    await train(recipe, { dir: root, resources: standInResources() })
    const own = await counts(root)
    expect(own.sizes).toEqual([
      ['here', 'verb', undefined, undefined],
      ['here', 'noun', undefined, undefined],
      ['there', 'verb', 1, 12],
      ['there', 'noun', 2, 10],
    ])
    expect(own.hashes['shared classes of there']).toBe('verbs.txt, nouns.txt')
    const given = await counts(root, { sharedList: { noun: await list('three.txt', 'cup', 'pan', 'lid') } })
    expect(given.sizes.slice(2)).toEqual([
      // Equal names where the call has no list: all three verbs.
      ['there', 'verb', 3, 30],
      ['there', 'noun', 3, 15],
    ])
    expect(await failure(counts(root, { sharedList: shared.noun }), root)).toMatchObject({
      code: 'evaluation/one-list',
      line: expect.stringContaining('--shared-verbs'),
    })
  })

  it('may be of a test within, and let all classes compete', async () => {
    const { data } = standInRecipe()
    const test = data.test.map((spec) => ({ ...spec, shared: 'shared.txt', subsets: 'full' as const }))
    const path = await list('shared.txt', 'cup', 'pan')
    const recipe = standInRecipe({ epochs: 1 }, { data: { ...data, test: [{ ...test[0]!, shared: path }] } })
    await train(recipe, { dir: root, resources: standInResources() })
    const full = await counts(root)
    expect(full.sizes).toEqual([['here', 'noun', 2, 10]])
    expect(full.hashes).toMatchObject({
      'shared classes of here': 'shared.txt',
      'classes that compete on parts of here': 'all',
    })
    const alone = await counts(root, { subsetSpace: 'restricted' })
    expect(alone.hashes).not.toHaveProperty('classes that compete on parts of here')
    expect(alone.tests[0]!.values[metric.shared]).toBeGreaterThanOrEqual(full.tests[0]!.values[metric.shared]!)
  })

  it('with a name that is no class are refused with the line, before anything is scored', async () => {
    await train(withOther(), { dir: root, resources: standInResources() })
    const resources = elsewhere(['cup', 'pan', 'knife', 'tap', 'bowl', 'lid'])
    const sharedList = await list('shared.txt', 'cup', 'knive')
    expect(await failure(evaluateRun(root, { resources, sharedList }), root)).toEqual({
      code: 'labels/unknown-name',
      line: 'shared.txt:2: "knive" is not a noun of stand-in (did you mean "knife"?)',
    })
  })

  it('are not passed over where no test set is of another dataset', async () => {
    await train(standInRecipe({ epochs: 1 }), { dir: root, resources: standInResources() })
    const sharedList = { noun: '/lists/nouns.txt' }
    expect(await failure(evaluateRun(root, { resources: standInResources(), sharedList }))).toMatchObject({
      code: 'evaluation/no-cross-test',
    })
  })

  it('stand with test sets alone, and shots with training alone', () => {
    const text = writeRecipe(withOther())
    const refuse = (set: string) => {
      try {
        return void parseRecipe(text, { set: [set] })
      } catch (error) {
        return (error as Error).message
      }
    }
    expect(refuse('data.train.shared=a.txt')).toContain('data.train.shared: unknown key')
    expect(refuse('data.test.0.shots=4')).toContain('data.test.0.shots: unknown key')
    expect(refuse('data.train.shots=4')).toBeUndefined()
    expect(refuse('data.test.0.shared={verb: a.txt, noun: b.txt}')).toBeUndefined()
    expect(refuse('data.test.0.shared={verbs: a.txt}')).toContain('data.test.0.shared')
  })
})

describe('an evaluation with other values', () => {
  const run = async () => {
    await train(withOther(), { dir: root, resources: standInResources() })
    await evaluateRun(root, { resources: standInResources() })
    return readFile(join(root, 'result.json'), 'utf8')
  }

  it('takes other test sets, and leaves the result of the run where it is', async () => {
    const before = await run()
    const set = ['data.test.2={name: third, dataset: own, split: test, file: third.csv, limit: 7}']
    const out = join(root, 'other/result.json')
    const { tests } = await evaluateRun(root, { resources: standInResources(), set, out })
    expect(tests.map(({ name, clips }) => [name, clips])).toEqual([
      ['here', 30],
      ['there', 30],
      ['third', 7],
    ])
    expect(JSON.parse(await readFile(out, 'utf8')).tests).toHaveLength(3)
    expect(await readFile(join(root, 'result.json'), 'utf8')).toBe(before)
  })

  it('refuses values that were decided by training', async () => {
    await run()
    const changed = evaluateRun(root, {
      resources: standInResources(),
      set: ['training.lr=1', 'data.train.split=test'],
    })
    expect(await failure(changed)).toMatchObject({
      code: 'evaluation/set',
      line: expect.stringContaining(
        'a trained run has its values: data.train.split "train" -> "test", training.lr 0.01 -> 1',
      ),
    })
  })
})
