import type { Job, WorkerOrder } from './job.js'
import { jobsOf } from './job.js'

// A child process that draws: it is told the request once, then the id of one job at a time.
let order: WorkerOrder
let jobs: Map<string, Job>

process.on('message', async (message: { order?: WorkerOrder; job?: string; stop?: boolean }) => {
  if (message.stop) return process.disconnect()
  if (message.order) {
    order = message.order
    jobs = new Map(jobsOf(order.request).map((job) => [job.id, job]))
    return
  }
  const job = jobs.get(message.job ?? '')
  try {
    if (!job) throw new Error(`no video ${message.job} in the plan`)
    await job.render(order.dir)
    process.send?.({ done: job.id })
  } catch (error) {
    process.send?.({ failed: error instanceof Error ? error.message : String(error) })
  }
})

// The parent is gone, or has nothing more to do.
process.on('disconnect', () => process.exit())
