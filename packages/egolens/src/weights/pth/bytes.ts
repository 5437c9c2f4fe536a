import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { EgoLensError } from '../../errors.js'

/** A file of which parts are read by position, so that its size costs no memory. */
export interface Bytes {
  /** Names it in errors. */
  readonly where: string
  readonly size: number
  /** Fills `into` from `offset`. @throws EgoLensError `pth/damaged` beyond the end */
  read(offset: number, into: Uint8Array): void
}

/** Opens a regular file. @throws EgoLensError `file/unreadable` */
export function openBytes(path: string): Bytes & { close(): void } {
  const fd = openRegular(path)
  const { size } = fstatSync(fd)
  return {
    where: path,
    size,
    close: () => closeSync(fd),
    read(offset, into) {
      if (offset < 0 || into.length > size - offset) throw damaged(path, 'it ends too early')
      for (let done = 0; done < into.length; ) {
        const got = readSync(fd, into, done, Math.min(1 << 30, into.length - done), offset + done)
        if (got === 0) throw damaged(path, 'it became shorter while it was read')
        done += got
      }
    },
  }
}

function openRegular(path: string): number {
  let fd: number
  try {
    // A named pipe would otherwise wait for a writer.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new EgoLensError('file/unreadable', code === 'ENOENT' ? 'no such file' : message, { where: path })
  }
  if (fstatSync(fd).isFile()) return fd
  closeSync(fd)
  throw new EgoLensError('file/unreadable', 'not a file', { where: path })
}

export function damaged(where: string, what: string): EgoLensError {
  return new EgoLensError('pth/damaged', `the checkpoint is damaged: ${what}`, { where, cure: 'download it again' })
}

/** Reads forward through a part of a file, a page at a time. */
export class Cursor {
  #page = new Uint8Array(0)
  #pageAt = 0

  constructor(
    readonly bytes: Bytes,
    /** Where the next byte is read. */
    public at: number,
    readonly end: number,
    /** How much is read at a time. */
    readonly page = 1 << 16,
  ) {}

  /** The next bytes; good until the next call. */
  take(length: number): Uint8Array {
    if (!(length >= 0 && length <= this.end - this.at)) throw damaged(this.bytes.where, `it ends at byte ${this.end}`)
    const start = this.at - this.#pageAt
    this.at += length
    if (start >= 0 && start + length <= this.#page.length) return this.#page.subarray(start, start + length)
    this.#pageAt = this.at - length
    this.#page = new Uint8Array(Math.max(length, Math.min(this.page, this.end - this.#pageAt)))
    this.bytes.read(this.#pageAt, this.#page)
    return this.#page.subarray(0, length)
  }

  /** An unsigned number of 1 to 8 bytes, the lowest first; numbers above 2^53 come out as Infinity. */
  number(length: number): number {
    let value = 0
    for (const [i, byte] of this.take(length).entries()) value += byte * 256 ** i
    return Number.isSafeInteger(value) ? value : Number.POSITIVE_INFINITY
  }

  /** Latin-1 text up to a line feed, which is taken but not returned. */
  line(longest: number): string {
    let text = ''
    while (text.length <= longest) {
      const [byte] = this.take(1)
      if (byte === 0x0a) return text
      text += String.fromCharCode(byte!)
    }
    throw damaged(this.bytes.where, `there is a line of more than ${longest} bytes at byte ${this.at}`)
  }
}
