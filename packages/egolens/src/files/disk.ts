import { AsyncLocalStorage } from 'node:async_hooks'
import type { Stats } from 'node:fs'
import * as fs from 'node:fs/promises'
import { dirname } from 'node:path'

/** A file that is open for writing. */
export interface DiskFile {
  /**
   * As write(2): at `position`, or where the last write ended.
   * @returns bytes taken, which may be fewer than given
   */
  write(bytes: Uint8Array, position?: number): Promise<number>
  /** Until this has come back, a power cut may take what was written. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** A file that is open for reading. */
export interface DiskReader {
  /** Bytes of the file when it was opened; 0 for a pipe. */
  readonly size: number
  /**
   * As read(2): from `position`, or where the last read ended.
   * @returns bytes that came, which may be fewer than there is room for; 0 at the end
   */
  read(into: Uint8Array, position?: number): Promise<number>
  close(): Promise<void>
}

/** Every operation that looks at a disk. What a run stands on is read by these alone. */
export interface Reading {
  openToRead(path: string): Promise<DiskReader>
  /** Names in a directory. */
  list(path: string): Promise<string[]>
  status(path: string): Promise<Stats>
}

/** With every operation that changes what is on a disk. Files that have to survive a fault are written by these alone. */
export interface Disk extends Reading {
  /** With the directories above it; one that is there is left. */
  makeDirectory(path: string): Promise<void>
  /** `wx`: a new file; `w`: emptied if it is there; `r+`: as it is; `a`: every write goes to the end. */
  open(path: string, how: 'wx' | 'w' | 'r+' | 'a'): Promise<DiskFile>
  rename(from: string, to: string): Promise<void>
  /** A file or a whole directory; nothing is done where there is neither. */
  remove(path: string): Promise<void>
  truncate(path: string, bytes: number): Promise<void>
  copy(from: string, to: string): Promise<void>
  /** A second name for a file. */
  link(file: string, path: string): Promise<void>
  symlink(target: string, path: string): Promise<void>
  /** Sets the time of change to now. */
  touch(path: string): Promise<void>
  /** Until this has come back, a power cut may take new names in the directory. */
  syncDirectory(path: string): Promise<void>
}

/** The disk as it is. */
export const realDisk: Disk = {
  async openToRead(path) {
    const file = await fs.open(path, 'r')
    try {
      const { size } = await file.stat()
      return {
        size,
        read: async (into, position) => (await file.read(into, 0, into.length, position ?? null)).bytesRead,
        close: () => file.close(),
      }
    } catch (error) {
      await file.close()
      throw error
    }
  },
  list: (path) => fs.readdir(path),
  status: (path) => fs.stat(path),
  async makeDirectory(path) {
    const made = await fs.mkdir(path, { recursive: true })
    if (made !== undefined) await this.syncDirectory(dirname(made))
  },
  async open(path, how) {
    const file = await fs.open(path, how)
    return {
      write: async (bytes, position) => (await file.write(bytes, 0, bytes.length, position ?? null)).bytesWritten,
      sync: () => file.sync(),
      close: () => file.close(),
    }
  },
  rename: fs.rename,
  remove: (path) => fs.rm(path, { recursive: true, force: true }),
  truncate: fs.truncate,
  copy: (from, to) => fs.copyFile(from, to),
  link: fs.link,
  symlink: (target, path) => fs.symlink(target, path),
  async touch(path) {
    const now = new Date()
    await fs.utimes(path, now, now)
  },
  async syncDirectory(path) {
    const directory = await fs.open(path, 'r')
    try {
      await directory.sync()
    } finally {
      await directory.close()
    }
  },
}

const chosen = new AsyncLocalStorage<Disk>()

/** The disk that is written to and read from: the real one, except inside {@link onDisk}. */
export const disk = (): Disk => chosen.getStore() ?? realDisk

/**
 * Does `work`, and everything that it awaits, with another disk under it: one that counts, or one that fails.
 *
 * @example await onDisk(new FaultyDisk({ at: 7, fault: 'ENOSPC' }), () => store.write(space, source, features))
 */
export const onDisk = <T>(other: Disk, work: () => Promise<T>): Promise<T> => chosen.run(other, work)
