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
