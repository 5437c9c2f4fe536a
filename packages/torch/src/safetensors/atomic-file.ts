import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { TorchError } from '../errors.js'

/**
 * Writes a file so that its name always holds either the old bytes or all of the new ones, also after a power cut:
 * a temporary file in the same directory, synced, renamed over the name, and the directory synced.
 * @throws TorchError `FileUnwritable`; the old file stays
 */
export function writeFileAtomically(path: string, chunks: Iterable<Uint8Array>): void {
  const directory = dirname(path)
  const temporary = join(directory, `.${basename(path)}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    writeSynced(temporary, chunks)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    if (!(error instanceof Error && 'syscall' in error)) throw error
    throw new TorchError('FileUnwritable', `${path} cannot be written: ${error.message}.`)
  }
  syncDirectory(directory)
}

function writeSynced(path: string, chunks: Iterable<Uint8Array>): void {
  const file = openSync(path, 'wx', 0o666)
  try {
    for (const chunk of chunks) writeWhole(file, chunk)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

// One write call takes at most 2 GiB on Linux, and may take less.
function writeWhole(file: number, bytes: Uint8Array): void {
  const step = 1 << 30
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, Math.min(step, bytes.length - done))
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
