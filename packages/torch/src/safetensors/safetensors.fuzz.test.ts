import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { TorchError } from '../errors.js'
import { type Attempt, type Chance, fuzz, mutated } from '../fuzz.testing.js'
import { memory, scope } from '../index.js'
import { ELEMENT_BITS, ENGINE_DTYPE } from './dtypes.js'
import { type Header, parseHeader } from './header.js'
import { load, open, openSharded, save } from './index.js'
import { encodeHeader, type TensorShape } from './write-header.js'

const folder = mkdtempSync(join(tmpdir(), 'egolens-fuzz-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = (name: string) => join(folder, name)

const dtypes = [...ELEMENT_BITS.keys()]
const names = ['w', 'b', '', 'a.b', '__proto__', 'constructor', 'é', '"', '\\', '\n', '🖐']
const sizes = [0, 1, 2, 3, 8, 0, 1, 2, 3, 8, 255, 2 ** 31, 2 ** 53 - 1]
const odd = ['-1', '1e3', '1.0', '01', '9007199254740993', 'null', '[]', '{}', '"1"', '18446744073709551616']
const words = [...odd, '"__metadata__":{"a":"b"},', '"dtype":"F32",', ',', ' ', '\\u0000', '\ud800', '[[[[[[[[', '﻿']

/** Tensors as a writer gives them: whole bytes, of at most a few kilobytes. */
function written(chance: Chance): Buffer {
  const tensors = new Map<string, TensorShape>()
  for (const name of chance.many(5, () => chance.pick(names))) {
    const small = { dtype: chance.pick(dtypes), shape: chance.many(3, () => chance.pick(sizes.slice(0, 5))) }
    if (bitsOf(small) % 8 === 0) tensors.set(name, small)
  }
  const { bytes } = encodeHeader(tensors, chance.once(3) ? { format: 'pt', ['__proto__']: 'x' } : {})
  const data = [...tensors.values()].reduce((sum, tensor) => sum + bitsOf(tensor) / 8, 0)
  return Buffer.concat([bytes, Buffer.from(Uint8Array.from({ length: data }, () => chance.below(256)))])
}

const bitsOf = ({ dtype, shape }: TensorShape) => shape.reduce((bits, size) => bits * size, ELEMENT_BITS.get(dtype)!)

/** A header of plausible entries, sound or not, with as much data as the last entry says, or not. */
function composed(chance: Chance): Buffer {
  let at = 0
  const entries = chance.many(4, () => {
    const shape = chance.many(4, () => chance.pick(sizes))
    const dtype = chance.pick(dtypes)
    const size = chance.once(4) ? chance.below(64) : bitsOf({ dtype, shape }) / 8
    const begin = chance.once(8) ? chance.below(at + 8) : at
    at = begin + size
    const shown = chance.once(12) ? `[${chance.pick(odd)}]` : JSON.stringify(shape)
    const offsets = chance.once(12) ? `[${chance.pick(odd)},${at}]` : `[${begin},${at}]`
    return `${JSON.stringify(chance.pick(names))}:{"dtype":"${dtype}","shape":${shown},"data_offsets":${offsets}}`
  })
  const json = Buffer.from(`{${entries.join(',')}}`)
  const head = Buffer.alloc(8)
  head.writeBigUInt64LE(BigInt(json.length + (chance.once(16) ? chance.below(4) - 1 : 0)))
  return Buffer.concat([head, json, Buffer.alloc(Math.min(at, 4096), chance.below(256))])
}

function input(chance: Chance): Buffer {
  if (chance.once(2)) return chance.once(4) ? written(chance) : composed(chance)
  const bytes = mutated(chance, [written(chance), composed(chance)], words)
  // A header of another length than the file says is refused at once: most inputs should get further.
  if (bytes.length >= 8 && !chance.once(4)) bytes.writeBigUInt64LE(BigInt(Math.max(0, bytes.lastIndexOf('}') - 7)))
  return bytes
}

function orRefuse<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof TorchError) || error.code !== 'BadSafetensors') throw error
    return undefined
  }
}

/** The data is dealt out, every byte to one tensor, and the header can be written again. */
function checkHeader(bytes: Uint8Array, { tensors, metadata, dataStart }: Header): void {
  let reached = dataStart
  for (const { begin, end } of [...tensors.values()].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    expect(begin).toBe(reached)
    reached = end
  }
  expect(reached).toBe(bytes.length)
  const shapes = new Map([...tensors].map(([name, { dtype, shape }]) => [name, { dtype, shape }]))
  const again = encodeHeader(shapes, metadata)
  const read = parseHeader(again.bytes, again.bytes.length + reached - dataStart)
  expect(read.metadata).toEqual(metadata)
  expect(new Map([...read.tensors].map(([name, { dtype, shape }]) => [name, { dtype, shape }]))).toEqual(shapes)
}

/** The engine's tensors are the file's bytes. */
function checkTensors(bytes: Uint8Array, header: Header, file: string): void {
  using source = open(file)
  expect(source.names).toEqual([...header.tensors.keys()])
  for (const [name, { dtype, shape, begin, end }] of header.tensors) {
    const engine = ENGINE_DTYPE.get(dtype)
    expect(source.info(name)).toEqual({ dtype: engine ?? dtype, shape })
    if (engine === undefined) {
      expect(() => source.tensor(name)).toThrow(expect.objectContaining({ code: 'UnsupportedDtype' }))
      continue
    }
    const tensor = source.tensor(name)
    expect([tensor.dtype, tensor.shape]).toEqual([engine, shape])
    const given = bytes.subarray(begin, end)
    const { buffer, byteOffset, byteLength } = tensor.toTypedArray()
    const elements = Buffer.from(buffer, byteOffset, byteLength)
    expect(elements.equals(engine === 'bool' ? given.map((byte) => Number(byte !== 0)) : given)).toBe(true)
  }
}

/** What is loaded, saved and loaded again is the same. */
function checkSaved(file: string): void {
  const tensors = load(file)
  save(path('again.safetensors'), tensors)
  const again = load(path('again.safetensors'))
  expect(Object.keys(again).sort()).toEqual(Object.keys(tensors).sort())
  for (const name of Object.keys(tensors)) {
    expect([again[name]!.dtype, again[name]!.shape]).toEqual([tensors[name]!.dtype, tensors[name]!.shape])
    expect(
      Buffer.from(again[name]!.toTypedArray().buffer).equals(Buffer.from(tensors[name]!.toTypedArray().buffer)),
    ).toBe(true)
  }
}

/** One file: the reader of headers and the engine agree on it, and nothing leaks. */
function one(chance: Chance, run: number): Attempt {
  const bytes = input(chance)
  const file = path('x.safetensors')
  const check = () => {
    writeFileSync(file, bytes)
    const live = memory().tensors
    scope(() => {
      const header = orRefuse(() => parseHeader(bytes))
      if (!header) {
        expect(orRefuse(() => open(file))).toBeUndefined()
        return
      }
      checkHeader(bytes, header)
      checkTensors(bytes, header, file)
      const known = [...header.tensors.values()].every(({ dtype }) => ENGINE_DTYPE.has(dtype))
      // Saving waits for the disk.
      if (known && run % 50 === 0) checkSaved(file)
    })
    expect(memory().tensors).toBe(live)
  }
  return { input: bytes, check }
}

const indexes = [
  '{"weight_map":{"w":"x.safetensors","b":"../x.safetensors"}}',
  '{"metadata":{"total_size":12},"weight_map":{"w":"x.safetensors"}}',
].map((text) => Buffer.from(text))
const places = [
  '../',
  '/etc/passwd',
  'C:\\x',
  'a/b',
  '..',
  '.',
  '\\u002e\\u002e/',
  '\\u0000',
  '"',
  '{',
  '}',
  ':',
  '__proto__',
]

/** An index of several files names only files beside it. */
function several(chance: Chance): Attempt {
  const bytes = mutated(chance, indexes, places)
  const check = () => {
    writeFileSync(path('model.safetensors.index.json'), bytes)
    const source = orRefuse(() => openSharded(folder))
    if (!source) return
    const { weight_map: map } = JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)) as {
      weight_map: Record<string, string>
    }
    expect([...source.names].sort()).toEqual(Object.keys(map).sort())
    for (const file of Object.values(map)) expect(file).toMatch(/^(?!\.\.?$)[^/\\:\0]+$/)
    source.close()
  }
  return { input: bytes, check }
}

fuzz('safetensors are read byte for byte, or refused, by the reader of headers and the engine alike', (chance, run) =>
  chance.once(4) ? several(chance) : one(chance, run),
)
