import { EgoLensError } from '../errors.js'
import { disk } from '../files/disk.js'
import { isAbsent, readFault } from '../files/fault.js'
import { readBytes, reading } from '../files/read.js'

/** Longer lines are no annotations: a quote that was never closed, or another file under this name. */
export const longestLine = 1 << 20

const PIECE = 1 << 20
const CURE = 'save it as "CSV UTF-8"'

/**
 * Reads a UTF-8 file without its byte order mark.
 *
 * @throws EgoLensError `dataset/no-file`, `dataset/not-utf8`, `dataset/too-large`, `disk/unreadable`
 */
export async function readText(path: string, cure?: string): Promise<string> {
  const bytes = await readBytes(path).catch((error: unknown) => {
    throw noFile(error, path, cure)
  })
  const nul = bytes.indexOf(0)
  if (nul >= 0) throw nulAt(path, lineBreaks(bytes.subarray(0, nul)) + 1)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STRING_TOO_LONG') throw notUtf8(path)
    throw new EgoLensError('dataset/too-large', `the file has ${bytes.length} bytes, more than a text may have`, {
      where: path,
      cure: 'split it into several files',
    })
  }
}

/**
 * The same piece by piece, for files of any size: pieces end anywhere, also within a line.
 *
 * @throws as {@link readText}
 */
export async function* textPieces(path: string, cure?: string): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decode = (bytes?: Uint8Array) => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode()
    } catch {
      throw notUtf8(path)
    }
  }
  const told = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw noFile(readFault(error, path), path, cure)
    })
  const file = await told(disk().openToRead(path))
  try {
    const buffer = Buffer.allocUnsafeSlow(PIECE)
    for (let position = 0; ; ) {
      const bytes = buffer.subarray(0, await told(file.read(buffer)))
      if (bytes.length === 0) break
      const nul = bytes.indexOf(0)
      if (nul >= 0) throw nulAt(path, await lineOf(path, position + nul))
      position += bytes.length
      yield decode(bytes)
    }
    yield decode()
  } finally {
    // A file that was read is as good where closing it fails.
    await file.close().catch(() => {})
  }
}

/**
 * {@link textPieces}, told instead of asked for.
 *
 * @param each given the pieces in order
 */
export async function readPieces(path: string, each: (piece: string) => void, cure?: string): Promise<void> {
  for await (const piece of textPieces(path, cure)) each(piece)
}

/**
 * The lines of a file of any size with their numbers, from 1.
 *
 * @throws EgoLensError `dataset/json` where a line has more than {@link longestLine} characters, and as {@link readText}
 * @example for await (const { text, line } of textLines('clips.jsonl')) console.log(line, text)
 */
export async function* textLines(path: string, cure?: string): AsyncGenerator<TextLine, void, undefined> {
  let ready: TextLine[] = []
  const lines = new TextLines(path, (text, line) => ready.push({ text, line }))
  for await (const piece of textPieces(path, cure)) {
    lines.add(piece)
    yield* ready
    ready = []
  }
  lines.end()
  yield* ready
}

export interface TextLine {
  text: string
  line: number
}

/** Splits text that comes in pieces into lines, whatever ends them but a lone carriage return. */
export class TextLines {
  #rest = ''
  #line = 1

  constructor(
    private readonly path: string,
    private readonly each: (text: string, line: number) => void,
  ) {}

  add(piece: string): void {
    const text = this.#rest + piece
    let start = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#tell(text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end))
      start = end + 1
    }
    this.#rest = text.slice(start)
    if (this.#rest.length > longestLine) this.#tell(this.#rest)
  }

  end(): void {
    if (this.#rest) this.#tell(this.#rest)
    this.#rest = ''
  }

  #tell(text: string): void {
    if (text.length > longestLine) {
      throw new EgoLensError('dataset/json', `a line of more than ${longestLine} characters`, {
        where: `${this.path}:${this.#line}`,
      })
    }
    this.each(text, this.#line++)
  }
}

/** Line breaks of any kind in a text. */
export const breaksIn = (text: string): number => text.match(/\r\n|\n|\r/g)?.length ?? 0

function noFile(error: unknown, where: string, cure?: string): unknown {
  if (!(error instanceof EgoLensError) || error.code !== 'file/unreadable') return error
  const message = isAbsent(error) ? 'no such file' : error.message
  return new EgoLensError('dataset/no-file', message, { where, cure, cause: error.cause })
}

function notUtf8(where: string): EgoLensError {
  return new EgoLensError('dataset/not-utf8', 'the file is not UTF-8 text', { where, cure: CURE })
}

function nulAt(path: string, line: number): EgoLensError {
  return new EgoLensError('dataset/not-utf8', 'there is a NUL character: the file is UTF-16, or damaged', {
    where: `${path}:${line}`,
    cure: CURE,
  })
}

/** The line of a byte, by reading the file again up to there. */
async function lineOf(path: string, offset: number): Promise<number> {
  let line = 1
  await reading(path, async (file) => {
    const buffer = Buffer.allocUnsafeSlow(PIECE)
    for (let left = offset; left > 0; ) {
      const got = await file.read(buffer.subarray(0, Math.min(PIECE, left)))
      if (got === 0) return
      left -= got
      line += lineBreaks(buffer.subarray(0, got))
    }
  })
  return line
}

function lineBreaks(bytes: Uint8Array): number {
  let count = 0
  for (const byte of bytes) if (byte === 0x0a) count++
  return count
}
