import { open, readFile, rm, stat } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { EgoLensError } from '../errors.js'

/**
 * Runs `work` while a lock file is held. A lock whose process is gone, or that is a minute old without its process
 * being of this machine, is taken over: the work under a lock here takes milliseconds.
 *
 * @throws EgoLensError `features/locked` after 30 seconds of waiting
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 30_000
  while (!(await acquire(path))) {
    if (await abandoned(path)) await rm(path, { force: true })
    else if (Date.now() > deadline) {
      throw new EgoLensError('features/locked', 'another process holds the lock', {
        where: path,
        cure: 'delete the file if no other extraction runs',
      })
    } else await wait(10 + Math.random() * 20)
  }
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

async function acquire(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx')
    await file.writeFile(`${process.pid}`)
    await file.close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function abandoned(path: string): Promise<boolean> {
  const [pid, age] = await Promise.all([
    readFile(path, 'utf8').then(Number, () => undefined),
    stat(path).then(
      (s) => Date.now() - s.mtimeMs,
      () => 0,
    ),
  ])
  if (age > 60_000) return true
  if (pid === undefined || pid === 0) return false
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
