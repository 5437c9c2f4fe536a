import { mkdtemp, readFile, rm, stat, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readAdapterInfo } from '../../training/adapter.js'
import { standInResources } from '../../training/testing.js'
import { cellRecipe, studyNamed } from './plan.js'
import { runStudy, type StudyOptions } from './run.js'

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
    expect(markdown).toContain('X-MIC against ZS CLIP, trained on there, nouns of here')
    expect(await readFile(join(root, 'x-mic/results.md'), 'utf8')).toBe(markdown)
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
    const run = join(root, 'x-mic/here/noun/coop/rate-0.01')
    const past = new Date('2020-01-01')
    await utimes(join(run, 'summary.json'), past, past)
    const resources = standInResources()
    const image = { ...resources.backbone.image, hash: 'image of tomorrow' }
    resources.backbone = { ...resources.backbone, image, context: image }
    await runStudy('x-mic', { ...small, resources })
    expect((await stat(join(run, 'summary.json'))).mtime).not.toEqual(past)
    expect((await readAdapterInfo(run)).backbone.image.hash).toBe('image of tomorrow')
  })

  it('gives every row the same updates and the same grid', () => {
    const study = studyNamed('x-mic')
    const recipes = study.rows.map((row) =>
      cellRecipe(study, { row, place: places[0]!, component: 'noun' }, places, { lr: 1e-3, seed: 1, tune: false }),
    )
    const same = recipes.map(({ training }) => JSON.stringify(training))
    expect(new Set(same).size).toBe(1)
    expect(recipes.every(({ data }) => data.test.map((test) => test.name).join() === 'here,there')).toBe(true)
    expect(() => studyNamed('xmic')).toThrow('there is no study')
  })
})
