import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { failure, folderOf } from '../../test/folders.js'
import type { LabelSet } from '../datasets/types.js'
import { compare, differenceText } from './compare.js'
import { toCsv } from './csv.js'
import { metric } from './metric-names.js'
import { evaluate, type ScoredTest } from './protocols.js'
import { tableCsv, tableMarkdown, tableText } from './render-table.js'
import { predictionsCsv, type Result, readResult, writeResult } from './result.js'
import { crossTable, sharedNovelTable } from './tables.js'

const nouns = (dataset: string, ...names: string[]): LabelSet => ({ dataset, component: 'noun', names, keys: names })
const kitchen = nouns('kitchen', 'pan', 'knife', 'lid')
const workshop = nouns('workshop', 'knife', 'saw')

/** A clip that the method takes for `guess`. */
const clip = (id: string, label: number, guess: number, classes: number) => ({
  id,
  video: id.slice(0, 1),
  label,
  logits: Float32Array.from({ length: classes }, (_, k) => (k === guess ? 2 : 0)),
})

const tests = (right: number): ScoredTest[] => [
  {
    name: 'kitchen',
    dataset: 'epic-kitchens-100',
    split: 'test',
    role: 'within',
    labels: kitchen,
    clips: Array.from({ length: 10 }, (_, i) => clip(`${i % 3}k${i}`, i % 3, i < right ? i % 3 : (i + 1) % 3, 3)),
  },
  {
    name: 'workshop',
    dataset: 'ego4d-fho-lta',
    split: 'test',
    role: 'cross',
    labels: workshop,
    clips: [clip('a', 0, 0, 2), clip('b', 0, 1, 2), clip('c', 1, 1, 2), clip('d', 1, 0, 2)],
  },
]

function result(name: string, right: number, seed: number | null, over: Partial<Result> = {}): Result {
  return {
    format: 'egolens-result',
    version: 1,
    name,
    method: name === 'ZS CLIP' ? 'zero-shot' : 'x-mic',
    trainedOn: seed === null ? null : 'kitchen',
    seed,
    recipe: { method: 'x-mic' },
    ...evaluate(tests(right), { trainedOn: { noun: kitchen } }),
    hashes: { weights: 'aa' },
    versions: { egolens: '0.1.0' },
    seconds: { train: 1.5 },
    ...over,
  }
}

describe('protocol', () => {
  it('scores within, cross, their harmonic mean, and shared and novel classes', () => {
    const {
      tests: [within, cross],
      summary,
    } = evaluate(tests(5), { trainedOn: { noun: kitchen } })
    expect(within!.values[metric.top1]).toBe(0.5)
    expect(within!.values[metric.shared]).toBeUndefined()
    expect(cross!.values).toMatchObject({
      [metric.top1]: 0.5,
      [metric.shared]: 1,
      [metric.novel]: 1,
      [metric.sharedNovel]: 1,
    })
    expect(cross!.counts).toEqual({
      'classes with clips': 2,
      'shared classes': 1,
      'novel classes': 1,
      'clips of shared classes': 2,
      'clips of novel classes': 2,
    })
    expect(summary).toEqual([{ name: metric.withinCross, of: ['kitchen', 'workshop'], component: 'noun', value: 0.5 }])
    expect(cross!.predictions[0]).toEqual({
      id: 'a',
      video: 'a',
      label: 0,
      top: [0, 1],
      probabilities: [0.880797, 0.119203],
    })
    const full = evaluate(tests(5), { trainedOn: { noun: kitchen }, subsetSpace: 'full' }).tests[1]!
    expect(full.values[metric.shared]).toBe(0.5)
  })

  it('adds actions where verbs and nouns of a test set are scored', () => {
    const noun = tests(5)[1]!
    const verb: ScoredTest = {
      ...noun,
      labels: { ...workshop, component: 'verb' },
      clips: noun.clips.map((c) => ({ ...c })),
    }
    expect(evaluate([verb, noun]).summary).toEqual([{ name: metric.action, of: ['workshop'], value: 0.5 }])
  })

  it('leaves out clips without a label', () => {
    const noun = tests(5)[1]!
    const clips = noun.clips.map((c, i) => (i === 0 ? { ...c, label: -1 } : c))
    const verb: ScoredTest = { ...noun, labels: { ...workshop, component: 'verb' } }
    const { tests: scored, summary } = evaluate([verb, { ...noun, clips }])
    expect([scored[1]!.clips, scored[1]!.counts!['clips without a label']]).toEqual([3, 1])
    expect(scored[1]!.values[metric.top1]).toBeCloseTo(1 / 3, 12)
    expect(summary.at(-1)!.value).toBeCloseTo(1 / 3, 12)
  })
})

describe('result files', () => {
  it('reads back what it wrote, as a whole', async () => {
    const folder = await folderOf({})
    const path = join(folder, 'run/result.json')
    await writeResult(path, result('X-MIC', 5, 1))
    expect(await readResult(path)).toEqual(result('X-MIC', 5, 1))
    expect(await readdir(join(folder, 'run'))).toEqual(['result.json'])
  })

  it('says which key is wrong and when the file is newer', async () => {
    const folder = await folderOf({ 'a.json': '{}', 'b.json': '[1' })
    const path = join(folder, 'r.json')
    await writeResult(path, result('X-MIC', 5, 1))
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace('"version":1', '"version":2'))
    expect((await failure(readResult(path))).line).toContain('version: ')
    expect((await failure(readResult(path))).line).toContain('newer EgoLens')
    await writeFile(path, text.replace('"seed":1', '"sead":1'))
    expect((await failure(readResult(path))).line).toContain('seed')
    expect((await failure(readResult(join(folder, 'b.json')))).code).toBe('file/not-json')
    const bad = { ...result('X-MIC', 5, 1), tests: [] }
    expect((await failure(writeResult(join(folder, 'new.json'), bad))).code).toBe('evaluation/not-a-result')
    expect(await readdir(folder)).not.toContain('new.json')
  })

  it('exports predictions that no spreadsheet runs', () => {
    const evil = result('X-MIC', 10, 1)
    evil.tests[0]!.predictions[0]!.id = '=HYPERLINK("http://x","y")'
    const lines = predictionsCsv(evil).split('\r\n')
    expect(lines[0]).toBe('test,component,clip,label,predicted,probability,right,top_5')
    expect(lines[1]).toBe(`kitchen,noun,"'=HYPERLINK(""http://x"",""y"")",0,0,0.786986,true,0 1 2`)
    expect(toCsv(['a'], [[-1], ['-1+1'], ['@x'], [' \t=x'], ['a,b'], [undefined]])).toBe(
      "a\r\n-1\r\n'-1+1\r\n'@x\r\n' \t'=x\r\n\"a,b\"\r\n\r\n",
    )
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(toCsv([text, 'x'], [])).not.toMatch(/^"?[=+\-@\t\r]/)
      }),
    )
  })
})

describe('tables', () => {
  const zero = result('ZS CLIP', 2, null)
  const runs = [zero, result('X-MIC', 6, 1), result('X-MIC', 8, 2)]

  it("has the form of X-MIC's table 1, with the spread over seeds", () => {
    const table = crossTable(runs)
    expect(tableText(table)).toBe(
      [
        'Top-1 accuracy over clips, in per cent, within and across datasets; hm is their harmonic mean',
        '         Trained on kitchen',
        '         Nouns',
        '               kitchen      workshop            hm',
        'ZS CLIP          20.00         50.00         28.57',
        'X-MIC    70.00 ± 14.14  50.00 ± 0.00  58.04 ± 4.94',
        'Mean ± standard deviation over seeds.',
        '',
      ].join('\n'),
    )
    expect(tableMarkdown(table)).toContain(
      '| Method | Trained on kitchen: Nouns: kitchen | Trained on kitchen: Nouns: workshop | Trained on kitchen: Nouns: hm |\n| --- | ---: | ---: | ---: |\n| ZS CLIP | 20.00 | 50.00 | 28.57 |\n',
    )
    expect(tableCsv(table).split('\r\n')[2]).toBe('X-MIC,measured,70,14.1421,2,50,0,2,58.042,4.9448,2')
  })

  it('has the form of table 2', () => {
    const table = sharedNovelTable(runs)
    expect(table.groups[0]!.title).toBe('Trained on kitchen, tested on workshop')
    expect(table.rows[1]!.cells.map((cell) => cell!.mean)).toEqual([1, 1, 1])
  })

  it('has shared and novel classes of a method without training under the training set that they are shared with', () => {
    const [here, there] = tests(2)
    const swapped = [
      { ...there!, role: 'within' as const },
      { ...here!, role: 'cross' as const },
    ]
    const other = { ...zero, ...evaluate(swapped, { trainedOn: { noun: workshop } }) }
    const titles = (...results: Result[]) => sharedNovelTable(results).groups.map((group) => group.title)
    expect(titles(zero)).toEqual(['Trained on kitchen, tested on workshop'])
    expect(titles(zero, other)).toEqual([
      'Trained on kitchen, tested on workshop',
      'Trained on workshop, tested on kitchen',
    ])
    const three = { ...zero, tests: [...zero.tests, { ...zero.tests[1]!, name: 'cafe' }] }
    expect(titles(three)).toEqual(['Trained on kitchen, tested on workshop', 'Trained on kitchen, tested on cafe'])
    expect(
      sharedNovelTable([zero, other])
        .rows[0]!.cells.slice(0, 3)
        .map((cell) => cell!.mean),
    ).toEqual([1, 1, 1])
  })

  it('fills both halves for a method without training', () => {
    expect(crossTable([zero, zero]).rows).toEqual(crossTable([zero]).rows)
    expect(crossTable([zero]).groups.map((group) => group.title)).toEqual(['Trained on kitchen', 'Trained on workshop'])
  })

  it('refuses one run counted twice', () => {
    expect(() => crossTable([result('X-MIC', 6, 1), result('X-MIC', 7, 1)])).toThrow(
      'two results of "X-MIC" have seed 1',
    )
  })

  it('shows published numbers only beside the same label sets, with their source', () => {
    expect(tableText(crossTable(runs, { published: true }))).toContain('No published numbers')
    const sized = runs.map((run) => ({
      ...run,
      tests: run.tests.map((test) => ({ ...test, classes: test.dataset === 'ego4d-fho-lta' ? 521 : 300 })),
    }))
    const text = tableText(crossTable(sized, { published: true }))
    expect(text).toMatch(/X-MIC, published {2}.*30\.64 .*12\.32 .*17\.57/)
    expect(text).toContain('Published: Kukleva et al., X-MIC')
    expect(crossTable(sized).rows).toHaveLength(2)
    const subset = sharedNovelTable(sized, { published: true }).rows.find((row) => row.name === 'X-MIC, published')!
    expect(subset.cells.map((cell) => cell!.mean)).toEqual([19.66 / 100, 12.24 / 100, 15.09 / 100])
  })

  it('compares each row with the first over the same clips', () => {
    const { differences, table, sharedNovel } = compare(runs)
    expect([table.rows.length, sharedNovel!.rows.length]).toEqual([2, 2])
    expect(differences.map((d) => [d.rows.join(' - '), d.test, d.clips])).toEqual([
      ['X-MIC - ZS CLIP', 'kitchen', 10],
      ['X-MIC - ZS CLIP', 'workshop', 4],
    ])
    expect(differences[0]!.difference).toBeCloseTo(0.5, 12)
    const turned = compare(runs, { against: ['X-MIC', 'ZS CLIP'] }).differences
    expect(turned.map((d) => [d.rows.join(' - '), d.difference])).toEqual([
      ['ZS CLIP - X-MIC', expect.closeTo(-0.5, 12)],
      ['ZS CLIP - X-MIC', expect.closeTo(0, 12)],
    ])
    expect(differenceText(differences[1]!)).toBe(
      'X-MIC against ZS CLIP, trained on kitchen, nouns of workshop: +0.00 points (95 % interval +0.00 to +0.00, 4 clips): not a clear difference',
    )
  })
})
