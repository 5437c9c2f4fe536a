import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { safetensors, scope } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { convertCheckpoint } from './convert.js'
import { checkpoint, pickle, storage, tensor, text, withFile, withFolder, zip } from './pth.testing.js'

const golden = (name: string) => fileURLToPath(new URL(`golden/${name}.pth`, import.meta.url))

describe('a checkpoint becomes safetensors', () => {
  it.each(['zip', 'legacy'])('with every tensor, from %s', (format) =>
    withFolder(async (folder) => {
      const output = join(folder, 'new', 'model.safetensors')
      const done = await convertCheckpoint(golden(`tensors.${format}`), output)
      expect(done).toMatchObject({ format, output, key: undefined, stripped: undefined, leftOut: [] })
      expect(done.bytes).toBe(readFileSync(output).length)
      expect(readdirSync(join(folder, 'new'))).toEqual(['model.safetensors'])
      scope(() => {
        const read = safetensors.load(output)
        expect(Object.keys(read).sort()).toEqual(done.tensors.map(({ name }) => name).sort())
        expect(read.transposed!.tolist()).toEqual([
          [0, 4, 8],
          [1, 5, 9],
          [2, 6, 10],
          [3, 7, 11],
        ])
        expect(read.bf16!.dtype).toBe('bfloat16')
        expect(read.fp16!.tolist()).toEqual([1, -2.5, 65504])
        expect(read.bool!.tolist()).toEqual([1, 0, 1])
        expect(read.scalar!.item()).toBe(4.5)
        expect(read.empty!.shape).toEqual([0, 3])
        expect(read.int64!.toTypedArray()).toEqual(BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n))
      })
      expect(done.tensors.find(({ name }) => name === 'tied')).toEqual({
        name: 'tied',
        dtype: 'F32',
        shape: [2, 3],
        bytes: 24,
        sameAs: 'parameter',
      })
    }),
  )

  it('of a training run: the weights under state_dict, without module., and what was left out', () =>
    withFolder(async (folder) => {
      const done = await convertCheckpoint(golden('training.zip'), join(folder, 'x.safetensors'))
      expect(done).toMatchObject({ key: 'state_dict', stripped: 'module.' })
      expect(done.tensors.map(({ name }) => name)).toContain('0.weight')
      expect(done.leftOut).toContainEqual({ name: 'optimizer', why: 'a dict beside state_dict' })
      expect(done.leftOut).toContainEqual({ name: 'args', why: 'an instance of argparse.Namespace beside state_dict' })
      expect(done.leftOut).toContainEqual({ name: 'best', why: 'a tensor beside state_dict' })
    }))

  it('by default beside it', () =>
    withFolder(async (folder) => {
      for (const [name, wanted] of [
        ['pytorch_model.bin', 'model.safetensors'],
        ['a.b.pth', 'a.b.safetensors'],
      ] as const) {
        writeFileSync(join(folder, name), readFileSync(golden('protocol3.zip')))
        expect((await convertCheckpoint(join(folder, name))).output).toBe(join(folder, wanted))
      }
    }))

  it('never over itself', () =>
    withFile(readFileSync(golden('protocol3.zip')), async (path) => {
      await expect(convertCheckpoint(path, path)).rejects.toMatchObject({ code: 'pth/same-file' })
      expect(readFileSync(path)).toEqual(readFileSync(golden('protocol3.zip')))
    }))

  it('or is stopped, and leaves nothing', () =>
    withFolder(async (folder) => {
      const stopped = { signal: AbortSignal.abort(new Error('stopped')) }
      const output = join(folder, 'x.safetensors')
      await expect(convertCheckpoint(golden('tensors.zip'), output, stopped)).rejects.toThrow('stopped')
      expect(readdirSync(folder)).toEqual([])
    }))

  it('or leaves what was there', () =>
    withFolder(async (folder) => {
      const [input, output] = [join(folder, 'x.pth'), join(folder, 'x.safetensors')]
      const whole = readFileSync(golden('tensors.zip'))
      const at = whole.indexOf(Buffer.from(Float32Array.of(4.5).buffer))
      // A storage's bytes no longer have their checksum.
      whole[at + 1]! ^= 1
      writeFileSync(input, whole)
      writeFileSync(output, 'before')
      await expect(convertCheckpoint(input, output)).rejects.toMatchObject({ code: 'pth/damaged' })
      expect(readFileSync(output, 'utf8')).toBe('before')
      expect(readdirSync(folder).sort()).toEqual(['x.pth', 'x.safetensors'])
    }))
})

describe('the state dict', () => {
  const one = tensor(storage('0', 4), [0, [4], [1]])
  const dict = (...items: [string, Uint8Array][]) =>
    pickle('}', ...items.map(([name, value]) => pickle(text(name), value, 's')))
  const file = (value: Uint8Array) =>
    zip([
      ['a/data.pkl', pickle(0x80, 2, value, '.')],
      ['a/data/0', new Uint8Array(16)],
    ])
  const convert = (value: Uint8Array, options = {}) =>
    withFile(file(value), (path) => convertCheckpoint(path, undefined, options))

  it('is chosen by key, with dots where it is deeper', async () => {
    const deep = dict(['ema', dict(['net', dict(['w', one])])], ['a.b', dict(['w', one])])
    expect((await convert(deep, { key: 'ema.net' })).tensors.map(({ name }) => name)).toEqual(['w'])
    expect((await convert(deep, { key: 'a.b' })).key).toBe('a.b')
  })

  it('is the top level where no usual key holds tensors', async () => {
    const done = await convert(dict(['model', one], ['state_dict', dict(['epoch', pickle('N')])]))
    expect(done.key).toBeUndefined()
    expect(done.leftOut).toEqual([{ name: 'state_dict', why: 'a dict' }])
  })

  it.each([
    [
      'two usual keys',
      dict(['model', dict(['w', one])], ['state_dict', dict(['w', one])]),
      {},
      /model.*choose by --key/,
    ],
    ['another key', dict(['ema', dict(['w', one])]), {}, /there are some under ema: choose by --key/],
    ['a key that is not there', dict(['ema', dict(['w', one])]), { key: 'emma' }, /there is no "emma"/],
    ['a key of no dict', dict(['ema', one]), { key: 'ema' }, /"ema" is a tensor, not a dict/],
    ['a bare tensor', one, {}, /the checkpoint is a tensor/],
    ['a prefix that none has', dict(['w', one]), { strip: 'x.' }, /no name begins with "x\."/],
    ['names that meet', dict(['x.w', one], ['w', one]), { strip: 'x.' }, /two tensors are named "w"/],
    ['a name that safetensors reserve', dict(['__metadata__', one]), {}, /cannot name/],
  ] as const)('of %s is asked for', async (_, value, options, message) => {
    await expect(convert(value, options)).rejects.toSatisfy((error) => message.test((error as { line: string }).line))
  })

  it('keeps module. where some lack it, and cuts off what is asked', async () => {
    const mixed = dict(['module.a', one], ['b', one])
    expect((await convert(mixed)).tensors.map(({ name }) => name)).toEqual(['module.a', 'b'])
    expect((await convert(mixed, { strip: 'module.' })).tensors.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  it('may have names that are properties in JavaScript', async () => {
    const names = ['__proto__', 'constructor', '1', '0']
    const done = await convert(dict(...names.map((name): [string, Uint8Array] => [name, one])))
    expect(done.tensors.map(({ name }) => name)).toEqual(names)
  })
})

it('a folder that is in the way of the output is named', () =>
  withFile(checkpoint(tensor(storage('0', 4), [0, [4], [1]])), async (path) => {
    const output = path.replace('.pth', '.safetensors')
    mkdirSync(output)
    await expect(convertCheckpoint(path)).rejects.toThrow(/safetensors/)
  }))
