import { setNumThreads } from '@egolens/torch'
import { EgoLensError } from '../errors.js'
import type { WorkerMessage, WorkerOrder } from './extract-workers.js'
import { extractFeatures } from './prepare.js'

// A process of its own, started by extractInProcesses.
const stop = new AbortController()
const end = () => stop.abort(new Error('stopped'))
process.on('disconnect', end) // the parent is gone
// Ctrl-C reaches every process of the terminal; the parent says when to stop.
process.on('SIGINT', () => {})

const tell = (message: WorkerMessage) =>
  new Promise<void>((sent) => process.send!(message, undefined, undefined, () => sent()))

process.on('message', async (message: WorkerOrder | 'stop') => {
  if (message === 'stop') return end()
  try {
    const { recipe, shard, threads } = message
    setNumThreads(threads)
    const progress = (event: WorkerMessage['progress']) => process.send!({ progress: event })
    await tell({ report: await extractFeatures(recipe, { shard, progress, signal: stop.signal }) })
  } catch (error) {
    const { message, code, where, cure } = error as EgoLensError
    await tell({ failed: error instanceof EgoLensError ? { code, message, where, cure } : { message: String(error) } })
  }
  process.disconnect()
})
