import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  callOp,
  cudaAvailable,
  Generator,
  hasOp,
  manualSeed,
  mapFile,
  memory,
  numThreads,
  rand,
  randint,
  randn,
  randperm,
  resetPeak,
  schemaOf,
  scope,
  setNumThreads,
  type TorchError,
  version,
  zeros,
} from './index.js'

describe('Generator', () => {
  it('repeats by seed and continues by state', () => {
    scope(() => {
      const a = new Generator(7)
      const b = new Generator(7)
      expect(a.seed).toBe(7)
      expect(randn([4], { generator: a }).equal(randn([4], { generator: b }))).toBe(true)
      const state = a.state()
      const next = rand([8], { generator: a })
      expect(rand([8], { generator: a }).equal(next)).toBe(false)
      expect(rand([8], { generator: a.setState(state) }).equal(next)).toBe(true)
      expect(rand([8], { generator: new Generator().setState(state) }).equal(next)).toBe(true)
    })
  })

  it('serves every random factory', () => {
    scope(() => {
      const draw = () => {
        const generator = new Generator(3)
        return [randint(0, 100, [5], { generator }), randperm(9, { generator }), zeros([3]).normal_(0, 1, generator)]
      }
      const [first, second] = [draw(), draw()]
      first.forEach((each, i) => {
        expect(each.equal(second[i]!)).toBe(true)
      })
    })
  })

  it('leaves the default generator alone, which manualSeed() seeds and default() saves', () => {
    scope(() => {
      manualSeed(11)
      const expected = randn([3])
      manualSeed(11)
      randn([100], { generator: new Generator(1) })
      expect(randn([3]).equal(expected)).toBe(true)
      const state = Generator.default().state()
      const next = randn([3])
      Generator.default().setState(state)
      expect(randn([3]).equal(next)).toBe(true)
    })
  })

  it('refuses seeds that are no whole numbers', () => {
    expect(() => new Generator(1.5)).toThrow(/whole number/)
    expect(() => manualSeed(-1)).toThrow(/whole number/)
  })
})

describe('memory', () => {
  it('counts bytes exactly, autograd included, and the peak', () => {
    const before = memory().bytes
    resetPeak()
    scope(() => {
      const x = zeros([1024, 1024], { requiresGrad: true })
      const used = memory().bytes - before
      expect(used).toBeGreaterThanOrEqual(4 << 20)
      expect(used).toBeLessThan((4 << 20) + 4096)
      // exp() saves its result for the backward pass, also when only its sum is kept.
      const kept = scope(() => x.exp().sum())
      expect(memory().bytes - before).toBeGreaterThanOrEqual(8 << 20)
      kept.dispose()
      expect(memory().bytes - before).toBeLessThan((4 << 20) + 8192)
    })
    expect(memory().bytes).toBe(before)
    expect(memory().peakBytes - before).toBeGreaterThanOrEqual(8 << 20)
  })
})

describe('process', () => {
  it('says what it runs on', () => {
    const { torch, cpuCapability, cuda } = version()
    expect(torch).toMatch(/^\d+\.\d+\.\d+$/)
    expect(cpuCapability).not.toBe('unknown')
    expect(cuda).toBe(cudaAvailable())
  })

  it('sets threads', () => {
    const before = numThreads()
    setNumThreads(2)
    expect(numThreads()).toBe(2)
    setNumThreads(before)
  })

  it('knows operators and their schemas', () => {
    expect(hasOp('add')).toBe(true)
    expect(hasOp('aten::add.Tensor')).toBe(true)
    expect(hasOp('aten::add', 'Scalar')).toBe(true)
    expect(hasOp('no_such_operator')).toBe(false)
    expect(schemaOf('relu')).toBe('aten::relu(Tensor self) -> Tensor')
    expect(() => callOp('no_such_operator', '', [])).toThrow(
      expect.objectContaining({ code: 'NoSuchOperator' } satisfies Partial<TorchError>),
    )
  })
})

describe('mapFile', () => {
  let directory: string
  let path: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'egolens-map-'))
    path = join(directory, 'data')
    writeFileSync(path, new Uint8Array(new Float32Array([1, 2, 3, 4]).buffer))
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  it('views aligned elements and copies the others', () => {
    scope(() => {
      const file = mapFile(path)
      expect(file.size).toBe(16)
      expect(file.bytes(0, 4)).toEqual(new Uint8Array(new Float32Array([1]).buffer))
      const before = memory().bytes
      const view = file.tensor(4, 'float32', [3])
      expect(memory().bytes).toBe(before)
      expect(view.tolist()).toEqual([2, 3, 4])
      const copy = file.tensor(1, 'float32', [2])
      expect(memory().bytes).toBeGreaterThan(before)
      expect(copy.dtype).toBe('float32')
      expect(file.tensor(0, 'uint8', [2, 2]).shape).toEqual([2, 2])
      file.close()
      expect(view.tolist()).toEqual([2, 3, 4])
      expect(() => file.bytes(0, 1)).toThrow(expect.objectContaining({ code: 'FileClosed' }))
    })
  })

  it('takes every byte of a bool but 0 as true, as kernels count on bytes 0 and 1', () => {
    const bools = join(directory, 'bools')
    writeFileSync(bools, Uint8Array.of(0, 1, 2, 255))
    scope(() => {
      const file = mapFile(bools)
      const read = file.tensor(0, 'bool', [4])
      expect([...read.toTypedArray()]).toEqual([0, 1, 1, 1])
      expect(read.sum().item()).toBe(3)
      file.close()
    })
  })

  it('reads an empty tensor, wherever its 0 stands and however large its other sizes are', () => {
    scope(() => {
      const file = mapFile(path)
      for (const shape of [
        [2 ** 31, 0],
        [0, 2 ** 31],
        [3, 2 ** 40, 0, 7],
      ]) {
        const empty = file.tensor(16, 'float32', shape)
        expect([empty.shape, empty.numel]).toEqual([shape, 0])
      }
      file.close()
    })
  })

  it('never writes to the file', () => {
    scope(() => {
      const file = mapFile(path)
      file.tensor(0, 'float32', [4]).fill_(9)
      file.close()
      expect(mapFile(path).tensor(0, 'float32', [4]).tolist()).toEqual([1, 2, 3, 4])
    })
  })

  it('refuses what lies outside, and files that are none', () => {
    const file = mapFile(path)
    const outside = expect.objectContaining({ code: 'OutOfRange' })
    expect(() => file.tensor(8, 'float32', [3])).toThrow(outside)
    expect(() => file.tensor(0, 'float32', [2 ** 30, 2 ** 30, 2 ** 30])).toThrow(outside)
    expect(() => file.bytes(-1, 1)).toThrow(outside)
    expect(() => file.bytes(2 ** 53, 2 ** 53)).toThrow(outside)
    expect(() => file.tensor(0, 'uint8', [2 ** 53, 2 ** 53])).toThrow(outside)
    expect(() => file.bytes(0, 17)).toThrow(outside)
    file.close()
    expect(() => mapFile(join(directory, 'absent'))).toThrow(expect.objectContaining({ code: 'FileUnreadable' }))
    expect(() => mapFile(directory)).toThrow(/regular file/)
    expect(() => mapFile(`${path}\0.safetensors`)).toThrow(/NUL/)
    execFileSync('mkfifo', [join(directory, 'pipe')])
    expect(() => mapFile(join(directory, 'pipe'))).toThrow(/regular file/)
  })
})
