import fc from 'fast-check'
import { expect, it } from 'vitest'
import { CsvRecords } from '../../../../datasets/csv-records.js'
import { JsonMembers } from './json-members.js'

/** A text cut anywhere. */
const cut = (text: string, at: readonly number[]): string[] => {
  const places = [0, ...at.map((share) => Math.floor(share * text.length)), text.length].sort((a, b) => a - b)
  return places.slice(1).map((end, i) => text.slice(places[i], end))
}
const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 })

it('a table with misplaced quotes is the same however it comes, and every line is told of', () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'b', ',', '"', '""', '\n', '\r\n'), maxLength: 40 })
  fc.assert(
    fc.property(line, places, (text, at) => {
      const told = (pieces: readonly string[]) => {
        const found: unknown[] = []
        const records = new CsvRecords(
          'x',
          ',',
          (cells, number) => found.push([number, cells]),
          ({ where }) => found.push(where),
        )
        for (const piece of pieces) records.add(piece)
        records.end()
        return found
      }
      expect(told(cut(text, at))).toEqual(told([text]))
    }),
    { seed: 1, numRuns: 3000 },
  )
})

it('members of JSON are the same however the file comes', () => {
  fc.assert(
    fc.property(fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())), places, (value, at) => {
      const found: [string | undefined, unknown][] = []
      const members = new JsonMembers('x', ({ key, text }) => found.push([key, JSON.parse(text)]))
      for (const piece of cut(JSON.stringify(value, null, 1), at)) members.add(piece)
      members.end()
      const all = JSON.parse(JSON.stringify(value)) as object
      expect(found).toEqual(Object.entries(all).map(([key, member]) => [Array.isArray(all) ? undefined : key, member]))
    }),
    { seed: 1, numRuns: 1000 },
  )
})
