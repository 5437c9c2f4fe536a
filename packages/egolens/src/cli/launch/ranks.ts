import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { eachLine } from './lines.js'
import { type Place, variablesOf } from './place.js'

/** How a process ended; by a signal, its status is 128 and the signal's number. */
export interface End {
  rank: number
  status: number
  signal: NodeJS.Signals | null
}

export interface LaunchOptions {
  place: Place
  /** The program and its arguments, the same for all. */
  command: readonly string[]
  /** A line that a process wrote. */
  tell: (rank: number, stream: 'stdout' | 'stderr', line: string) => void
  /** Seconds that processes get to end after one has failed. */
  grace?: number
}

export interface Launch {
  /** The ends of all, the first one that failed first. */
  ended: Promise<End[]>
  /** Hands a signal to all processes that run. */
  signal(name: NodeJS.Signals): void
}

/**
 * Starts the processes of this machine. When one fails, the others get SIGTERM, and SIGKILL after the grace: they would
 * wait for it otherwise. None outlives this process.
 */
export function launchRanks({ place, command, tell, grace = 30 }: LaunchOptions): Launch {
  const [program = process.execPath, ...args] = command
  const running = new Map<number, ChildProcess>()
  const signal = (name: NodeJS.Signals) => {
    for (const child of running.values()) child.kill(name)
  }
  const killAll = () => signal('SIGKILL')
  process.once('exit', killAll)

  const ends: End[] = []
  let last: NodeJS.Timeout | undefined
  const stopOthers = () => {
    if (last) return
    signal('SIGTERM')
    last = setTimeout(killAll, 1000 * grace)
  }
  const run = (localRank: number) =>
    new Promise<void>((resolve, reject) => {
      const variables = variablesOf(place, localRank)
      const rank = Number(variables.RANK)
      const child = spawn(program, args, {
        env: { ...process.env, ...variables },
        stdio: ['ignore', 'pipe', 'pipe'],
        // A group of its own: Ctrl-C in a terminal reaches it once, through this process, and not twice.
        detached: true,
      })
      running.set(rank, child)
      eachLine(child.stdout, (line) => tell(rank, 'stdout', line))
      eachLine(child.stderr, (line) => tell(rank, 'stderr', line))
      child.once('error', reject)
      child.once('exit', (code, by) => {
        running.delete(rank)
        // Those that are stopped because of it come behind the one that failed.
        ends.push({ rank, status: code ?? 128 + (by ? constants.signals[by] : 0), signal: by })
        if (code !== 0) stopOthers()
      })
      // Its last words are read.
      child.once('close', () => resolve())
    })
  const all = Promise.all(Array.from({ length: place.nproc }, (_, localRank) => run(localRank)))
  const ended = all
    .then(() => ends.sort((a, b) => Number(b.status !== 0) - Number(a.status !== 0)))
    .finally(() => {
      clearTimeout(last)
      killAll()
      process.off('exit', killAll)
    })
  return { ended, signal }
}
