import { EgoLensError } from '../errors.js'
import { breaksIn, longestLine } from './text.js'
import type { OnFault } from './types.js'

/**
 * Splits comma-separated text that comes in pieces into records, as RFC 4180 says, with line breaks of any kind, also
 * mixed; empty lines are left out. Tables of any size need the memory of one piece and one record.
 *
 * @example
 * const records = new CsvRecords('x.csv', ',', (cells, line) => console.log(line, cells))
 * records.add('a,"b\n')
 * records.add('c"\nd') // 1 ['a', 'b\nc']
 * records.end() // 3 ['d']
 */
export class CsvRecords {
  #rest = ''
  #line = 1

  constructor(
    private readonly path: string,
    private readonly delimiter: string,
    /** Told of each record: its cells, and the line that it starts on. */
    private readonly each: (cells: string[], line: number) => void,
    /** Told of each record with a quote in the wrong place: its first line is left out. Without it the first is thrown. */
    private readonly onFault?: OnFault,
  ) {}

  /** @throws EgoLensError `dataset/csv` with file and line */
  add(piece: string): void {
    this.#take(this.#rest + piece, false)
  }

  /** @throws EgoLensError `dataset/csv` where a quote was not closed */
  end(): void {
    this.#take(this.#rest, true)
  }

  #take(text: string, last: boolean): void {
    const [feed, back, quote] = ['\n', '\r', '"'].map((what) => new Finder(text, what)) as [Finder, Finder, Finder]
    let at = 0
    while (at < text.length) {
      let end = Math.min(feed.from(at), back.from(at), text.length)
      const quoted = quote.from(at) < end ? this.#attempt(() => this.#quoted(text, at, last)) : undefined
      if (quoted instanceof EgoLensError) {
        const next = afterBreak(text, end, last)
        if (next < 0) break
        this.onFault?.(quoted)
        this.#line++
        at = next
        continue
      }
      if (quote.from(at) < end && !quoted) break
      if (quoted) end = quoted.end
      const after = afterBreak(text, end, last)
      if (after < 0) break
      if (end - at > longestLine) this.#tooLong()
      if (end > at) this.each(quoted ? quoted.cells : text.slice(at, end).split(this.delimiter), this.#line)
      this.#line += (quoted ? quoted.breaks : 0) + (after > end ? 1 : 0)
      at = after
    }
    this.#rest = text.slice(at)
    if (this.#rest.length > longestLine) this.#afterTooLong(last)
  }

  /** What a record is, or what is wrong with it where somebody is told of that. */
  #attempt<T>(work: () => T): T | EgoLensError {
    try {
      return work()
    } catch (error) {
      if (!this.onFault || !(error instanceof EgoLensError)) throw error
      return error
    }
  }

  /** A quote that is never closed: its line goes, and what it has swallowed is read again. */
  #afterTooLong(last: boolean): void {
    const fault = this.#attempt(() => this.#tooLong())
    const next = /\r\n|\n|\r/.exec(this.#rest)
    if (!next) throw fault
    this.onFault?.(fault)
    this.#line++
    this.#take(this.#rest.slice(next.index + next[0].length), last)
  }

  /** A record with quotes in it; undefined where its end has not come yet. */
  #quoted(text: string, start: number, last: boolean): Found | undefined {
    const cells: string[] = []
    let [at, breaks] = [start, 0]
    while (true) {
      const cell = text[at] === '"' ? this.#quotedCell(text, at, last, breaks) : this.#plainCell(text, at, breaks)
      if (!cell) return undefined
      cells.push(cell.value)
      breaks += cell.breaks
      at = cell.end
      if (text[at] !== this.delimiter) return at < text.length || last ? { cells, end: at, breaks } : undefined
      at++
    }
  }

  #plainCell(text: string, start: number, breaks: number): Cell {
    let end = start
    while (end < text.length && !this.#endsCell(text[end]!)) {
      if (text[end] === '"')
        this.#wrong('Invalid Opening Quote: a quote in a cell that does not begin with one', breaks)
      end++
    }
    return { value: text.slice(start, end), end, breaks: 0 }
  }

  #quotedCell(text: string, start: number, last: boolean, before: number): Cell | undefined {
    let value = ''
    for (let from = start + 1; ; ) {
      const close = text.indexOf('"', from)
      if (close < 0) return last ? this.#wrong('Quote Not Closed', before) : undefined
      value += text.slice(from, close)
      const next = text[close + 1]
      if (next === undefined && !last) return undefined
      if (next === '"') {
        value += '"'
        from = close + 2
        continue
      }
      const breaks = breaksIn(value)
      if (next !== undefined && !this.#endsCell(next)) {
        this.#wrong(
          `Invalid Closing Quote: ${JSON.stringify(next)} after it instead of the end of the cell`,
          before + breaks,
        )
      }
      return { value, end: close + 1, breaks }
    }
  }

  #endsCell(character: string): boolean {
    return character === this.delimiter || character === '\n' || character === '\r'
  }

  #tooLong(): never {
    return this.#wrong(`a record of more than ${longestLine} characters: is a quote never closed?`, 0)
  }

  #wrong(message: string, breaks: number): never {
    throw new EgoLensError('dataset/csv', message, { where: `${this.path}:${this.#line + breaks}` })
  }
}

interface Found {
  cells: string[]
  /** Where its line break stands, or the end of the text. */
  end: number
  /** Line breaks within it. */
  breaks: number
}

interface Cell {
  value: string
  end: number
  breaks: number
}

/** Where a text goes on after a line break; -1 where that has not come yet. */
function afterBreak(text: string, at: number, last: boolean): number {
  if (at === text.length) return last ? at : -1
  if (text[at] === '\n') return at + 1
  if (at + 1 === text.length && !last) return -1
  return text[at + 1] === '\n' ? at + 2 : at + 1
}

/** The next place of a character, looked for once each time that it is passed. */
class Finder {
  #next = -1

  constructor(
    private readonly text: string,
    private readonly what: string,
  ) {}

  /** Infinity where there is no more. */
  from(at: number): number {
    if (this.#next < at) {
      const found = this.text.indexOf(this.what, at)
      this.#next = found < 0 ? Number.POSITIVE_INFINITY : found
    }
    return this.#next
  }
}
