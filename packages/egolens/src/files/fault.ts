import { dirname } from 'node:path'
import { EgoLensError } from '../errors.js'

const full = /^(ENOSPC|EDQUOT)$/
const closed = /^(EROFS|EACCES|EPERM)$/

/**
 * An error of the disk in the user's words: `disk/full`, `disk/read-only` or `disk/failed`, with the system's error
 * as its cause; anything else as it is.
 */
export function diskFault(error: unknown, where: string): unknown {
  const { code = '', message } = (error ?? {}) as NodeJS.ErrnoException
  if (!(error instanceof Error) || !('syscall' in error)) return error
  if (full.test(code)) {
    const what = code === 'EDQUOT' ? 'the quota on this disk is used up' : 'the disk is full'
    return new EgoLensError('disk/full', `${what}: what was there before is kept`, {
      where,
      cure: 'make room, then go on with the same command',
      cause: error,
    })
  }
  if (closed.test(code)) {
    return new EgoLensError('disk/read-only', `it cannot be written: ${message}`, {
      where,
      cure: `name a folder that can be written instead of ${dirname(where)}`,
      cause: error,
    })
  }
  return new EgoLensError('disk/failed', `writing failed: ${message}`, { where, cause: error })
}

const absent = /^(ENOENT|ENOTDIR)$/

/** Whether an error says that there is no such file, as opposed to one that is there and cannot be read. */
export function isAbsent(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as NodeJS.ErrnoException
  return absent.test(String(code)) || (cause !== undefined && isAbsent(cause))
}

/**
 * An error of the system at reading in the user's words: `file/unreadable` for what is not there, is no file or is
 * closed to this user, `disk/unreadable` for a disk that fails; anything else as it is. The system's error is the cause.
 */
export function readFault(error: unknown, where: string, cure?: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error
  const { code = '', message } = error as NodeJS.ErrnoException
  if (absent.test(code) || code === 'EISDIR' || closed.test(code)) {
    const what = code === 'ENOENT' ? 'no such file' : message
    const permit = closed.test(code) ? 'give this user the right to read it' : undefined
    return new EgoLensError('file/unreadable', what, { where, cure: cure ?? permit, cause: error })
  }
  return new EgoLensError('disk/unreadable', `it is there and cannot be read: ${message}`, {
    where,
    cure: cure ?? 'try again; if it comes again, the disk or the network drive is failing: the system’s log says more',
    cause: error,
  })
}
