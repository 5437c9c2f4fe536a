import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { threadId } from 'node:worker_threads'

/** Names one life of one process on one machine: a process id alone is given again, and is not unique in containers. */
export interface Identity {
  pid: number
  thread: number
  /** When the process started, in the kernel's ticks since boot; empty where the system does not say. */
  started: string
  host: string
  /** Where process ids mean the same: the boot of the kernel and the namespace of process ids. */
  place: string
}

let own: Identity | undefined

/** This thread of this process. */
export function identity(): Identity {
  own ??= {
    pid: process.pid,
    thread: threadId,
    started: statusOf(process.pid)?.started ?? '',
    host: hostname(),
    place: `${attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())} ${attempt(() => readlinkSync('/proc/self/ns/pid'))}`,
  }
  return own
}

/** True for an identity whose process id can be looked up here. */
export function isOfThisPlace({ host, place }: Partial<Identity>): boolean {
  return host === identity().host && (place === undefined || place === identity().place)
}

/** Whether a process of this place runs still; one that has ended and waits for its parent does not. */
export function runs({ pid, started }: { pid: number; started?: string | undefined }): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const status = statusOf(pid)
  if (status === undefined) return true
  return !/[ZX]/.test(status.state) && (!started || started === status.started)
}

/** Fields 3 and 22 of /proc/PID/stat; undefined where there is no such file system. */
function statusOf(pid: number): { state: string; started: string } | undefined {
  const text = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  if (text === '') return undefined
  // The second field is the command's name in brackets, and may hold blanks and brackets.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0] ?? '', started: fields[19] ?? '' }
}

function attempt(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
