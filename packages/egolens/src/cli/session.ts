import type { Command } from 'commander'
import { EgoLensError } from '../errors.js'
import type { Progress } from '../progress.js'
import { type ProgressBar, progressBar } from './progress.js'

/** What a command works with: where its result goes, how it tells of progress, how it is told to stop. */
export interface Session {
  json: boolean
  progress: Progress
  signal: AbortSignal
  /** A line for people, on stderr. */
  say(line: string): void
  /** The result: `document` with --json, else `text`. Called once. */
  result(document: unknown, text: string): void
}

/** Exit status: the work failed. Usage errors end with 2, an interruption with 128 and the signal's number. */
export const failed = 1
export const interrupted = { SIGINT: 130, SIGTERM: 143 } as const

/** For work that writes a checkpoint before it ends: a step and a save of a large model take their time. */
export const saving = { grace: 120 }

type Interruption = keyof typeof interrupted

/**
 * Makes a function the action of a command: `--json`, progress, Ctrl-C and errors are the same everywhere.
 * @param work gets the command's arguments and options; may return an exit status
 * @param grace seconds that interrupted work may take to reach a safe place, such as a checkpoint
 */
export function action<Options extends object>(
  work: (session: Session, options: Options, ...positional: string[]) => Promise<number | undefined>,
  { grace = 5 } = {},
) {
  return async (...received: unknown[]): Promise<void> => {
    const command = received.pop() as Command
    const options = received.pop() as Options & { json?: boolean }
    const bar = progressBar(process.stderr)
    const { signal, status, stop } = interruption(bar)
    const session: Session = {
      json: options.json === true,
      progress: bar.progress,
      signal,
      say: bar.say,
      result(document, text) {
        bar.end()
        process.stdout.write(session.json ? `${JSON.stringify(document, undefined, 2)}\n` : `${text}\n`)
      },
    }
    try {
      const positional = received.slice(0, command.registeredArguments.length) as string[]
      process.exitCode = (await Promise.race([work(session, options, ...positional), overdue(signal, grace)])) ?? 0
    } catch (error) {
      bar.end()
      process.exitCode = report(error, session, status())
    } finally {
      bar.end()
      stop()
    }
    // Work that knows no interruption may still be under way.
    if (signal.aborted) process.exit(process.exitCode === failed ? failed : status())
  }
}

function overdue(signal: AbortSignal, grace: number): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => setTimeout(() => reject(signal.reason), 1000 * grace).unref())
  })
}

interface Interruptible {
  signal: AbortSignal
  /** The exit status for the signal that came. */
  status(): number
  stop(): void
}

/** First Ctrl-C or SIGTERM: the work ends at its next safe place. Second: at once. */
function interruption(bar: ProgressBar): Interruptible {
  const controller = new AbortController()
  let first: Interruption = 'SIGINT'
  const onSignal = (name: Interruption) => {
    if (controller.signal.aborted) process.exit(interrupted[name])
    first = name
    bar.end()
    const again = name === 'SIGINT' ? 'press Ctrl-C again' : 'send the signal again'
    process.stderr.write(`egolens: stopping; ${again} to stop at once\n`)
    controller.abort(new EgoLensError('interrupted', 'interrupted'))
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    signal: controller.signal,
    status: () => interrupted[first],
    stop() {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}

/** What goes wrong while interrupted work saves itself is told; the rest comes of the interruption. */
const saveFailed = /^(disk|lock|training)\//

/** One line on stderr, and with --json the same as a document. */
function report(error: unknown, session: Session, status: number): number {
  const { code, message } = describe(error)
  if (session.signal.aborted && !saveFailed.test(code)) {
    const told = code === 'run/interrupted' ? message : 'interrupted; the same command goes on where it stopped'
    process.stderr.write(`egolens: ${told}\n`)
    return status
  }
  process.stderr.write(`egolens: ${message}\n`)
  if (process.env.EGOLENS_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  if (session.json) process.stdout.write(`${JSON.stringify({ error: { code, message } }, undefined, 2)}\n`)
  return failed
}

/** The packages' own errors are whole sentences; anything else is a fault of the program and says so. */
export function describe(error: unknown): { code: string; message: string } {
  if (error instanceof EgoLensError) return { code: error.code, message: oneLine(error.line) }
  if (!(error instanceof Error)) return { code: 'internal', message: oneLine(String(error)) }
  const { code } = error as { code?: unknown }
  if (typeof code === 'string') return { code, message: oneLine(error.message) }
  return { code: 'internal', message: `${error.name}: ${oneLine(error.message)} (EGOLENS_DEBUG=1 shows where)` }
}

const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' | ')
