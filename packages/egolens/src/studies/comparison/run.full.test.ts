import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

type Studies = typeof import('./index.js')

let root: string
let studies: Studies
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-study-'))
  // What is built: the processes run it.
  studies = (await import(new URL('../../../dist/studies/comparison/index.js', import.meta.url).href)) as Studies
})
afterAll(() => rm(root, { recursive: true, force: true }))

it('a study gives the same in one process and in two, one of which was stopped', { timeout: 900_000 }, async () => {
  const study = {
    ...studies.quick(studies.partsOf('x-mic')[0]!),
    world: 'world',
    clips: { train: 60, test: 16 },
    training: { epochs: 2, batch: 8, frames: 4, warmupEpochs: 0 },
  }
  const changes = { grid: [1e-3, 1e-2], features: { ...study.features, every: 0.5, store: join(root, 'features') } }
  const stop = new AbortController()
  const told: string[] = []
  const cut = studies.runComparison(study, {
    ...{ dir: root, workers: 2, changes, signal: stop.signal },
    progress: ({ task, note }) => {
      if (task !== 'study') return
      told.push(note!)
      if (told.length === 6) stop.abort(new Error('enough'))
    },
  })
  await expect(cut).rejects.toThrow()
  const two = await studies.runComparison(study, { dir: root, workers: 2, changes })

  const alone = { ...study, name: 'alone' }
  const one = await studies.runComparison(alone, { dir: root, workers: 1, changes })
  expect(two.tables).toEqual(one.tables)
  expect(two.facts.map(({ row, place, lr, scores }) => [row, place, lr, scores])).toEqual(
    one.facts.map(({ row, place, lr, scores }) => [row, place, lr, scores]),
  )
})
