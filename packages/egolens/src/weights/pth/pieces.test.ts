import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Bytes } from './bytes.js'
import { pieces, Scratch } from './pieces.js'
import { PthTensor, Storage } from './values.js'

const types = [
  { name: 'U8', size: 1 },
  { name: 'F16', size: 2 },
  { name: 'F32', size: 4 },
  { name: 'F64', size: 8 },
]

/** 4096 bytes that all differ from their neighbours. */
const content = Uint8Array.from({ length: 4096 }, (_, i) => (i * 89 + (i >> 8)) & 0xff)

/** Element by element, as the strides say. */
function plainly({ type, offset, shape, strides }: PthTensor, at: number): number[] {
  const walk = (depth: number, place: number): number[] =>
    depth === shape.length
      ? [...content.subarray(at + place * type.size, at + (place + 1) * type.size)]
      : Array.from({ length: shape[depth]! }, (_, i) => walk(depth + 1, place + i * strides[depth]!)).flat()
  return walk(0, offset)
}

const views = fc.record({
  type: fc.constantFrom(...types),
  at: fc.nat(64),
  offset: fc.nat(9),
  dimensions: fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.nat(20)), { maxLength: 4 }),
  piece: fc.constantFrom(8, 16, 40, 256, 1 << 20),
})

it('pieces put together are the tensor, whatever its strides and however small they are', () => {
  fc.assert(
    fc.property(views, ({ type, at, offset, dimensions, piece }) => {
      const [shape, strides] = [dimensions.map(([length]) => length), dimensions.map(([, stride]) => stride)]
      const tensor = new PthTensor(new Storage('0', type, 500), type, offset, shape, strides)
      let widest = 0
      const file: Bytes = {
        where: 'x',
        size: content.length,
        read(from, into) {
          widest = Math.max(widest, into.length)
          into.set(content.subarray(from, from + into.length))
        },
      }
      const found: number[] = []
      for (const part of pieces(file, at, tensor, new Scratch(4000, piece))) {
        expect(part.length).toBeLessThanOrEqual(piece)
        found.push(...part)
      }
      expect(found).toEqual(plainly(tensor, at))
      const isOrdered = strides.every((stride, i) => i === 0 || stride <= strides[i - 1]!)
      if (isOrdered) expect(widest).toBeLessThanOrEqual(piece)
    }),
    { numRuns: 2000 },
  )
})
