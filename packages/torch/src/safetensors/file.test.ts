import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fromTypedArray, tensor } from '../creation.js'
import { TorchError } from '../errors.js'
import { expectNoLeak, memory } from '../memory.js'
import { scope } from '../scope.js'
import type { Tensor } from '../tensor.js'
import { fromBytes, load, open, openSharded, save } from './index.js'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'safetensors-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const at = (name: string) => join(directory, name)

function code(run: () => unknown): string | undefined {
  try {
    run()
  } catch (error) {
    if (error instanceof TorchError) return error.code
    throw error
  }
  return undefined
}

const one = (value: number): Record<string, Tensor> => ({ x: tensor([value]) })

describe('save and load', () => {
  it('keep every type, shape and bit', () => {
    const made = {
      half: fromTypedArray(Uint16Array.of(0x3c00, 0x7e01), [2], { dtype: 'float16' }),
      brain: fromTypedArray(Uint16Array.of(0xff80, 0x0001), [1, 2], { dtype: 'bfloat16' }),
      single: tensor([
        [1.5, -0],
        [Number.NaN, Number.NEGATIVE_INFINITY],
      ]),
      double: tensor([Math.PI], { dtype: 'float64' }),
      long: fromTypedArray(BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n), [2]),
      int: tensor([-7], { dtype: 'int32' }),
      short: tensor([-300], { dtype: 'int16' }),
      byte: tensor([-128, 127], { dtype: 'int8' }),
      unsigned: tensor([0, 255], { dtype: 'uint8' }),
      truth: tensor([1, 0, 1], { dtype: 'bool' }),
      scalar: tensor(4),
      none: tensor([]),
    }
    save(at('all.safetensors'), made, { format: 'pt', '\u00e9': '\ud83d\ude00' })
    const read = load(at('all.safetensors'))
    expect(Object.keys(read).sort()).toEqual(Object.keys(made).sort())
    for (const [name, wanted] of Object.entries(made)) {
      const got = read[name]!
      expect([name, got.dtype, got.shape]).toEqual([name, wanted.dtype, wanted.shape])
      expect(got.toTypedArray()).toEqual(wanted.toTypedArray())
    }
    const bytes = readFileSync(at('all.safetensors'))
    const offset = Buffer.concat([Buffer.from('x'), bytes]).subarray(1)
    for (const copies of [fromBytes(bytes), fromBytes(offset)]) {
      expect(Object.keys(copies).sort()).toEqual(Object.keys(made).sort())
      for (const [name, wanted] of Object.entries(made)) {
        const got = copies[name]!
        expect([name, got.dtype, got.shape]).toEqual([name, wanted.dtype, wanted.shape])
        expect(got.toTypedArray()).toEqual(wanted.toTypedArray())
      }
    }
    using file = open(at('all.safetensors'))
    expect({ ...file.metadata }).toEqual({ format: 'pt', '\u00e9': '\ud83d\ude00' })
    expect(file.info('brain')).toEqual({ dtype: 'bfloat16', shape: [1, 2] })
  })

  it('write the same bytes for the same tensors: wider types first, then by name, data at a multiple of 8', () => {
    const tensors = {
      b: tensor([1]),
      a: tensor([2]),
      z: tensor([3], { dtype: 'float64' }),
      c: tensor([1], { dtype: 'bool' }),
    }
    save(at('x.safetensors'), tensors, { k: 'v' })
    const bytes = readFileSync(at('x.safetensors'))
    const length = Number(bytes.readBigUInt64LE(0))
    expect(length % 8).toBe(0)
    expect(
      bytes
        .subarray(8, 8 + length)
        .toString()
        .trimEnd(),
    ).toBe(
      '{"__metadata__":{"k":"v"},' +
        '"z":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},' +
        '"a":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},' +
        '"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]},' +
        '"c":{"dtype":"BOOL","shape":[1],"data_offsets":[16,17]}}',
    )
    expect([...bytes.subarray(8 + length)]).toEqual([0, 0, 0, 0, 0, 0, 8, 64, 0, 0, 0, 64, 0, 0, 128, 63, 1])
  })

  it('write a transposed tensor in its own order', () => {
    save(at('t.safetensors'), {
      x: tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]).t(),
    })
    expect(load(at('t.safetensors')).x!.tolist()).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ])
  })

  it('read a tensor named __proto__', () => {
    const proto = '__proto__'
    const tensors: Record<string, Tensor> = Object.create(null)
    tensors[proto] = tensor([5])
    save(at('p.safetensors'), tensors)
    const read = load(at('p.safetensors'))
    expect(Object.keys(read)).toEqual(['__proto__'])
    expect(read[proto]!.tolist()).toEqual([5])
  })

  it('read tensors that are not aligned', () => {
    const json =
      '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}'
    const bytes = Buffer.alloc(8 + json.length + 9)
    bytes.writeBigUInt64LE(BigInt(json.length))
    bytes.write(json, 8)
    bytes.writeFloatLE(1.5, 8 + json.length + 1)
    bytes.writeFloatLE(-2, 8 + json.length + 5)
    writeFileSync(at('u.safetensors'), bytes)
    expect(load(at('u.safetensors')).b!.tolist()).toEqual([1.5, -2])
  })

  it('leave no tensors behind', () => {
    expectNoLeak(() =>
      scope(() => {
        save(at('x.safetensors'), { x: tensor([[1, 2]]).t() })
        load(at('x.safetensors'))
      }),
    )
  })
})

describe('a mapped file', () => {
  it('takes no memory of the engine and outlives close()', () => {
    save(at('x.safetensors'), { x: tensor([1, 2, 3]) })
    const file = open(at('x.safetensors'))
    const before = memory().bytes
    const x = file.tensor('x')
    expect(memory().bytes).toBeLessThanOrEqual(before)
    file.close()
    rmSync(at('x.safetensors'))
    expect(x.tolist()).toEqual([1, 2, 3])
  })

  it('is not written by in-place operators', () => {
    save(at('x.safetensors'), one(1))
    load(at('x.safetensors')).x!.add_(41)
    expect(load(at('x.safetensors')).x!.tolist()).toEqual([1])
  })

  it('keeps its tensors when another is saved over it', () => {
    save(at('x.safetensors'), one(1))
    const { x } = load(at('x.safetensors'))
    save(at('x.safetensors'), one(2))
    expect([x!.tolist(), load(at('x.safetensors')).x!.tolist()]).toEqual([[1], [2]])
  })

  it('names the nearest tensors for a name that it lacks', () => {
    save(at('x.safetensors'), { 'visual.proj.weight': tensor([1]), bias: tensor([2]) })
    using file = open(at('x.safetensors'))
    expect(() => file.tensor('visual.proj.wieght')).toThrow(/nearest names are "visual.proj.weight"\./)
    expect(code(() => file.info('__proto__'))).toBe('NoSuchTensor')
  })

  it('refuses a type that the engine lacks when it is read, not before', () => {
    const json = '{"x":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}} '
    writeFileSync(
      at('f8.safetensors'),
      Buffer.concat([Buffer.from([json.length, 0, 0, 0, 0, 0, 0, 0]), Buffer.from(`${json}A`)]),
    )
    using file = open(at('f8.safetensors'))
    expect(file.info('x')).toEqual({ dtype: 'F8_E4M3', shape: [1] })
    expect(code(() => file.tensor('x'))).toBe('UnsupportedDtype')
    expect(code(() => fromBytes(readFileSync(at('f8.safetensors'))))).toBe('UnsupportedDtype')
  })

  it('that is cut off is refused with its name', () => {
    save(at('x.safetensors'), one(1))
    truncateSync(at('x.safetensors'), statSync(at('x.safetensors')).size - 1)
    expect(code(() => open(at('x.safetensors')))).toBe('BadSafetensors')
    expect(() => open(at('x.safetensors'))).toThrow(/x\.safetensors: .*cut off/)
    expect(() => fromBytes(readFileSync(at('x.safetensors')))).toThrow(/cut off/)
    truncateSync(at('x.safetensors'), 0)
    expect(code(() => open(at('x.safetensors')))).toBe('BadSafetensors')
  })
})

describe('a write', () => {
  it('holds no copy of a tensor that is not contiguous', () => {
    const wide = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ])
    const turned = wide.t()
    const before = memory().bytes
    save(at('x.safetensors'), { turned })
    expect(memory().bytes).toBe(before)
    expect(load(at('x.safetensors')).turned!.tolist()).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ])
  })
})

describe('a write that fails', () => {
  it('leaves the old file and no other', () => {
    save(at('x.safetensors'), one(1))
    const broken = { x: tensor([1]), y: tensor([2]) }
    const dataView = () => {
      throw new Error('the disk is gone')
    }
    Object.defineProperty(broken.y, 'dataView', { value: dataView })
    expect(() => save(at('x.safetensors'), broken)).toThrow('the disk is gone')
    expect(readdirSync(directory)).toEqual(['x.safetensors'])
    expect(load(at('x.safetensors')).x!.tolist()).toEqual([1])
  })

  it('names the file and the reason', () => {
    expect(code(() => save(at('none/x'), one(1)))).toBe('FileUnwritable')
    expect(code(() => load(at('none')))).toBe('FileUnreadable')
    expect(code(() => openSharded(at('none')))).toBe('FileUnreadable')
    expect(code(() => openSharded(directory))).toBe('FileUnreadable')
  })

  it('names the reserved name and texts that are not', () => {
    expect(code(() => save(at('x'), { __metadata__: tensor([1]) }))).toBe('BadArgument')
    expect(code(() => save(at('x'), one(1), { epoch: 3 as unknown as string }))).toBe('BadArgument')
    expect(code(() => save(at('x'), { '\ud800': tensor([1]) }))).toBe('BadArgument')
    expect(existsSync(at('x'))).toBe(false)
  })
})

describe('shards', () => {
  const index = (weightMap: unknown) =>
    writeFileSync(
      at('model.safetensors.index.json'),
      JSON.stringify({ metadata: { total_size: 8 }, weight_map: weightMap }),
    )

  it('are read as one file by their index', () => {
    save(at('model-1.safetensors'), { a: tensor([1]) }, { format: 'pt' })
    save(at('model-2.safetensors'), { b: tensor([2]), c: tensor([3]) })
    index({ a: 'model-1.safetensors', b: 'model-2.safetensors', c: 'model-2.safetensors' })
    using model = openSharded(directory)
    expect(model.names).toEqual(['a', 'b', 'c'])
    expect(model.names.map((name) => model.tensor(name).item())).toEqual([1, 2, 3])
    expect({ ...model.metadata }).toEqual({ format: 'pt' })
    expect(model.info('b')).toEqual({ dtype: 'float32', shape: [1] })
    expect(code(() => model.tensor('d'))).toBe('NoSuchTensor')
  })

  it('may be links, as in the hub cache', () => {
    save(at('blob'), { a: tensor([1]) })
    symlinkSync('blob', at('model-1.safetensors'))
    index({ a: 'model-1.safetensors' })
    using model = openSharded(at('model.safetensors.index.json'))
    expect(model.tensor('a').item()).toBe(1)
  })

  it.each(['../secret', '/etc/passwd', 'a/../../secret', 'sub/x.safetensors', '..', '.', '', 'a\\b', 'C:x', 'a\0b'])(
    'are refused with the name %j',
    (shard) => {
      index({ a: shard })
      expect(() => openSharded(directory)).toThrow(/not a file beside the index/)
    },
  )

  it.each([
    ['no weight_map', '{}', /'weight_map'/],
    ['an array', '[]', /'weight_map'/],
    ['a number as shard', '{"weight_map":{"a":1}}', /not a string/],
    ['a tensor named twice', '{"weight_map":{"a":"x","a":"y"}}', /written twice/],
    ['broken JSON', '{"weight_map":', /value was expected/],
  ])('are refused with %s in the index', (_, text, what) => {
    writeFileSync(at('model.safetensors.index.json'), text)
    expect(() => openSharded(directory)).toThrow(what)
  })

  it('are refused when a shard lacks a tensor that the index gives it', () => {
    save(at('model-1.safetensors'), { a: tensor([1]) })
    index({ a: 'model-1.safetensors', b: 'model-1.safetensors' })
    using model = openSharded(directory)
    expect(() => model.tensor('b')).toThrow(/model-1\.safetensors holds no tensor "b"/)
  })
})
