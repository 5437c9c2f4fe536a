import { mkdtemp, readFile, rm, stat, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readResult } from '../../evaluation/result.js'
import { readAdapterInfo } from '../../training/adapter.js'
import { standInResources } from '../../training/testing.js'
import { budgetOf, budgetText } from './budget.js'
import { quick } from './methods.js'
import { cellPath, cellRecipe, cellsOf } from './plan.js'
import { runStudy, type StudyOptions } from './run.js'
import { partsOf, studies, studyNamed } from './studies.js'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-study-'))
})
afterEach(() => rm(root, { recursive: true }))

const spec = (file: string, split: string) => ({ dataset: 'own', split, file })
const places = ['here', 'there'].map((name) => ({
  name,
  train: spec(`${name}.csv`, 'train'),
  test: spec(`${name}.csv`, 'test'),
}))

const options = (dir: string): StudyOptions => ({
  dir,
  places,
  resources: standInResources(),
  changes: {
    rows: [
      { name: 'ZS CLIP', method: 'zero-shot' },
      { name: 'X-MIC', method: 'x-mic', options: { metaNet: 'linear' } },
    ],
    components: ['noun'],
    grid: [1e-6, 1e-2],
    seeds: [1, 2],
    training: { epochs: 4, batch: 16, frames: 4, warmupEpochs: 0 },
  },
})

describe('a study', () => {
  it('chooses the rate on held-out participants, then trains every seed on all clips', async () => {
    const { facts, tables, markdown } = await runStudy('x-mic', options(root))
    expect(facts.map(({ row, place, lr, updates, clips }) => [row, place, lr, updates, clips])).toEqual([
      ['ZS CLIP', 'here', undefined, 0, 60],
      ['X-MIC', 'here', 1e-2, 16, 60],
      ['ZS CLIP', 'there', undefined, 0, 60],
      ['X-MIC', 'there', 1e-2, 16, 60],
    ])
    const [slow, fast] = facts[1]!.scores
    expect(fast!.score).toBeGreaterThan(slow!.score)
    const row = tables[0]!.rows.find(({ name }) => name === 'X-MIC')!
    expect(row.cells.map((cell) => cell?.runs)).toEqual([2, 2, 2, 2, 2, 2])
    expect(markdown).toMatch(
      /## Differences from ZS CLIP[^#]*Trained on there\n\n\| Method \| nouns of there, 30 clips \| nouns of here, 30 clips \|[^#]*\n\| X-MIC \| \*?[+-][\d.]+ \(/,
    )
    expect(await readFile(join(root, 'x-mic/results.md'), 'utf8')).toBe(markdown)
  })

  it('has methods that learn verbs and nouns together beside those that learn them apart', async () => {
    const { changes, ...rest } = options(root)
    const rows = [
      { name: 'ZS CLIP', method: 'zero-shot' },
      { name: 'apart', method: 'x-mic', options: { metaNet: 'linear' } },
      { name: 'together', method: 'x-mic', options: { metaNet: 'linear' }, joint: true },
      { name: 'less', method: 'x-mic', options: { metaNet: 'linear', norms: [] }, ablation: true },
    ]
    const { facts, tables, markdown } = await runStudy('x-mic', {
      ...rest,
      changes: {
        ...changes,
        rows,
        components: ['noun', 'verb'],
        grid: [1e-2],
        seeds: [1],
        baseToNovel: true,
        training: { ...changes!.training, epochs: 2 },
      },
    })
    expect(facts.filter(({ place }) => place === 'here').map(({ row, component }) => `${row} ${component}`)).toEqual([
      ...['ZS CLIP noun', 'apart noun', 'together both', 'less noun', 'ZS CLIP verb', 'apart verb', 'less verb'],
    ])
    // One rate needs no choosing; every row has all columns, actions too, and ablations none of halves of the classes.
    expect(facts.every(({ scores, lr, row }) => scores.length === 0 && lr === (row === 'ZS CLIP' ? undefined : 1e-2)))
    for (const table of tables) {
      const halves = /base/.test(table.title)
      expect(table.rows.map(({ name }) => name)).toEqual(['ZS CLIP', 'apart', 'together', ...(halves ? [] : ['less'])])
      expect(table.rows.every(({ cells }) => cells.every(Boolean))).toBe(true)
    }
    expect(tables.map(({ groups }) => groups[0]!.groups.map(({ title }) => title))).toEqual([
      ['Nouns', 'Verbs'],
      ['Actions'],
      ['Nouns', 'Verbs', 'Actions'],
    ])
    expect(markdown).toMatch(
      /\| together \| here \| verbs and nouns \| [\d,]+ \| 8 \| [\d.]+ \| [\d.]+ \| \d+ MiB \| 0.01 \| - \|/,
    )
    expect(markdown).toContain('was chosen for all; ablations have none (less).')
    expect(markdown).toContain('](actions.svg)')
    expect(await readFile(join(root, 'x-mic/actions.svg'), 'utf8')).toContain('>together</text>')
  })

  it('on a fixed part of the clips takes as many of training and of each test set', async () => {
    const { changes, ...rest } = options(root)
    const rows = [{ name: 'ZS CLIP', method: 'zero-shot' }]
    const subset = { train: 20, test: 7 }
    const { facts } = await runStudy('x-mic', { ...rest, changes: { ...changes, rows, subset } })
    expect(facts.map(({ clips }) => clips)).toEqual([20, 20])
    const result = await readResult(join(root, 'x-mic/here/noun/zs-clip/seed-1/result.json'))
    expect(result.tests.map(({ clips }) => clips)).toEqual([7, 7])
    // Evenly over the split, which has five participants in turn.
    const seen = result.tests[0]!.predictions.map(({ id }) => id)
    expect(seen).toEqual([0, 4, 8, 12, 17, 21, 25].map((i) => `test-${i}`))
  })

  it('goes on run by run', async () => {
    const controller = new AbortController()
    const cut = runStudy('x-mic', {
      ...options(root),
      signal: controller.signal,
      progress: ({ task, done }) => task === 'study' && done === 3 && controller.abort(),
    })
    await expect(cut).rejects.toThrow()
    const first = join(root, 'x-mic/here/noun/x-mic/rate-0.01/summary.json')
    const past = new Date('2020-01-01')
    await utimes(first, past, past)
    await runStudy('x-mic', options(root))
    expect((await stat(first)).mtime).toEqual(past)
  })

  it('makes runs of other weights anew', async () => {
    const small = { ...options(root), places: places.slice(0, 1) }
    small.changes = { ...small.changes, rows: [{ name: 'CoOp', method: 'coop' }], grid: [1e-2], seeds: [1] }
    await runStudy('x-mic', small)
    const run = join(root, 'x-mic/here/noun/coop/seed-1')
    const past = new Date('2020-01-01')
    await utimes(join(run, 'summary.json'), past, past)
    const resources = standInResources()
    const image = { ...resources.backbone.image, hash: 'image of tomorrow' }
    resources.backbone = { ...resources.backbone, image, context: image }
    await runStudy('x-mic', { ...small, resources })
    expect((await stat(join(run, 'summary.json'))).mtime).not.toEqual(past)
    expect((await readAdapterInfo(run)).backbone.image.hash).toBe('image of tomorrow')
  })

  it('says before how many runs it makes, as many as it then counts', async () => {
    const study = { ...studyNamed('x-mic'), ...options(root).changes, clips: { train: 60, test: 30 } }
    const budget = budgetOf(study, 2)
    expect(budget.rows.map(({ row, runs, updates }) => [row, runs, updates])).toEqual([
      ['ZS CLIP', 2, 0],
      ['X-MIC', 8, 16],
    ])
    let total: number | undefined
    const controller = new AbortController()
    const progress: StudyOptions['progress'] = (event) => {
      if (event.task !== 'study') return
      total = event.total
      controller.abort()
    }
    await expect(runStudy('x-mic', { ...options(root), progress, signal: controller.signal })).rejects.toThrow()
    expect(total).toBe(budget.runs)
    expect(budgetText(budget)).toMatch(/^x-mic: 10 runs, about \d+ minutes/)
  })

  it('is of the same world as every other whose folder it shares', () => {
    for (const size of [[...studies.values()], partsOf('methods').map(quick)]) {
      const drawn = size.map(({ world, clips, untrimmed }) => JSON.stringify({ world, clips, untrimmed }))
      expect(new Set(drawn).size).toBe(new Set(size.map(({ world }) => world)).size)
    }
  })

  it('makes all rows in quick mode, in fewer runs', () => {
    for (const part of partsOf('methods')) {
      const [whole, small] = [budgetOf(part, 2), budgetOf(quick(part), 2)]
      expect(small.rows.map(({ row }) => row)).toEqual(whole.rows.map(({ row }) => row))
      expect(small.study).toBe(`${part.name}-quick`)
      expect(small.runs).toBeLessThan(whole.runs / 3)
    }
  })

  it('gives every row the same updates and the same grid', () => {
    for (const study of studies.values()) {
      const cells = cellsOf(study, places)
      const recipes = cells.map((cell) => cellRecipe(study, cell, places, { lr: 1e-3, seed: 1, tune: false }))
      // What a method says of a cosine that restarts has no part in one that does not.
      const same = recipes.map(({ training: { restartEvery, lrFloor, ...own } }) => JSON.stringify(own))
      expect(new Set(same).size).toBe(1)
      const names = recipes.map(({ data }) => data.test.map((test) => test.name).join())
      expect(new Set(names)).toEqual(new Set(['here,there', 'there,here']))
      expect(new Set(cells.map((cell) => cellPath(cell).join('/'))).size).toBe(cells.length)
    }
    expect(() => studyNamed('xmic')).toThrow('there is no study')
  })
})
