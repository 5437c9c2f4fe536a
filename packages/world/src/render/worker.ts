import type { WorkerOrder } from './job.js'
import { planById, renderVideo } from './job.js'

// A child process of renderPlace: it is told the request once, then one video id at a time.
let order: WorkerOrder
let plans: ReturnType<typeof planById>

process.on('message', async (message: { order?: WorkerOrder; video?: string; stop?: boolean }) => {
  if (message.stop) return process.disconnect()
  if (message.order) {
    order = message.order
    plans = planById(order.request)
    return
  }
  const plan = plans.get(message.video ?? '')
  try {
    if (!plan) throw new Error(`no video ${message.video} in the plan`)
    await renderVideo(order.dir, plan, order.request.seed)
    process.send?.({ done: plan.id })
  } catch (error) {
    process.send?.({ failed: error instanceof Error ? error.message : String(error) })
  }
})

// The parent is gone, or has nothing more to do.
process.on('disconnect', () => process.exit())
