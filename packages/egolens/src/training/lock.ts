import { join } from 'node:path'
import { EgoLensError } from '../errors.js'
import { type Holder, type Lock, type LockOptions, takeLock } from '../files/lock.js'
import { removeUnfinished } from '../files.js'
import { runPaths } from './run-directory.js'

/**
 * Keeps a run's directory for one process. A lock whose process is gone, killed or not, is taken over; that of another
 * machine once it has given no sign of life for a minute.
 *
 * @throws EgoLensError `run/locked` naming the process that holds it
 */
export async function lockDirectory(directory: string, options: LockOptions = {}): Promise<Lock> {
  const refusal = (path: string, { pid, host }: Partial<Holder>) => {
    const who = pid === process.pid ? 'this process' : `process ${pid ?? '?'} on ${host ?? '?'}`
    return new EgoLensError('run/locked', `${who} is working in this directory`, {
      where: directory,
      cure: `wait for it, end it, or name another directory; if it cannot be there, remove ${path}`,
    })
  }
  const lock = await takeLock(join(directory, 'lock'), { ...options, patience: 0, refusal })
  for (const place of [directory, runPaths(directory).checkpoints]) await removeUnfinished(place)
  return lock
}
