import { join } from 'node:path'
import { setNumThreads } from '@egolens/torch'
import { openResources } from '../../training/resources.open.js'
import { serveOrder } from '../../training/worker-process.js'
import { finishCell, Runs } from './cell.js'
import { keptFeatures } from './kept-features.js'
import { cellRecipe, cellsOf } from './plan.js'
import type { StudyOrder } from './workers.js'

// A process of its own, started by finishInProcesses.
serveOrder(async ({ study, dir, places, cells, threads }: StudyOrder, { progress, signal }): Promise<true> => {
  setNumThreads(threads)
  const all = cellsOf(study, places)
  const first = cellRecipe(study, all[0]!, places, { seed: study.seeds[0]!, tune: false })
  const runs = new Runs(join(dir, study.name), keptFeatures(await openResources(first)), 0, progress, signal)
  for (const i of cells) await finishCell(study, all[i]!, places, runs)
  return true
})
