import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EgoLensError } from '../errors.js'
import { parseTable } from './csv.js'
import { CsvRecords } from './csv-records.js'

const lines = (text: string) => parseTable(text, 'x.csv', ['id']).rows.map(({ line, cells }) => [line, cells.id])

it('says the line of each row, after empty lines and cells with line breaks of any kind', () => {
  expect(lines('id,b\n1,"a\r\nb"\n\n2,é\n3,"\r"\n4,x')).toEqual([
    [2, '1'],
    [5, '2'],
    [6, '3'],
    [8, '4'],
  ])
})

it('reads files whose parts have other line breaks', () => {
  const { rows } = parseTable('id,b\n1,2\r\n3,4\r5,6\n', 'x.csv', ['id'])
  expect(rows.map(({ line, cells }) => [line, cells.id, cells.b])).toEqual([
    [2, '1', '2'],
    [3, '3', '4'],
    [4, '5', '6'],
  ])
})

describe('records', () => {
  type Found = { line: number; cells: string[] }[] | 'refused'
  const inPieces = (text: string, size: number): Found => {
    const found: { line: number; cells: string[] }[] = []
    const records = new CsvRecords('x.csv', ',', (cells, line) => found.push({ line, cells }))
    try {
      for (let at = 0; at < text.length; at += size) records.add(text.slice(at, at + size))
      records.end()
    } catch (error) {
      if (!(error instanceof EgoLensError) || error.code !== 'dataset/csv') throw error
      return 'refused'
    }
    return found
  }
  const byAnother = (text: string): string[][] | 'refused' => {
    try {
      const lax = { relax_column_count: true, skip_empty_lines: true }
      return parse(text, { record_delimiter: ['\r\n', '\n', '\r'], ...lax }) as string[][]
    } catch {
      return 'refused'
    }
  }
  const part = fc.constantFrom('a', 'é', '', ' ', ',', ',', '"', '"', '""', '\n', '\r', '\r\n', '"b",', '"\n",', 'x\n')
  const texts = fc.array(part, { maxLength: 14 }).map((parts) => parts.join(''))

  it('are those that csv-parse finds, or refused where it refuses, whatever pieces the text comes in', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 5 }), (text, size) => {
        const found = inPieces(text, size)
        expect(found).toEqual(inPieces(text, text.length + 1))
        expect(found === 'refused' ? found : found.map(({ cells }) => cells)).toEqual(byAnother(text))
      }),
      { numRuns: 3000 },
    )
  })

  it('begin on the line that is said', () => {
    const line = fc.constantFrom('a,b', '"a","b"', '"a\n\nb",c', '', '"\r",x', '"\r\n"')
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\r\n', '\r'), (lines, end) => {
        let at = 1
        const starts = lines.flatMap((text) => {
          const start = at
          at += 1 + (text.match(/\r\n|\n|\r/g)?.length ?? 0)
          return text === '' ? [] : [start]
        })
        expect((inPieces(lines.join(end), 3) as { line: number }[]).map((one) => one.line)).toEqual(starts)
      }),
    )
  })

  it.each([
    ['a,b\n"c', 'x.csv:2: Quote Not Closed'],
    ['a,b\n\nc,d"e', 'x.csv:3: Invalid Opening Quote: a quote in a cell that does not begin with one'],
    ['a,"b\n\n"c\n', 'x.csv:3: Invalid Closing Quote: "c" after it instead of the end of the cell'],
    [`a,b\nc,"${'x'.repeat(1.2e6)}`, 'x.csv:2: a record of more than 1048576 characters: is a quote never closed?'],
    [`a,b\n${'x'.repeat(1.2e6)}\n`, 'x.csv:2: a record of more than 1048576 characters: is a quote never closed?'],
  ])('that are none are named with their line: %#', (text, line) => {
    const records = new CsvRecords('x.csv', ',', () => {})
    let told: unknown
    try {
      records.add(text)
      records.end()
    } catch (error) {
      told = error
    }
    expect(told).toBeInstanceOf(EgoLensError)
    expect((told as EgoLensError).line).toBe(line)
  })
})
