import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openCheckpoint } from './checkpoint.js'
import { choose } from './choose.js'
import { Global, type Inert, type PthTensor, PySet, Tuple, type Value } from './values.js'

/** How these were made: golden/make.py. */
const golden = (name: string) => fileURLToPath(new URL(`golden/${name}.pth`, import.meta.url))

function read(name: string): Map<string, { type: string; shape: readonly number[]; values: (number | bigint)[] }> {
  const checkpoint = openCheckpoint(golden(name))
  try {
    const { tensors } = choose(checkpoint.value, name)
    return new Map(
      [...tensors].map(([key, tensor]) => {
        checkpoint.verify(tensor)
        const bytes = Buffer.concat([...checkpoint.pieces(tensor)].map((piece) => piece.slice()))
        return [key, { type: tensor.type.name, shape: tensor.shape, values: decode(tensor, bytes) }]
      }),
    )
  } finally {
    checkpoint.close()
  }
}

function decode({ type, elements }: PthTensor, bytes: Buffer): (number | bigint)[] {
  expect(bytes.length).toBe(elements * type.size)
  const readers: Record<string, (at: number) => number | bigint> = {
    F64: (at) => bytes.readDoubleLE(at),
    F32: (at) => bytes.readFloatLE(at),
    I64: (at) => bytes.readBigInt64LE(at),
    I32: (at) => bytes.readInt32LE(at),
    I16: (at) => bytes.readInt16LE(at),
    I8: (at) => bytes.readInt8(at),
    F16: (at) => bytes.readUInt16LE(at),
    BF16: (at) => bytes.readUInt16LE(at),
  }
  const one = readers[type.name] ?? ((at: number) => bytes.readUInt8(at))
  return Array.from({ length: elements }, (_, i) => one(i * type.size))
}

const expected: Record<string, [type: string, shape: number[], values: (number | bigint)[]]> = {
  fp32: ['F32', [2, 2], [1.5, -0, Number.POSITIVE_INFINITY, -2]],
  fp64: ['F64', [2], [0.1, 1e300]],
  fp16: ['F16', [3], [0x3c00, 0xc100, 0x7bff]],
  // 3e38 is 0x7f61b1e6 in 32 bits, which rounds up.
  bf16: ['BF16', [3], [0x3f80, 0xc020, 0x7f62]],
  int64: ['I64', [2], [-(2n ** 63n), 2n ** 63n - 1n]],
  int32: ['I32', [1, 1], [-7]],
  int16: ['I16', [2], [-300, 300]],
  int8: ['I8', [2], [-128, 127]],
  uint8: ['U8', [2], [0, 255]],
  bool: ['BOOL', [3], [1, 0, 1]],
  scalar: ['F32', [], [4.5]],
  empty: ['F32', [0, 3], []],
  row: ['F32', [4], [4, 5, 6, 7]],
  transposed: ['F32', [4, 3], [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]],
  column: ['F32', [3], [1, 5, 9]],
  strided: ['F32', [3], [1, 6, 11]],
  permuted: ['F32', [2, 2, 3], [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]],
  expanded: ['F32', [2, 3], [2, 2, 2, 3, 3, 3]],
  parameter: ['F32', [2, 3], [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]],
  tied: ['F32', [2, 3], [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]],
}

describe.each(['zip', 'legacy'])('a %s checkpoint', (format) => {
  it('gives every type and view exactly', () => {
    const found = read(`tensors.${format}`)
    expect([...found.keys()]).toEqual(Object.keys(expected))
    for (const [name, [type, shape, values]] of Object.entries(expected)) {
      expect({ name, ...found.get(name) }).toEqual({ name, type, shape, values })
    }
  })

  it.each([1, 3, 4, 5])('of pickle protocol %i reads alike', (protocol) => {
    expect(Object.fromEntries(read(`protocol${protocol}.${format}`))).toEqual({
      a: { type: 'F32', shape: [2], values: [1, 2] },
      b: { type: 'BOOL', shape: [1], values: [1] },
    })
  })

  it('of a training run gives its plain values, and its instances as records', () => {
    const { value, close, format: told } = openCheckpoint(golden(`training.${format}`))
    close()
    expect(told).toBe(format)
    const top = value as Map<string, Value>
    expect(top.get('epoch')).toBe(3)
    expect(top.get('big')).toBe(2n ** 70n)
    expect(top.get('bytes')).toEqual(Uint8Array.of(0, 255))
    expect(top.get('shape')).toEqual(new Tuple([2, 1]))
    expect(top.get('seen')).toEqual(new PySet([1, 2]))
    expect(top.get('dtype')).toEqual(new Global('torch.float16'))
    const scalar = top.get('best_acc1') as Inert
    expect([scalar.of, scalar.args[1]]).toEqual([
      'numpy.core.multiarray.scalar',
      new Uint8Array(Float64Array.of(61.5).buffer),
    ])
    const args = top.get('args') as Inert
    expect(args.of).toBe('argparse.Namespace')
    expect(Object.fromEntries(args.state as Map<string, Value>)).toEqual({
      lr: 1e-3,
      betas: new Tuple([0.9, 0.999]),
      resume: '',
      fix_lr: true,
      workers: 10,
      seed: 2 ** 40,
    })
    const optimizer = top.get('optimizer') as Map<string, Value>
    expect([...(optimizer.get('state') as Map<number, Value>).keys()]).toEqual([0, 1, 2, 3])
  })

  it('of a training run gives the state dict that is under state_dict', () => {
    expect(Object.fromEntries(read(`training.${format}`))).toEqual({
      '0.weight': { type: 'F32', shape: [1, 2], values: [0, 1] },
      '0.bias': { type: 'F32', shape: [1], values: [1] },
      '1.weight': { type: 'F32', shape: [1], values: [2] },
      '1.bias': { type: 'F32', shape: [1], values: [3] },
      '1.running_mean': { type: 'F32', shape: [1], values: [Math.fround(0.2)] },
      '1.running_var': { type: 'F32', shape: [1], values: [Math.fround(0.9)] },
      '1.num_batches_tracked': { type: 'I64', shape: [], values: [1n] },
    })
  })
})
