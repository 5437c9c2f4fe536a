import { describe, expect, it } from 'vitest'
import type { LabelSet } from '../datasets/types.js'
import { paperTable } from './paper-table.js'
import { evaluate, type ScoredTest } from './protocols.js'
import { publishedClasses, publishedTable } from './published/index.js'
import { tableCsv, tableMarkdown, tableText } from './render-table.js'
import type { Result } from './result.js'
import { flatColumns } from './table.js'

const labels = (dataset: string, component: 'verb' | 'noun', classes?: number): LabelSet => {
  const count = classes ?? publishedClasses[dataset]![component]
  const names = Array.from({ length: count }, (_, k) => `${dataset === 'egtea' ? 'e' : ''}${k}`)
  return { dataset, component, names, keys: names }
}

/** Four clips of which so many are right. */
function scored(name: string, set: LabelSet, role: 'within' | 'cross', right: number): ScoredTest {
  const clips = [0, 1, 2, 3].map((i) => ({
    id: `${name}${i}`,
    label: i,
    logits: Float32Array.from({ length: set.names.length }, (_, k) => (k === (i < right ? i : i + 1) ? 1 : 0)),
  }))
  return { name, dataset: set.dataset, split: 'test', role, labels: set, clips }
}

interface Run {
  name: string
  component?: 'verb' | 'noun'
  within: [dataset: string, right: number]
  cross: [dataset: string, right: number]
  seed?: number | null
  classes?: number
}

function result({ name, component = 'noun', within, cross, seed = 1, classes }: Run): Result {
  const own = labels(within[0], component, classes)
  const tests = [
    scored('own', own, 'within', within[1]),
    scored('other', labels(cross[0], component, classes), 'cross', cross[1]),
  ]
  return {
    format: 'egolens-result',
    version: 1,
    name: 'X-MIC',
    method: 'x-mic',
    trainedOn: seed === null ? null : 'own',
    seed,
    recipe: { name },
    ...evaluate(tests, { trainedOn: { [component]: own } }),
    hashes: {},
    versions: {},
    seconds: {},
  }
}

const [ego, epic] = ['ego4d-fho-lta', 'epic-kitchens-100']

describe("a table in the paper's form", () => {
  it('has its numbers in columns headed published, beside mean and spread of what was measured', () => {
    const runs = [1, 2].map((seed) =>
      result({ name: 'x-mic-full-ego4d-noun', within: [ego, 1 + seed], cross: [epic, 1], seed }),
    )
    const table = paperTable(publishedTable(4), runs)
    expect(tableText(table)).toBe(
      [
        'Table 4 of X-MIC. X-MIC with full frames (F), hand crops (H) and both: top-1 accuracy over clips, in per cent; hm is their harmonic mean',
        '     Trained on Ego4D',
        '     Nouns                                      Nouns, published        Verbs                   Verbs, published      ',
        '               E4D            EK            hm     E4D      EK      hm     E4D      EK      hm     E4D      EK      hm',
        'F    62.50 ± 17.68  25.00 ± 0.00  35.42 ± 2.95   31.68   14.20   19.61       -       -       -   27.19   24.02   25.51',
        'H                -             -             -   31.35   14.02   19.37       -       -       -   26.32   26.59   26.46',
        'F+H              -             -             -   33.54   15.35   21.06       -       -       -   28.93   26.48   27.65',
        'Mean ± standard deviation over seeds.',
        'Published: Kukleva et al., X-MIC: Cross-Modal Instance Conditioning for Egocentric Action Generalization, CVPR 2024, table 4.',
        '',
      ]
        .map((line) => line.trimEnd())
        .join('\n'),
    )
    expect(tableCsv(table).split('\r\n').slice(0, 2)).toEqual([
      'method,kind,Trained on Ego4D: Nouns: E4D,Trained on Ego4D: Nouns: E4D: deviation,Trained on Ego4D: Nouns: E4D: runs,' +
        'Trained on Ego4D: Nouns: EK,Trained on Ego4D: Nouns: EK: deviation,Trained on Ego4D: Nouns: EK: runs,' +
        'Trained on Ego4D: Nouns: hm,Trained on Ego4D: Nouns: hm: deviation,Trained on Ego4D: Nouns: hm: runs,' +
        '"Trained on Ego4D: Nouns, published: E4D","Trained on Ego4D: Nouns, published: EK","Trained on Ego4D: Nouns, published: hm",' +
        'Trained on Ego4D: Verbs: E4D,Trained on Ego4D: Verbs: E4D: deviation,Trained on Ego4D: Verbs: E4D: runs,' +
        'Trained on Ego4D: Verbs: EK,Trained on Ego4D: Verbs: EK: deviation,Trained on Ego4D: Verbs: EK: runs,' +
        'Trained on Ego4D: Verbs: hm,Trained on Ego4D: Verbs: hm: deviation,Trained on Ego4D: Verbs: hm: runs,' +
        '"Trained on Ego4D: Verbs, published: E4D","Trained on Ego4D: Verbs, published: EK","Trained on Ego4D: Verbs, published: hm"',
      'F,measured,62.5,17.6777,2,25,0,2,35.4167,2.9463,2,31.68,14.2,19.61,,,,,,,,,,27.19,24.02,25.51',
    ])
  })

  it('finds the half of Table 2 by the name of the run', () => {
    const run = result({ name: 'coop-ek-verb', component: 'verb', within: [epic, 4], cross: [ego, 4] })
    const table = paperTable(publishedTable(2), [run])
    const columns = flatColumns(table)
    const row = table.rows.find(({ name }) => name === 'CoOp')!
    const measured = columns.filter((name, i) => row.cells[i] && !name.includes('published'))
    // All four clips are of classes that both label sets have: nothing is novel, so there is no harmonic mean.
    expect(measured).toEqual(['Trained on EK, evaluated on E4D: Verbs: shared'])
    expect(row.cells[columns.indexOf(measured[0]!)]!.mean).toBe(1)
  })

  it('marks methods with temporal attention where the paper does, in every form', () => {
    const table = paperTable(publishedTable(1), [])
    const lines = tableText(table).split('\n')
    expect(lines[3]).toMatch(/^ {15}ta {5}E4D/)
    expect(lines[5]).toMatch(/^CoOp {11}- {8}- /)
    expect(lines[9]).toMatch(/^A5 {13}✓ {8}- /)
    expect(tableMarkdown(table)).toContain('| A5 | ✓ | - | - | - | 31.39 |')
    expect(tableCsv(table)).toMatch(/^method,ta,kind,Trained on Ego4D: Nouns: E4D,/)
    expect(tableCsv(table)).toContain('\r\nA5,✓,measured,,,')
  })

  it('has both methods of Table 7 in one row', () => {
    const table = paperTable(publishedTable(7), [
      result({ name: 'zero-shot-video-ego4d-noun', within: [ego, 1], cross: [epic, 2], seed: null }),
      result({ name: 'x-mic-video-ego4d-noun', within: [ego, 4], cross: [epic, 4] }),
    ])
    const row = table.rows.find(({ name }) => name === 'Video of a <class>')!
    expect(row.cells.slice(0, 10).map((cell) => cell?.mean)).toEqual([
      ...[0.25, 0.5, 10.32 / 100, 6.8 / 100],
      ...[1, 1, 1, 32.62 / 100, 14.77 / 100, 20.33 / 100],
    ])
    expect(tableMarkdown(table)).toContain('| Nouns: X-MIC, published: hm |')
  })

  it("takes Table 1's runs for Table 3 where they were tested on EGTEA, for the training is the same", () => {
    const table = paperTable(publishedTable(3), [
      result({ name: 'coop-ego4d-noun', within: [ego, 4], cross: ['egtea', 2] }),
      result({ name: 'x-mic-ego4d-noun', within: [ego, 4], cross: [epic, 2] }),
    ])
    expect(table.rows[1]!.cells.slice(0, 2).map((cell) => cell?.mean)).toEqual([1, 0.5])
    expect(table.rows.at(-1)!.cells[0]).toBeUndefined()
    expect(table.notes.at(-1)).toBe('Not in this table: x-mic-ego4d-noun.')
  })

  it("leaves the paper's numbers out beside other label sets, and names runs that have no cell", () => {
    const runs = [
      result({ name: 'x-mic-egtea-noun', within: [ego, 4], cross: ['egtea', 4], classes: 9 }),
      result({ name: 'x-mic-kitchen-noun', within: [ego, 4], cross: ['egtea', 4] }),
    ]
    const table = paperTable(publishedTable(3), runs)
    expect(
      table.rows
        .at(-1)!
        .cells.slice(0, 9)
        .map((cell) => cell?.mean),
    ).toEqual([...[1, 1, 1, undefined, undefined, undefined], ...[undefined, undefined, undefined]])
    expect(table.rows.at(-1)!.cells[9]!.mean).toBe(28.93 / 100)
    expect(table.notes).toContain(
      "Measured on other label sets than the paper's, so its numbers do not stand there: Trained on Ego4D, Nouns.",
    )
    expect(table.notes).toContain('Not in this table: x-mic-kitchen-noun.')
  })

  it('says what is to be done of rows without runs, in every form', () => {
    const table = paperTable(publishedTable(6), [], [{ row: 'none', text: 'needs Ego4D at data/ego4d' }])
    expect(tableText(table)).toContain('Not measured yet:\n  none: needs Ego4D at data/ego4d\n')
    expect(tableMarkdown(table)).toContain('\nNot measured yet:\n\n- none: needs Ego4D at data/ego4d\n')
    const [head, , none] = tableCsv(table).split('\r\n')
    expect(head).toMatch(/,not measured yet$/)
    expect(none).toBe('none,measured,,,,,,,,,,32.64,14.34,19.92,needs Ego4D at data/ego4d')
  })

  it('refuses one run counted twice', () => {
    const run = result({ name: 'x-mic-ego4d-noun', within: [ego, 1], cross: [epic, 1] })
    expect(() => paperTable(publishedTable(1), [run, run])).toThrow('two results of "X-MIC" have seed 1')
  })
})
