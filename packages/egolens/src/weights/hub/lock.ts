import { mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { pause } from './retry.js'

export interface LockOptions {
  signal?: AbortSignal
  /** Called once when another process has the lock. */
  onWait?(): void
  /** Milliseconds between looks at a lock that is taken. */
  poll?: number
  /** Milliseconds after which a lock that nobody renews is taken over. */
  stale?: number
}

/**
 * Does `work` while a lock file is held, so that two processes do not fetch the same file. The holder renews the
 * file's time; a lock that is not renewed, or whose process on this machine is gone, is taken over. Should two
 * processes hold it all the same, they write the same bytes to the same places.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  const { poll = 200, stale = 60_000 } = options
  await mkdir(dirname(path), { recursive: true })
  const own = `${hostname()} ${process.pid} ${Math.random().toString(36).slice(2)}\n`
  for (let told = false; !(await take(path, own)); ) {
    if (await abandoned(path, stale)) {
      await remove(path)
      continue
    }
    if (!told) options.onWait?.()
    told = true
    await pause(poll, options.signal)
  }
  const renewing = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), stale / 6)
  try {
    return await work()
  } finally {
    clearInterval(renewing)
    if ((await readFile(path, 'utf8').catch(() => '')) === own) await rm(path, { force: true })
  }
}

async function take(path: string, own: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx')
    await file.writeFile(own).finally(() => file.close())
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function abandoned(path: string, stale: number): Promise<boolean> {
  const [text, renewed] = await Promise.all([
    readFile(path, 'utf8').catch(() => undefined),
    stat(path).then(
      (s) => s.mtimeMs,
      () => undefined,
    ),
  ])
  if (text === undefined || renewed === undefined) return false
  if (Date.now() - renewed > stale) return true
  const [host, pid] = text.split(' ')
  return host === hostname() && Number(pid) > 0 && !isAlive(Number(pid))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** By a rename, which only one of those who found the lock abandoned can do. */
async function remove(path: string): Promise<void> {
  const aside = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`
  await rename(path, aside).then(
    () => rm(aside, { force: true }),
    () => {},
  )
}
