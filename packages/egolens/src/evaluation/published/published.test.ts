import { describe, expect, it } from 'vitest'
import { harmonicMean } from '../harmonic-mean.js'
import { type PublishedTable, published, publishedTable, publishedTables, runName, table5 } from './index.js'

/** Every harmonic mean with the parts that it is of, in the paper's order. */
function means({ number, blocks, rows }: PublishedTable) {
  return rows.flatMap(({ name, numbers }) => {
    let from = 0
    return blocks.flatMap(({ title, columns }) => {
      const [a, b, hm] = numbers.slice(from, from + columns.length)
      from += columns.length
      return hm === undefined ? [] : [{ cell: `table ${number}, ${name}, ${title}`, a: a!, b: b!, hm }]
    })
  })
}

const all = publishedTables.flatMap(means)
const two = (number: number) => number.toFixed(2)

describe("the paper's tables", () => {
  it('have a number for every column, and runs of their own for every cell', () => {
    for (const { blocks, rows } of publishedTables) {
      const columns = blocks.reduce((sum, block) => sum + block.columns.length, 0)
      for (const { numbers } of rows) expect(numbers).toHaveLength(columns)
      const runs = rows.flatMap((row) => blocks.map((block) => runName(row, block)))
      expect(new Set(runs).size).toBe(runs.length)
    }
    expect(publishedTables.map(({ rows }) => rows.length)).toEqual([9, 9, 8, 3, 6, 6, 6])
  })

  it('hold harmonic means that follow from their parts as far as these are rounded, but for three cells', () => {
    expect(all).toHaveLength(36 + 36 + 16 + 6 + 12 + 6 + 12)
    // Parts are known to half a hundredth; what comes of them may have been cut instead of rounded.
    const beyond = all.filter(({ a, b, hm }) => {
      const [low, high] = [harmonicMean(a - 0.005, b - 0.005), harmonicMean(a + 0.005, b + 0.005)]
      return a * b > 0 ? hm < low - 0.01 || hm > high + 0.005 : hm !== 0
    })
    expect(beyond.map(({ cell, a, b, hm }) => `${cell}: ${hm}, of its parts ${two(harmonicMean(a, b))}`)).toEqual([
      'table 3, ZS CLIP, Verbs: 3.51, of its parts 3.91',
      'table 3, X-MIC, Nouns: 31.21, of its parts 31.23',
      'table 5, LaViLa ViT-L/14, X-MIC, Verbs: 16.37, of its parts 16.40',
    ])
  })

  it('differ in the last digit where unrounded parts were used, or digits cut', () => {
    const differ = all.filter(({ a, b, hm }) => two(harmonicMean(a, b)) !== two(hm))
    const byTable = publishedTables.map(
      ({ number }) => differ.filter(({ cell }) => cell.startsWith(`table ${number},`)).length,
    )
    expect(byTable).toEqual([11, 5, 9, 2, 6, 4, 1])
  })

  it('say the same where two tables show one run', () => {
    const cells = new Map<string, string[]>()
    for (const { number, blocks, rows } of publishedTables.filter((table) => table.number !== 2)) {
      for (const row of rows) {
        let from = 0
        for (const block of blocks) {
          const numbers = row.numbers.slice(from, from + block.columns.length)
          from += block.columns.length
          const name = runName(row, block)
          // Table 7 has no harmonic mean of zero-shot.
          cells.set(name, [...(cells.get(name) ?? []), `${numbers.slice(0, 2)}`])
          expect(new Set(cells.get(name)).size, `${name} in table ${number}`).toBe(1)
        }
      }
    }
  })

  it('are found by number, their numbers by row, training set and component', () => {
    expect(publishedTable(5)).toBe(table5)
    expect(() => publishedTable(8)).toThrow('no table 8')
    expect(published(publishedTable(1), 'x-mic', 'epic-kitchens-100', 'verb')).toEqual([50.01, 18.1, 26.58])
    expect(published(publishedTable(1), 'x-mic', 'egtea', 'verb')).toBeUndefined()
    expect(published(publishedTable(1), 'maple', 'ego4d-fho-lta', 'verb')).toBeUndefined()
  })
})
