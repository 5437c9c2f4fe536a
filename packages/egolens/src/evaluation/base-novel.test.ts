import { describe, expect, it } from 'vitest'
import type { BaseNovel } from '../datasets/base-novel.js'
import type { Component } from '../datasets/types.js'
import { baseNovelTable } from './base-novel-table.js'
import { compare, differenceText, tablesOf } from './compare.js'
import { metric } from './metric-names.js'
import { evaluate, type ScoredTest } from './protocols.js'
import type { Result } from './result.js'
import { flatColumns } from './table.js'

/** Classes 0 and 1 are base, 2 and 3 novel. */
const halves: BaseNovel = { base: [0, 1], novel: [2, 3] }

/** A clip with logits by class. */
const clip = (id: string, label: number, ...logits: number[]) => ({
  id,
  video: id,
  label,
  logits: Float32Array.from(logits),
})

const test = (component: Component, clips: ScoredTest['clips'], over: Partial<ScoredTest> = {}): ScoredTest => ({
  name: 'kitchen',
  dataset: 'epic-kitchens-100',
  split: 'test',
  role: 'within',
  labels: { dataset: 'kitchen', component, names: ['a', 'b', 'c', 'd'], keys: ['a', 'b', 'c', 'd'] },
  clips,
  ...over,
})

// Right in its half but not among all, right in both, wrong in both: base; then the same, novel.
const verbs = test('verb', [
  clip('1', 0, 2, 1, 3, 0),
  clip('2', 0, 3, 0, 1, 2),
  clip('3', 1, 2, 1, 0, 0),
  clip('4', 2, 3, 0, 2, 1),
  clip('5', 3, 0, 0, 1, 2),
  clip('6', 2, 0, 0, 1, 2),
])
const nouns = test('noun', [
  clip('1', 1, 0, 1, 2, 0), // base with a base verb: right
  clip('2', 0, 0, 1, 0, 0), // base with a base verb: wrong
  clip('3', 3, 0, 0, 0, 1), // mixed
  clip('4', 3, 0, 0, 0, 1), // novel with a novel verb: right
  clip('5', 0, 1, 0, 0, 0), // mixed
  clip('6', 3, 0, 0, 0, 1), // novel with a novel verb: right, but its verb is wrong
])

const options = { baseNovel: () => halves }

describe('base and novel classes', () => {
  it('compete with their own half alone', () => {
    const { values, counts, predictions } = evaluate([verbs], options).tests[0]!
    expect(values).toMatchObject({
      [metric.top1]: 2 / 6,
      [metric.base]: 2 / 3,
      [metric.novel]: 2 / 3,
      [metric.baseNovel]: expect.closeTo(2 / 3, 12),
    })
    expect(counts).toEqual({
      'classes with clips': 4,
      'base classes': 2,
      'novel classes': 2,
      'clips of base classes': 3,
      'clips of novel classes': 3,
    })
    expect(predictions.map(({ half }) => half)).toEqual([
      { of: 'base', best: 0 },
      { of: 'base', best: 0 },
      { of: 'base', best: 0 },
      { of: 'novel', best: 2 },
      { of: 'novel', best: 3 },
      { of: 'novel', best: 3 },
    ])
  })

  it('or with all classes, when asked', () => {
    const [all] = evaluate([verbs], { ...options, subsetSpace: 'full' }).tests
    expect(all!.values).toMatchObject({ [metric.base]: 1 / 3, [metric.novel]: 1 / 3 })
    expect(all!.predictions[0]!.half).toEqual({ of: 'base', best: 2 })
  })

  it('leave out classes that are in neither half', () => {
    const { counts, values, predictions } = evaluate([verbs], { baseNovel: () => ({ base: [0], novel: [2] }) })
      .tests[0]!
    expect(counts).toMatchObject({ 'clips of base classes': 2, 'clips of novel classes': 2 })
    expect(values).toMatchObject({ [metric.base]: 1, [metric.novel]: 1 })
    expect(predictions[2]!.half).toBeUndefined()
  })

  it('are those of a test within; others have shared classes', () => {
    const cross = test('verb', verbs.clips, { role: 'cross' })
    const { values } = evaluate([cross], { ...options, trainedOn: { verb: verbs.labels } }).tests[0]!
    expect(values[metric.base]).toBeUndefined()
    expect(values[metric.shared]).toBe(2 / 6)
  })
})

describe('actions of base and novel classes', () => {
  it('are right when verb and noun are, each within its half; mixed ones are counted', () => {
    const { summary } = evaluate([verbs, nouns], options)
    expect(summary).toEqual([
      { name: metric.action, of: ['kitchen'], value: 1 / 6 },
      { name: metric.baseAction, of: ['kitchen'], value: 0.5, counts: { clips: 2 } },
      { name: metric.novelAction, of: ['kitchen'], value: 0.5, counts: { clips: 2 } },
      { name: metric.baseNovelAction, of: ['kitchen'], value: 0.5, counts: { 'clips of mixed actions': 2 } },
    ])
    const { summary: full } = evaluate([verbs, nouns], { ...options, subsetSpace: 'full' })
    expect(full.find(({ name }) => name === metric.novelAction)!.value).toBe(0)
  })

  it('have no figure where there is none', () => {
    const only = (tests: ScoredTest[]) => tests.map((one) => ({ ...one, clips: one.clips.slice(0, 3) }))
    const { summary } = evaluate(only([verbs, nouns]), options)
    expect(summary.map(({ name }) => name)).toEqual([metric.action, metric.baseAction])
  })
})

const result = (name: string, seed: number | null, tests: ScoredTest[], over = options as object): Result => ({
  format: 'egolens-result',
  version: 1,
  name,
  method: name,
  trainedOn: seed === null ? null : 'kitchen',
  seed,
  recipe: {},
  ...evaluate(tests, over),
  hashes: {},
  versions: {},
  seconds: {},
})

describe('the table of base-to-novel', () => {
  it('has nouns, verbs and actions, and takes verbs and nouns from two runs of a row', () => {
    const table = baseNovelTable([
      result('ZS CLIP', null, [verbs]),
      result('ZS CLIP', null, [nouns]),
      result('EgoPrompt', 1, [verbs, nouns]),
      result('EgoPrompt', 2, [verbs, nouns]),
      result('CoOp', 1, [verbs]),
    ])
    expect(flatColumns(table)).toEqual(
      ['Nouns', 'Verbs', 'Actions'].flatMap((of) =>
        ['base', 'novel', 'hm'].map((column) => `Trained on the base classes of kitchen: ${of}: ${column}`),
      ),
    )
    const cells = (row: number) => table.rows[row]!.cells.map((cell) => cell?.mean)
    const close = (value: number) => expect.closeTo(value, 12)
    const [two, one] = [close(2 / 3), close(1 / 2)]
    expect(cells(0)).toEqual([two, 1, close(0.8), two, two, two, one, one, one])
    expect(cells(1)).toEqual(cells(0))
    expect(cells(2)).toEqual([undefined, undefined, undefined, two, two, two, undefined, undefined, undefined])
    expect(table.rows[1]!.cells[0]!.runs).toBe(2)
    expect(table.notes).toEqual(['Mean ± standard deviation over seeds.'])
  })

  it('stands beside the others in a comparison, and each half has its differences', () => {
    const whole = { trainedOn: { verb: verbs.labels } }
    const cross = test('verb', verbs.clips, { name: 'workshop', role: 'cross' })
    const better = test(
      'verb',
      verbs.clips.map((c) => ({ ...c, logits: c.logits.map((_, k) => (k === c.label ? 9 : 0)) })),
    )
    const comparison = compare([
      result('CoOp', 1, [verbs, cross], whole),
      result('CoOp', 1, [verbs, cross]),
      result('X-MIC', 1, [better]),
    ])
    expect(comparison.table.rows).toHaveLength(1)
    expect(tablesOf(comparison).map(({ groups }) => groups[0]!.title)).toEqual([
      'Trained on kitchen',
      'Trained on the base classes of kitchen',
    ])
    expect(comparison.differences.map(({ test, difference }) => [test, difference])).toEqual([
      ['kitchen, base classes', expect.closeTo(1 / 3, 12)],
      ['kitchen, novel classes', expect.closeTo(1 / 3, 12)],
    ])
    expect(differenceText(comparison.differences[1]!)).toContain('verbs of kitchen, novel classes: +33.33 points')
    expect(tablesOf(compare([result('X-MIC', 1, [verbs])])).map(({ title }) => title.split(':')[0])).toEqual([
      'Base-to-novel',
    ])
  })

  it('has no columns for runs that saw all classes', () => {
    expect(baseNovelTable([result('CoOp', 1, [verbs], {})]).groups).toEqual([])
  })

  it('does not take the same run twice', () => {
    const twice = [result('CoOp', 1, [verbs]), result('CoOp', 1, [verbs])]
    expect(() => baseNovelTable(twice)).toThrow('two results of "CoOp" have seed 1')
  })
})
