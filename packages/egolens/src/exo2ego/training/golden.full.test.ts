import { afterAll, beforeAll, it } from 'vitest'
import { temporaryFolder } from '../../video/testing.js'
import { trainStage } from '../index.js'
import { expectGolden, type GoldenRecipe, goldenRuns, writeGolden } from './golden.testing.js'

const { folder, at, remove } = temporaryFolder()
let recipe: GoldenRecipe
beforeAll(async () => {
  recipe = await writeGolden(folder)
})
afterAll(remove)

it.each(goldenRuns)('%s has the losses of an independent reference, in whole steps computed once', async (run) => {
  await trainStage(recipe(run, { localBatch: 2, checkpointing: false }), { dir: at(run) })
  await expectGolden(run, at(run))
})
