import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Generator } from '@egolens/torch'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Clip, Component } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import { metric } from '../evaluation/metric-names.js'
import { createMethod, methods } from '../methods/registry.js'
import { standInBackbone, standInLabels } from '../methods/testing.js'
import type { Setting } from '../methods/types.js'
import { loadAdapter, readAdapterInfo } from './adapter.js'
import { baseClips, baseToNovel, holdBack } from './base-novel.js'
import type { ClipSet } from './data.js'
import { scoreClips } from './evaluate.js'
import { evaluateRun } from './evaluate-run.js'
import { type ProtocolSpec, parseRecipe, type Recipe, resolveRecipe } from './recipe.js'
import { standInRecipe, standInResources } from './testing.js'
import { train } from './train.js'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-base-novel-'))
})
afterEach(() => rm(root, { recursive: true }))

const protocol = (changes: Partial<ProtocolSpec> = {}): ProtocolSpec => ({
  kind: 'base-to-novel',
  order: 'id',
  seed: 1,
  classes: 'all',
  mixed: 'mask',
  ...changes,
})

/** Clips as [verb, noun]. */
function setOf(pairs: [number, number][]): ClipSet {
  const clips = pairs.map(
    ([verb, noun], i): Clip => ({ id: `c${i}`, video: 'v', source: 'v', start: 0, end: 1, verb, noun }),
  )
  const labels = {
    verb: standInLabels(['take', 'put', 'cut'], 'verb'),
    noun: standInLabels(['cup', 'pan', 'tap', 'lid']),
  }
  const dataset = { ...({} as ClipSet['dataset']), name: 'kitchen', labels }
  return { dataset, clips, labels, unlabelled: 0 }
}

const names = (halves: ReturnType<typeof holdBack>, component: Component) => [
  halves.base[component]!.names,
  halves.novel[component]!.names,
]

describe('holding classes back', () => {
  const set = setOf([
    [0, 3],
    [2, 3],
    [2, 1],
    [2, 1],
    [1, 3],
  ])

  it('takes the first half of the labels, the larger one', () => {
    const halves = holdBack(protocol(), set, ['verb', 'noun'])
    expect(names(halves, 'verb')).toEqual([['take', 'put'], ['cut']])
    expect(names(halves, 'noun')).toEqual([
      ['cup', 'pan'],
      ['tap', 'lid'],
    ])
  })

  it('takes the most frequent ones in the training clips, of equal ones the first', () => {
    const halves = holdBack(protocol({ order: 'frequency' }), set, ['verb', 'noun'])
    expect(names(halves, 'verb')).toEqual([['take', 'cut'], ['put']])
    expect(names(halves, 'noun')).toEqual([
      ['pan', 'lid'],
      ['cup', 'tap'],
    ])
  })

  it('draws them by seed', () => {
    const draw = (seed: number) => names(holdBack(protocol({ order: 'random', seed }), set, ['noun']), 'noun')
    expect(draw(1)).toEqual(draw(1))
    expect(new Set([1, 2, 3, 4, 5].map((seed) => draw(seed)[0]!.join())).size).toBeGreaterThan(1)
  })

  it('halves only classes with a training clip, when asked', () => {
    const halves = holdBack(protocol({ classes: 'present' }), set, ['noun'])
    expect(names(halves, 'noun')).toEqual([['pan'], ['lid']])
  })

  it('is refused for one class', () => {
    const one = { ...set, labels: { noun: standInLabels(['cup']) } }
    expect(() => holdBack(protocol(), one, ['noun'])).toThrow('stand-in has 1 noun class to halve')
    const present = setOf([
      [0, 2],
      [1, 2],
    ])
    expect(() => holdBack(protocol({ classes: 'present' }), present, ['noun'])).toThrow('1 noun class to halve')
  })
})

describe('clips of base classes', () => {
  const set = setOf([
    [0, 0], // both base
    [2, 1], // novel verb
    [1, 3], // novel noun
    [2, 2], // both novel
  ])
  const halves = holdBack(protocol(), set, ['verb', 'noun'])
  const kept = (mixed: 'mask' | 'drop') => {
    const { set: base, counts } = baseClips(set, halves, { mixed })
    return { clips: base.clips.map(({ id, verb, noun }) => [id, verb, noun]), counts, labels: base.labels }
  }

  it('learn from the base label of a mixed clip', () => {
    const { clips, counts, labels } = kept('mask')
    expect(clips).toEqual([
      ['c0', 0, 0],
      ['c1', -1, 1],
      ['c2', 1, -1],
    ])
    expect(counts).toEqual({ 'clips of novel classes, left out': 1, 'clips with one novel label, masked': 2 })
    expect(labels).toEqual(halves.base)
  })

  it('or leave it out', () => {
    const { clips, counts } = kept('drop')
    expect(clips).toEqual([['c0', 0, 0]])
    expect(counts).toEqual({ 'clips of novel classes, left out': 1, 'clips with one novel label, left out': 2 })
  })

  it('count labels from the first base class', () => {
    const random = { base: { noun: standInLabels(['tap', 'lid']) }, novel: { noun: standInLabels(['cup', 'pan']) } }
    expect(baseClips(set, random, { mixed: 'mask' }).set.clips.map(({ id, noun }) => [id, noun])).toEqual([
      ['c2', 1],
      ['c3', 0],
    ])
  })

  it('are needed', () => {
    const none = { ...set, clips: set.clips.slice(3) }
    expect(() => baseClips(none, halves, { mixed: 'mask' })).toThrow(
      'none of the 1 clips of kitchen is of base classes',
    )
  })
})

describe('a base-to-novel run', () => {
  const variant = (changes: Partial<Recipe> = {}, choices: Partial<ProtocolSpec> = {}) =>
    baseToNovel(standInRecipe({ epochs: 6 }, { options: { metaNet: 'linear' }, ...changes }), choices)

  it('learns base classes alone, and is scored on both halves, each against its own names', async () => {
    const resources = standInResources()
    const summary = await train(variant(), { dir: root, resources })
    expect(summary).toMatchObject({ clips: 30, counts: { 'clips of novel classes, left out': 30 } })
    const info = await readAdapterInfo(root)
    expect([info.labels.noun!.names, info.novel!.noun!.names]).toEqual([
      ['cup', 'pan', 'knife'],
      ['tap', 'bowl', 'lid'],
    ])

    const { tests } = await evaluateRun(root, { resources })
    const dataset = await resources.openDataset({ dataset: 'own', split: 'test' })
    const { method } = await loadAdapter(root, resources.backbone)
    const { noun } = await scoreClips(method, dataset.clips('test'), dataset.labels, { features: resources.features })
    const share = (from: number) => {
      const clips = noun!.filter(({ label }) => label >= from && label < from + 3)
      const right = clips.filter(({ label, logits }) => {
        const own = [...logits.slice(from, from + 3)]
        return own.indexOf(Math.max(...own)) === label - from
      })
      return right.length / clips.length
    }
    const [base, novel] = [share(0), share(3)]
    expect(tests[0]!.values).toMatchObject({
      [metric.base]: base,
      [metric.novel]: novel,
      [metric.baseNovel]: expect.closeTo((2 * base * novel) / (base + novel), 12),
    })
    expect(tests[0]!.counts).toMatchObject({
      'base classes': 3,
      'novel classes': 3,
      'clips of base classes': 15,
      'clips of novel classes': 15,
    })
    expect(base).toBeGreaterThan(0.8)
    // With all six names to choose from neither half can be easier.
    const full = (await evaluateRun(root, { resources, subsetSpace: 'full' })).tests[0]!
    expect(full.values[metric.base]).toBeLessThanOrEqual(base)
    expect(full.values[metric.novel]).toBeLessThanOrEqual(novel)
    expect((full.values[metric.base]! + full.values[metric.novel]!) / 2).toBeCloseTo(full.values[metric.top1]!, 12)
    method.module.dispose()
  })

  it('does not depend on what else competes: a half alone gives the logits that it has among all', async () => {
    const resources = standInResources()
    const dataset = await resources.openDataset({ dataset: 'own', split: 'test' })
    for (const [method, options] of [
      ['x-mic', { metaNet: 'linear' }],
      ['coop', { contextTokens: 4 }],
      ['zero-shot', {}],
    ] as const) {
      const dir = join(root, method)
      await train(variant({ method, options }), { dir, resources })
      const { method: learned, info } = await loadAdapter(dir, resources.backbone)
      const score = async (labels: typeof dataset.labels) =>
        (await scoreClips(learned, dataset.clips('test'), labels, { features: resources.features })).noun!
      const [all, novel] = [await score(dataset.labels), await score(info.novel!)]
      for (const [i, { logits }] of novel.entries()) {
        for (const [k, logit] of logits.entries()) expect(logit).toBeCloseTo(all[i]!.logits[3 + k]!, 3)
      }
      learned.module.dispose()
    }
  })

  it.each(['mask', 'drop'] as const)('of verbs and nouns together counts actions by half: %s', async (mixed) => {
    const resources = standInResources()
    const summary = await train(variant({ component: 'both' }, { mixed }), { dir: root, resources })
    // Verbs 0 and 1 of 3, nouns 0 to 2 of 6: of every 18 clips 6 are base, 3 are novel, 9 are mixed.
    const counts = { 'clips of novel classes, left out': 9 }
    const name = mixed === 'mask' ? 'clips with one novel label, masked' : 'clips with one novel label, left out'
    expect(summary).toMatchObject({ clips: mixed === 'mask' ? 51 : 21, counts: { ...counts, [name]: 30 } })
    const { summary: lines } = await evaluateRun(root, { resources })
    const of = (name: string) => lines.find((line) => line.name === name)!
    expect(of(metric.baseAction).counts).toEqual({ clips: 12 })
    expect(of(metric.novelAction).counts).toEqual({ clips: 3 })
    expect(of(metric.baseNovelAction).counts).toEqual({ 'clips of mixed actions': 15 })
    const [a, b] = [of(metric.baseAction).value, of(metric.novelAction).value]
    expect(of(metric.baseNovelAction).value).toBeCloseTo(a + b === 0 ? 0 : (2 * a * b) / (a + b), 12)
    const log = (await readFile(join(root, 'log.jsonl'), 'utf8')).trim().split('\n')
    const epochs = log.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'epoch')
    for (const { accuracy } of epochs) for (const share of Object.values(accuracy)) expect(share).toBeLessThanOrEqual(1)
  })

  it('selects its epoch by base classes of participants that are held out', async () => {
    const { data } = standInRecipe()
    const recipe = variant({ data: { ...data, validation: { holdOut: 0.3 } }, component: 'both' })
    const selecting = resolveRecipe({ ...recipe, training: { ...recipe.training, select: 'val_within' } })
    const { epoch } = await train(selecting, { dir: root, resources: standInResources() })
    const log = (await readFile(join(root, 'log.jsonl'), 'utf8')).trim().split('\n')
    const scores = log.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'epoch')
    expect(scores[epoch!].validation).toBe(Math.max(...scores.map(({ validation }) => validation)))
  })

  it('of a method that trains nothing is scored in the same way', async () => {
    const resources = standInResources()
    await train(variant({ method: 'zero-shot', options: {} }), { dir: root, resources })
    const { tests, trainedOn } = await evaluateRun(root, { resources })
    expect(trainedOn).toBeNull()
    expect(tests[0]!.counts).toMatchObject({ 'clips of base classes': 15, 'clips of novel classes': 15 })
  })

  it('whose test set has no clip of a half is refused before any features are found', async () => {
    const resources = standInResources()
    const { openDataset } = resources
    resources.openDataset = async (spec) => {
      const dataset = await openDataset(spec)
      return { ...dataset, clips: (split) => dataset.clips(split).filter((c) => split === 'train' || c.noun! < 3) }
    }
    resources.extract = async () => expect.fail('features were looked for')
    await expect(train(variant(), { dir: root, resources })).rejects.toMatchObject({
      code: 'protocol/no-test-clips',
      message: 'none of the 15 clips of "here" has one of the 3 novel noun classes',
    })
  })
})

/** Whether a method transfers, by itself; undefined where the stand-in has no layers to build it on. */
function tryMethod(name: string, options: object, setting: Omit<Setting, 'generator'>): boolean | undefined {
  try {
    const method = createMethod(name, options, { ...setting, generator: new Generator(1) })
    method.module.dispose()
    return method.transfersToNewLabels
  } catch (error) {
    if (error instanceof EgoLensError) return undefined
    throw error
  }
}

describe('the base-to-novel variant of a recipe', () => {
  it('keeps everything but the protocol and the tests of other datasets', () => {
    const { data } = standInRecipe()
    const other = { dataset: 'own', file: 'other.csv', split: 'test', name: 'there' }
    const recipe = standInRecipe({}, { data: { ...data, test: [...data.test, other] } })
    const variant = baseToNovel(recipe, { order: 'frequency' })
    expect(variant.protocol).toEqual(protocol({ order: 'frequency' }))
    expect(variant.data.test.map(({ name }) => name)).toEqual(['here'])
    const { name, protocol: _, data: __, ...rest } = variant
    const { name: before, data: ___, ...same } = recipe
    expect([name, rest]).toEqual([`${before}-base-to-novel`, same])
  })

  const text = `name: a
method: coop
options:
  contextTokens: 4
  classSpecific: true
component: noun
data:
  train: { dataset: own, split: train, file: clips.csv }
  test: [{ name: here, dataset: own, split: test, file: clips.csv, detections: boxes }]
protocol: { kind: base-to-novel }
`
  const refusal = (source: string) => {
    try {
      return void parseRecipe(source, { where: 'r.yaml' })
    } catch (error) {
      return error as EgoLensError
    }
  }

  it('is refused for contexts of each class, at their line', () => {
    expect(refusal(text)).toBeInstanceOf(EgoLensError)
    expect(refusal(text)!.line).toBe(
      'r.yaml:5: coop cannot score novel classes: its vectors are learned for each training class (change options.classSpecific: base-to-novel tests on classes that training does not see)',
    )
    expect(refusal(text.replace('true', 'false'))).toBeUndefined()
    const probe = text.replace('method: coop', 'method: probe').replace(/options:\n.*\n.*\n/, '')
    expect(refusal(probe)!.line).toMatch(/^r.yaml:2: probe cannot score novel classes/)
  })

  it('is refused for every method that says of itself that it knows its training classes alone', () => {
    const both = { noun: standInLabels(['cup', 'pan']), verb: standInLabels(['cut', 'put'], 'verb') }
    const setting = {
      backbone: standInBackbone(),
      components: ['noun', 'verb'] as Component[],
      frames: 4,
      labels: both,
    }
    for (const { name, options, tiedBy } of methods.values()) {
      for (const given of [{}, { classSpecific: true }]) {
        const parsed = options.safeParse(given)
        if (!parsed.success) continue
        const made = tryMethod(name, given, setting)
        if (made !== undefined) expect([name, given, tiedBy?.(parsed.data) === undefined]).toEqual([name, given, made])
      }
    }
  })

  it('is refused without a test set of its own dataset; where its boxes lie does not matter', () => {
    const other = text.replace('true', 'false').replace('split: test, file: clips.csv', 'split: test, file: b.csv')
    expect(refusal(other)).toMatchObject({ code: 'recipe/no-within-test', where: 'r.yaml:9' })
  })
})
