import type { z } from 'zod'
import { checked, parsed } from '../../datasets/jsonl.js'
import { EgoLensError } from '../../errors.js'
import { type DiskReader, disk } from '../../files/disk.js'
import { readFault } from '../../files/fault.js'
import { readFully } from '../../files/read.js'

const PIECE = 1 << 20

/** Where a record was found. */
export interface Place {
  /** File and line. */
  where: string
  /** Of its line. */
  bytes: number
  /** The first item that it stands for. */
  item: number
}

export interface IndexOptions<T> {
  /** How many items a record stands for: the views of a pair, one where absent. */
  count?: (record: T) => number
  /** Items that are taken at most. */
  limit?: number | undefined
  /** Told of each record of which items are taken; what it throws is thrown. */
  check?: ((record: T, place: Place) => void) | undefined
}

/**
 * A file of JSON records of which any can be had at any time: it is read through and checked once, and of each item
 * eight bytes are kept, so that a hundred million fit in a gigabyte.
 *
 * @example
 * await using pairs = await IndexedJsonl.open('pairs.jsonl', egoExoClip, { count: ({ exo }) => exo.length })
 * const { record, part } = await pairs.get(17)
 */
export class IndexedJsonl<T> implements AsyncDisposable {
  private constructor(
    readonly path: string,
    private readonly file: DiskReader,
    private readonly schema: z.ZodType<T>,
    /** Where the line of each item begins. */
    private readonly starts: Numbers,
    readonly size: number,
  ) {}

  /** @throws EgoLensError `dataset/json`, `dataset/unknown-key` with file and line, `dataset/empty`, `file/unreadable` */
  static async open<T>(path: string, schema: z.ZodType<T>, options: IndexOptions<T> = {}): Promise<IndexedJsonl<T>> {
    const file = await disk()
      .openToRead(path)
      .catch((error: unknown) => {
        throw readFault(error, path)
      })
    try {
      const { starts, size } = await index(file, path, schema, options)
      if (starts.length === 0) {
        throw new EgoLensError('dataset/empty', 'there is no record in this file', { where: path })
      }
      return new IndexedJsonl(path, file, schema, starts, size)
    } catch (error) {
      await file.close().catch(() => {})
      throw readFault(error, path)
    }
  }

  /** Items. */
  get length(): number {
    return this.starts.length
  }

  /** The record of an item, and which of its parts the item is. */
  async get(item: number): Promise<{ record: T; part: number }> {
    const start = this.starts.at(item)
    let part = 0
    while (item - part > 0 && this.starts.at(item - part - 1) === start) part++
    const text = (await this.line(start)).toString('utf8')
    const where = `${this.path}, byte ${start}`
    return { record: checked(this.schema, parsed(text, where), where), part }
  }

  private async line(start: number): Promise<Buffer> {
    for (let length = 4096; ; length *= 4) {
      const bytes = Buffer.allocUnsafe(Math.min(length, this.size - start))
      const got = await readFully(this.file, bytes, start)
      const end = bytes.subarray(0, got).indexOf(10)
      if (end >= 0 || got < length) return bytes.subarray(0, end < 0 ? got : end)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file.close()
  }
}

async function index<T>(file: DiskReader, path: string, schema: z.ZodType<T>, options: IndexOptions<T>) {
  const { count = () => 1, limit = Number.POSITIVE_INFINITY, check } = options
  const starts = new Numbers()
  let [lineNumber, size] = [0, 0]
  for await (const { bytes, start } of lines(file)) {
    lineNumber++
    size = start + bytes.length + 1
    const text = bytes.toString('utf8')
    if (text.trim() === '') continue
    const where = `${path}:${lineNumber}`
    const record = checked(schema, parsed(text, where), where)
    const parts = count(record)
    if (parts > 0) check?.(record, { where, bytes: bytes.length, item: starts.length })
    for (let part = 0; part < parts && starts.length < limit; part++) starts.push(start)
    if (starts.length >= limit) break
  }
  return { starts, size }
}

/** Lines without their ends, each with the place of its first byte. */
async function* lines(file: DiskReader): AsyncGenerator<{ bytes: Buffer; start: number }> {
  let rest = Buffer.alloc(0)
  let start = 0
  for (let position = 0; ; ) {
    const piece = Buffer.allocUnsafe(PIECE)
    const got = await readFully(file, piece, position)
    position += got
    let bytes = Buffer.concat([rest, piece.subarray(0, got)])
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10)) {
      yield { bytes: bytes.subarray(0, end), start }
      bytes = bytes.subarray(end + 1)
      start += end + 1
    }
    rest = bytes
    if (got < PIECE) break
  }
  if (rest.length > 0) yield { bytes: rest, start }
}

/** A growing list of whole numbers, eight bytes each. */
class Numbers {
  length = 0
  private values = new Float64Array(1024)

  push(value: number): void {
    if (this.length === this.values.length) {
      const wider = new Float64Array(2 * this.length)
      wider.set(this.values)
      this.values = wider
    }
    this.values[this.length++] = value
  }

  at(index: number): number {
    return this.values[index]!
  }
}
