import { setNumThreads } from '@egolens/torch'
import type { WorkerOrder } from './extract-workers.js'
import { extractFeatures } from './prepare.js'
import { serveOrder } from './worker-process.js'

// A process of its own, started by extractInProcesses.
serveOrder(({ recipe, shard, threads }: WorkerOrder, work) => {
  setNumThreads(threads)
  return extractFeatures(recipe, { shard, ...work })
})
