import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { WorldError } from '../errors.js'
import type { Job, WorkerOrder } from './job.js'

const workerFile = fileURLToPath(new URL('./worker.js', import.meta.url))

/**
 * Renders videos, each by one of several processes. Where only the TypeScript sources are at hand (in tests) it renders
 * one after the other in this process.
 *
 * @throws {WorldError} `worker-failed`
 */
export async function renderAll(
  order: WorkerOrder,
  jobs: readonly Job[],
  workers: number,
  done: (job: Job) => void,
): Promise<void> {
  if (workers <= 1 || !existsSync(workerFile)) {
    for (const job of jobs) {
      await job.render(order.dir)
      done(job)
    }
    return
  }
  const queue = [...jobs].sort((a, b) => b.frames - a.frames)
  const children: ChildProcess[] = []
  try {
    await Promise.all(
      Array.from({ length: Math.min(workers, queue.length) }, () => serve(order, queue, children, done)),
    )
  } finally {
    for (const child of children) if (child.exitCode === null) child.kill()
  }
}

function serve(order: WorkerOrder, queue: Job[], children: ChildProcess[], done: (job: Job) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(workerFile, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] })
    children.push(child)
    let current: Job | undefined
    const next = () => {
      current = queue.shift()
      child.send(current ? { job: current.id } : { stop: true })
    }
    child.on('message', (message: { done?: string; failed?: string }) => {
      if (message.failed)
        return reject(new WorldError('worker-failed', `Video ${current?.id} could not be rendered: ${message.failed}`))
      if (current) done(current)
      next()
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (!current) return resolve()
      reject(
        new WorldError(
          'worker-failed',
          `A rendering process ended (${signal ?? code}) while it drew ${current.id}. Run the same command again: finished videos are kept.`,
        ),
      )
    })
    child.send({ order })
    next()
  })
}
