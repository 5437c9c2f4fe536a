import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { TorchError } from '../errors.js'
import { ELEMENT_BITS } from './dtypes.js'
import { parseHeader } from './header.js'
import { parseStrictJson } from './strict-json.js'
import { encodeHeader, type TensorShape } from './write-header.js'

const wholeBytes = [...ELEMENT_BITS].filter(([, bits]) => bits % 8 === 0).map(([name]) => name)
const name = fc.string({ unit: 'grapheme' }).filter((text) => text !== '__metadata__' && !/\p{Surrogate}/u.test(text))
const shapes = fc
  .uniqueArray(
    fc.record({ name, dtype: fc.constantFrom(...wholeBytes), shape: fc.array(fc.nat(4), { maxLength: 4 }) }),
    { selector: (item) => item.name, maxLength: 8 },
  )
  .map((items) => new Map<string, TensorShape>(items.map(({ name, dtype, shape }) => [name, { dtype, shape }])))

const sizeOf = ({ dtype, shape }: TensorShape) => shape.reduce((a, b) => a * b, ELEMENT_BITS.get(dtype)! / 8)

function encoded(tensors: Map<string, TensorShape>): Uint8Array {
  const { bytes } = encodeHeader(tensors)
  const data = [...tensors.values()].reduce((sum, tensor) => sum + sizeOf(tensor), 0)
  return Uint8Array.of(...bytes, ...new Uint8Array(data))
}

it('what is written is read back', () => {
  fc.assert(
    fc.property(shapes, (tensors) => {
      const read = parseHeader(encoded(tensors)).tensors
      expect(new Map([...read].map(([key, { dtype, shape }]) => [key, { dtype, shape }]))).toEqual(tensors)
      for (const { dtype, begin } of read.values()) expect(begin % (ELEMENT_BITS.get(dtype)! / 8)).toBe(0)
    }),
  )
})

it('changed bytes are read or refused, never anything else', () => {
  const change = fc.record({
    at: fc.nat(),
    value: fc.oneof(fc.nat(255), fc.constantFrom(0x22, 0x2c, 0x30, 0x5c, 0x7b)),
  })
  const cut = fc.option(fc.nat(), { nil: undefined })
  fc.assert(
    fc.property(shapes, fc.array(change, { maxLength: 6 }), cut, (tensors, changes, length) => {
      const bytes = encoded(tensors)
      for (const { at, value } of changes) bytes[at % bytes.length] = value
      const given = length === undefined ? bytes : bytes.subarray(0, length % (bytes.length + 1))
      onlyTorchError(() => {
        for (const { begin, end } of parseHeader(given).tensors.values()) {
          expect(begin).toBeGreaterThanOrEqual(8)
          expect(end).toBeLessThanOrEqual(given.length)
        }
      })
    }),
    { numRuns: 2000 },
  )
})

it('any JSON as header is read or refused', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const json = new TextEncoder().encode(JSON.stringify(value))
      const bytes = new Uint8Array(8 + json.length)
      new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true)
      bytes.set(json, 8)
      onlyTorchError(() => parseHeader(bytes))
    }),
    { numRuns: 500 },
  )
})

it('strict JSON agrees with JSON.parse where no key is written twice', () => {
  const plain = (value: ReturnType<typeof parseStrictJson>): unknown => {
    if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]))
    if (Array.isArray(value)) return value.map(plain)
    return value !== null && typeof value === 'object' ? Number(value.lexeme) : value
  }
  fc.assert(
    fc.property(
      fc.json({ noUnicodeString: false, depthSize: 'small' }),
      fc.constantFrom(undefined, 1, '\t'),
      (json, indent) => {
        const spaced = JSON.stringify(JSON.parse(json), null, indent)
        if (/\\ud[89a-f]/.test(spaced)) return
        expect(JSON.stringify(plain(parseStrictJson(spaced, { depth: 100, values: 1e6 })))).toBe(
          JSON.stringify(JSON.parse(spaced)),
        )
      },
    ),
  )
})

function onlyTorchError(run: () => void): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof TorchError) || error.code !== 'BadSafetensors') throw error
  }
}
