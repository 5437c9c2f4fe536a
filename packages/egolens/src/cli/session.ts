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

/** Exit status: the work failed. Usage errors end with 2, an interruption with 130. */
export const failed = 1
export const interrupted = 130

/**
 * Makes a function the action of a command: `--json`, progress, Ctrl-C and errors are the same everywhere.
 * @param work gets the command's arguments and options; may return an exit status
 */
export function action<Options extends object>(
  work: (session: Session, options: Options, ...positional: string[]) => Promise<number | undefined>,
) {
  return async (...received: unknown[]): Promise<void> => {
    const command = received.pop() as Command
    const options = received.pop() as Options & { json?: boolean }
    const bar = progressBar(process.stderr)
    const { signal, stop } = interruption(bar)
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
      process.exitCode = (await Promise.race([work(session, options, ...positional), overdue(signal)])) ?? 0
    } catch (error) {
      bar.end()
      process.exitCode = report(error, session)
    } finally {
      bar.end()
      stop()
    }
    // Work that knows no interruption may still be under way.
    if (signal.aborted) process.exit(interrupted)
  }
}

/** How long interrupted work may take to reach a safe place, such as a checkpoint. */
const graceSeconds = 5

function overdue(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => setTimeout(() => reject(signal.reason), 1000 * graceSeconds).unref())
  })
}

/** First Ctrl-C: the work ends at its next safe place. Second: at once. */
function interruption(bar: ProgressBar): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController()
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(interrupted)
    bar.end()
    process.stderr.write('egolens: stopping; press Ctrl-C again to stop at once\n')
    controller.abort(new EgoLensError('interrupted', 'interrupted'))
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    signal: controller.signal,
    stop() {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}

/** One line on stderr, and with --json the same as a document. */
function report(error: unknown, session: Session): number {
  if (session.signal.aborted) {
    process.stderr.write('egolens: interrupted; the same command goes on where it stopped\n')
    return interrupted
  }
  const { code, message } = describe(error)
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
