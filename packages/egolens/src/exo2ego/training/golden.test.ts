import { afterAll, beforeAll, expect, it } from 'vitest'
import { temporaryFolder } from '../../video/testing.js'
import { planEpoch } from '../data/sampler.js'
import { trainStage } from '../index.js'
import { expectGolden, type GoldenRecipe, golden, goldenRuns, writeGolden } from './golden.testing.js'

const { folder, at, remove } = temporaryFolder()
let recipe: GoldenRecipe
beforeAll(async () => {
  recipe = await writeGolden(folder)
})
afterAll(remove)

it.each(goldenRuns)('%s has the losses of an independent reference, cut off in an epoch and resumed', async (run) => {
  const [dir, stopping] = [at(run), new AbortController()]
  const stage = recipe(run, { localBatch: 1 })
  const progress = ({ done }: { done: number }) => done === 2 && stopping.abort()
  const cut = trainStage(stage, { dir, progress, signal: stopping.signal })
  await expect(cut).rejects.toMatchObject({ code: 'run/interrupted' })
  expect(await trainStage(stage, { dir, resume: true })).toMatchObject({ resumedFrom: 2, steps: 6 })
  await expectGolden(run, dir)
})

it('deals records out in the order that the reference has', () => {
  const sampling = { items: 5, globalBatch: 2, localBatch: 1, rank: 0, worldSize: 1, seed: 1 }
  const order = golden.order.map((_, epoch) => [...planEpoch(epoch, 0, sampling)].flatMap(({ all }) => all))
  expect(order).toEqual(golden.order)
})
