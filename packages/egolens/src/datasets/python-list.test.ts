import fc from 'fast-check'
import { expect, it } from 'vitest'
import { EgoLensError } from '../errors.js'
import { parsePythonList, parsePythonNumbers } from './python-list.js'

it('reads strings and whole numbers', () => {
  expect(parsePythonList("['pan', 'board:chopping']")).toEqual(['pan', 'board:chopping'])
  expect(parsePythonNumbers('[5, 42]')).toEqual([5, 42])
  expect(parsePythonList('[]')).toEqual([])
  expect(parsePythonList(`["baker's", 'a\\'b', -3,]`)).toEqual(["baker's", "a'b", -3])
})

it.each([
  ['', 'the end'],
  ['[1, 2', 'the end'],
  ['[1 2]', '"2" at position 3'],
  ['[1.5]', 'a whole number or a string'],
  ['[[1]]', '"[" at position 1'],
  ["['a]", 'a closing quote'],
  ['[None]', '"N" at position 1'],
  ['[1]x', '"x" at position 3'],
  ['[1,,2]', '"," at position 3'],
])('refuses %j', (cell, message) => {
  expect(() => parsePythonList(cell, 'a.csv:3')).toThrow(message)
})

it('reads back what Python would print, and never throws anything but its own error', () => {
  const item = fc.oneof(fc.integer({ min: -1e9, max: 1e9 }), fc.string())
  const repr = (v: string | number) =>
    typeof v === 'number'
      ? String(v)
      : `'${v.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`
  fc.assert(
    fc.property(fc.array(item), (list) => {
      expect(parsePythonList(`[${list.map(repr).join(', ')}]`)).toEqual(list)
    }),
  )
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        parsePythonList(text)
      } catch (error) {
        expect(error).toBeInstanceOf(EgoLensError)
      }
    }),
  )
})
