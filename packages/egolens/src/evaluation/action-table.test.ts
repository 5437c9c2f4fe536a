import { expect, it } from 'vitest'
import { actionTable } from './action-table.js'
import type { Result, TestResult } from './result.js'
import { flatColumns } from './table.js'

const test = (name: string, component: 'verb' | 'noun', right: boolean[]): TestResult => ({
  name,
  dataset: name,
  split: 'test',
  component,
  role: 'within',
  classes: 2,
  clips: right.length,
  values: {},
  predictions: right.map((hit, i) => ({ id: `${name}${i}`, label: 0, top: [hit ? 0 : 1], probabilities: [1] })),
})

const result = (name: string, trainedOn: string | null, seed: number | null, tests: TestResult[]): Result => ({
  format: 'egolens-result',
  version: 1,
  name,
  method: name,
  trainedOn,
  seed,
  recipe: {},
  tests,
  summary: [],
  hashes: {},
  versions: {},
  seconds: {},
})

const [yes, no] = [true, false]
const verbs = [test('a', 'verb', [yes, yes, no, no]), test('b', 'verb', [yes, yes, yes, yes])]
const nouns = [test('a', 'noun', [yes, no, yes, no]), test('b', 'noun', [yes, yes, no, no])]

it('pairs the verbs of a run with the nouns of its seed, or takes both from one run', () => {
  const table = actionTable([
    result('apart', 'a', 1, verbs),
    result('apart', 'a', 1, nouns),
    result('apart', 'a', 2, verbs),
    result('apart', 'a', 2, [test('a', 'noun', [yes, yes, no, no]), nouns[1]!]),
    result('together', 'a', 1, [...verbs, ...nouns]),
    result('verbs alone', 'a', 1, verbs),
  ])
  expect(flatColumns(table)).toEqual([
    'Trained on a: Actions: a',
    'Trained on a: Actions: b',
    'Trained on a: Actions: hm',
  ])
  expect(table.rows.map(({ name, cells }) => [name, ...cells.map((cell) => [cell!.mean, cell!.runs])])).toEqual([
    ['apart', [0.375, 2], [0.5, 2], [expect.closeTo((1 / 3 + 0.5) / 2, 12), 2]],
    ['together', [0.25, 1], [0.5, 1], [expect.closeTo(1 / 3, 12), 1]],
  ])
})

it('has no columns where nothing has both', () => {
  expect(actionTable([result('verbs alone', 'a', 1, verbs)])).toMatchObject({ groups: [], rows: [] })
})

it('gives a method without training both halves', () => {
  const table = actionTable([
    result('ZS', null, null, [...verbs, ...nouns]),
    result('trained', 'b', 1, [...verbs, ...nouns]),
    result('trained', 'a', 1, [...verbs, ...nouns]),
  ])
  expect(table.rows[0]!.cells.map((cell) => cell!.mean)).toEqual([0.5, 0.25, 1 / 3, 0.25, 0.5, 1 / 3])
})
