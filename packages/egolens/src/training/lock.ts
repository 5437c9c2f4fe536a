import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { EgoLensError } from '../errors.js'

interface Holder {
  pid: number
  /** When the process started, in the kernel's ticks since boot: a process id alone may have been given again. */
  started: string
  host: string
}

/**
 * Keeps a run's directory for one process. A lock whose process is gone, killed or not, is taken over.
 *
 * @returns gives the lock back
 * @throws EgoLensError `run/locked` naming the process that holds it
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  await mkdir(directory, { recursive: true })
  const path = join(directory, 'lock')
  const own: Holder = { pid: process.pid, started: (await startOf(process.pid)) ?? '', host: hostname() }
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      await writeFile(path, `${JSON.stringify(own)}\n`, { flag: 'wx' })
      return () => rm(path, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = await readHolder(path)
    if (holder && (await isAlive(holder))) {
      const who = holder.pid === process.pid ? 'this process' : `process ${holder.pid} on ${holder.host}`
      throw new EgoLensError('run/locked', `${who} is working in this directory`, {
        where: directory,
        cure: `wait for it, end it, or name another directory; if it cannot be there, remove ${path}`,
      })
    }
    await rm(path, { force: true })
  }
  throw new EgoLensError('run/locked', 'the lock was taken again and again by others', { where: path })
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const held: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (held && typeof held === 'object' && 'pid' in held && Number.isInteger(held.pid)) return held as Holder
  } catch {
    // A lock that was cut off while it was written belongs to nobody.
  }
  return undefined
}

/** A holder on another machine cannot be asked, so it counts as alive. */
async function isAlive(holder: Holder): Promise<boolean> {
  if (holder.host !== hostname()) return true
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const started = await startOf(holder.pid)
  return started === undefined || !holder.started || started === holder.started
}

/** Field 22 of /proc/PID/stat; undefined where there is no such file system. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  // The second field is the command's name in brackets, and may hold blanks and brackets.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}
