import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { empty, zeros } from './creation.js'
import { TorchError } from './errors.js'
import { type BytesOfPicture, bytesToPlanes, resampleBytes, type Taps } from './pictures.js'

const byte = (sum: number) => Math.min(255, Math.max(0, sum >> 22))

/** One direction, as it is defined: 32-bit sums that wrap. */
function resampled(value: (i: number) => number, { first, count, weights }: Taps): number[] {
  const most = weights.length / first.length
  return Array.from(first, (from, x) => {
    let sum = 1 << 21
    for (let k = 0; k < count[x]!; k++) sum = (sum + Math.imul(value(from + k), weights[x * most + k]!)) | 0
    return byte(sum)
  })
}

function byDefinition({ bytes, start, line }: BytesOfPicture, rows: number, across: Taps, down: Taps): number[] {
  const lines = Array.from({ length: rows }, (_, y) =>
    [0, 1, 2].map((c) => resampled((x) => bytes[start + y * line + 3 * x + c]!, across)),
  )
  const columns = Array.from(across.first, (_, x) => [0, 1, 2].map((c) => resampled((y) => lines[y]![c]![x]!, down)))
  return Array.from(down.first, (_, y) => columns.map((rgb) => rgb.map((values) => values[y]!))).flat(2)
}

/** Taps of random places and weights, over so many inputs. */
const tapsOver = (inputs: number, outputs: number) =>
  fc.integer({ min: 1, max: Math.min(9, inputs) }).chain((most) =>
    fc
      .array(
        fc.record({
          count: fc.integer({ min: 0, max: most }),
          place: fc.nat(),
          weights: fc.array(fc.integer({ min: -(1 << 23), max: 1 << 23 }), { minLength: most, maxLength: most }),
        }),
        { minLength: outputs, maxLength: outputs },
      )
      .map((found) => ({
        first: Int32Array.from(found, ({ count, place }) => place % (inputs - count + 1)),
        count: Int32Array.from(found, ({ count }) => count),
        weights: Int32Array.from(found.flatMap(({ weights }) => weights)),
      })),
  )

const cases = fc
  .record({
    columns: fc.integer({ min: 1, max: 24 }),
    rows: fc.integer({ min: 1, max: 14 }),
    width: fc.integer({ min: 1, max: 13 }),
    height: fc.integer({ min: 1, max: 6 }),
    start: fc.nat(7),
    gap: fc.nat(5),
    rest: fc.nat(3),
    seed: fc.nat(),
  })
  .chain((size) =>
    fc.record({
      size: fc.constant(size),
      across: tapsOver(size.columns, size.width),
      down: tapsOver(size.rows, size.height),
    }),
  )

function noise(length: number, seed: number): Uint8Array {
  let x = seed | 1
  return Uint8Array.from({ length }, () => {
    x = Math.imul(x, 1103515245) + 12345
    return (x >> 16) & 255
  })
}

describe('resampling of bytes', () => {
  it('gives the sums of its definition for any taps, whatever the size and the place in memory', () => {
    fc.assert(
      fc.property(cases, ({ size: { columns, rows, start, gap, rest, seed }, across, down }) => {
        const line = 3 * columns + gap
        const bytes = noise(start + (rows - 1) * line + 3 * columns + rest, seed)
        const found = resampleBytes({ bytes, start, line }, { columns, rows }, across, down)
        expect([...found]).toEqual(byDefinition({ bytes, start, line }, rows, across, down))
      }),
      { numRuns: 300 },
    )
  })

  const whole: Taps = { first: Int32Array.of(0), count: Int32Array.of(2), weights: Int32Array.of(1 << 21, 1 << 21) }
  const picture = { bytes: new Uint8Array(12), start: 0, line: 6 }

  it.each([
    ['a tap beyond the last column', { ...whole, first: Int32Array.of(1) }, whole, picture, 'OutOfRange'],
    ['a tap before the first row', whole, { ...whole, first: Int32Array.of(-1) }, picture, 'OutOfRange'],
    ['more taps than weights', whole, { ...whole, count: Int32Array.of(3) }, picture, 'OutOfRange'],
    ['a negative count', whole, { ...whole, count: Int32Array.of(-1) }, picture, 'OutOfRange'],
    ['counts of another length', whole, { ...whole, count: Int32Array.of(1, 1) }, picture, 'BadArgument'],
    [
      'no outputs',
      whole,
      { first: new Int32Array(), count: new Int32Array(), weights: new Int32Array() },
      picture,
      'BadArgument',
    ],
    ['a start beyond the end', whole, whole, { ...picture, start: 7 }, 'OutOfRange'],
    ['a negative start', whole, whole, { ...picture, start: -1 }, 'OutOfRange'],
    ['lines too far apart', whole, whole, { ...picture, line: 7 }, 'OutOfRange'],
    ['lines that lie in each other', whole, whole, { ...picture, line: 5 }, 'OutOfRange'],
    ['a picture that is cut off', whole, whole, { ...picture, bytes: new Uint8Array(11) }, 'OutOfRange'],
  ] as const)('refuses %s', (_, across, down, from, code) => {
    const resample = () => resampleBytes(from, { columns: 2, rows: 2 }, across, down)
    expect(resample).toThrow(TorchError)
    expect(resample).toThrow(expect.objectContaining({ code }))
  })
})

describe('bytes into planes', () => {
  const tables = Float32Array.from({ length: 768 }, (_, i) => i / 3)

  it('looks each byte up in the table of its channel, picture by picture', () => {
    const into = zeros([2, 3, 2, 2])
    // Two rows of two pixels, a byte before, two between.
    const bytes = Uint8Array.of(9, 1, 2, 3, 4, 5, 6, 9, 9, 7, 8, 9, 10, 11, 255)
    bytesToPlanes(into, 1, { bytes, start: 1, line: 8 }, tables)
    const planes = [
      [1, 4, 7, 10],
      [256 + 2, 256 + 5, 256 + 8, 256 + 11],
      [512 + 3, 512 + 6, 512 + 9, 512 + 255],
    ]
    const expected = [...new Array<number>(12).fill(0), ...planes.flat().map((i) => Math.fround(i / 3))]
    expect([...into.toTypedArray()]).toEqual(expected)
    into.dispose()
  })

  it('refuses what does not fit', () => {
    const into = empty([1, 3, 2, 2])
    const picture = { bytes: new Uint8Array(12), start: 0, line: 6 }
    const code = (work: () => void) => {
      try {
        work()
      } catch (error) {
        return (error as TorchError).code
      }
      return undefined
    }
    expect(code(() => bytesToPlanes(into, 0, picture, tables))).toBeUndefined()
    expect(code(() => bytesToPlanes(into, 1, picture, tables))).toBe('OutOfRange')
    expect(code(() => bytesToPlanes(into, -1, picture, tables))).toBe('OutOfRange')
    expect(code(() => bytesToPlanes(into, 0, { ...picture, start: 1 }, tables))).toBe('OutOfRange')
    expect(code(() => bytesToPlanes(into, 0, picture, tables.subarray(1)))).toBe('BadArgument')
    const others = [
      empty([3, 2, 2]),
      empty([1, 4, 2, 2]),
      empty([1, 3, 2, 2], { dtype: 'float64' }),
      into.transpose(2, 3),
    ]
    for (const other of others) expect(code(() => bytesToPlanes(other, 0, picture, tables))).toBe('BadArgument')
    const tracked = empty([1, 3, 2, 2], { requiresGrad: true })
    expect(code(() => bytesToPlanes(tracked, 0, picture, tables))).toBe('BadArgument')
    for (const one of [into, tracked, ...others]) one.dispose()
  })
})
