import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { EgoLensError } from '../errors.js'
import { type Progress, type ProgressEvent, silent } from '../progress.js'

/** Cores that processes may share: as many as OMP_NUM_THREADS says, where it is set. */
export const coresToShare = (): number => Number(process.env.OMP_NUM_THREADS) || availableParallelism()

/** What a worker tells; one of the three. */
interface WorkerMessage<Answer> {
  progress?: ProgressEvent
  done?: Answer
  failed?: { message: string; code?: string; where?: string | undefined; cure?: string | undefined }
}

export interface WorkersGiven {
  /** The program's file: it calls `serveOrder`. */
  program: string
  /** "finds features": for the error when one ends before its work does. */
  what: string
  cure: string
  /** How the work of each comes along. */
  progress?: (worker: number) => Progress
  signal?: AbortSignal | undefined
}

/**
 * The whole program of a process that is started by `inProcesses`: does one order and ends. It stops when it is told to, and when
 * its parent is gone.
 */
export function serveOrder<Order, Answer>(
  work: (order: Order, given: { progress: Progress; signal: AbortSignal }) => Promise<Answer>,
): void {
  const stop = new AbortController()
  const end = () => stop.abort(new Error('stopped'))
  process.on('disconnect', end)
  // Ctrl-C reaches every process of the terminal; the parent says when to stop.
  process.on('SIGINT', () => {})

  const tell = (message: WorkerMessage<Answer>) =>
    new Promise<void>((sent) => process.send!(message, undefined, undefined, () => sent()))

  process.on('message', async (order: Order | 'stop') => {
    if (order === 'stop') return end()
    try {
      const progress: Progress = (event) => void process.send!({ progress: event }, undefined, undefined, () => {})
      await tell({ done: await work(order, { progress, signal: stop.signal }) })
    } catch (error) {
      const { message, code, where, cure } = error as EgoLensError
      await tell({
        failed: error instanceof EgoLensError ? { code, message, where, cure } : { message: String(error) },
      })
    }
    process.disconnect()
  })
}

/**
 * Has each order done by a process of its own. When one fails, the others are told to stop, and are waited for.
 *
 * @throws EgoLensError `training/worker-ended`, and what a worker's work throws
 */
export async function inProcesses<Order extends object, Answer>(
  orders: readonly Order[],
  { program, what, cure, progress = () => silent, signal }: WorkersGiven,
): Promise<Answer[]> {
  signal?.throwIfAborted()
  const children = orders.map(() => fork(program, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] }))
  const stop = () => children.forEach((child) => void (child.connected && child.send('stop', () => {})))
  signal?.addEventListener('abort', stop)
  try {
    const answers = children.map((child, i) =>
      answerOf<Answer>(child, orders[i]!, { what, cure, progress: progress(i), signal }),
    )
    const failures: unknown[] = []
    for (const answer of answers) {
      answer.catch((error: unknown) => {
        failures.push(error)
        stop()
      })
    }
    await Promise.allSettled(answers)
    if (failures.length > 0) throw failures[0]
    return await Promise.all(answers)
  } finally {
    signal?.removeEventListener('abort', stop)
    for (const child of children) if (child.exitCode === null) child.kill()
  }
}

function answerOf<Answer>(
  child: ChildProcess,
  order: object,
  { what, cure, progress, signal }: { what: string; cure: string; progress: Progress; signal: AbortSignal | undefined },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    child.on('message', ({ progress: event, done, failed }: WorkerMessage<Answer>) => {
      if (event) progress(event)
      else if (failed) reject(signal?.aborted && failed.code === undefined ? signal.reason : errorOf(failed))
      else resolve(done as Answer)
    })
    child.on('error', reject)
    child.on('exit', (code, how) =>
      reject(new EgoLensError('training/worker-ended', `a process that ${what} ended (${how ?? code})`, { cure })),
    )
    child.send(order, () => {}) // should it be gone already, its exit says so
  })
}

function errorOf({ code, message, where, cure }: NonNullable<WorkerMessage<never>['failed']>): Error {
  if (code === undefined) return new Error(message)
  return new EgoLensError(code, message, { ...(where ? { where } : {}), ...(cure ? { cure } : {}) })
}
