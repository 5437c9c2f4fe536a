import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import {
  Generator,
  memory,
  numThreads,
  randn,
  resetPeak,
  scope,
  setNumThreads,
  stack,
  type Tensor,
  zeros,
} from './index.js'

const threads = numThreads()
afterEach(() => setNumThreads(threads))

const generator = new Generator(1)
const numbers = (...shape: number[]) => randn(shape, { generator })

/** The same numbers, otherwise in memory. */
const layouts: Record<string, (x: Tensor) => Tensor> = {
  plain: (x) => x,
  'by columns': (x) => x.transpose(1, 2).contiguous().transpose(1, 2),
  'batch inside': (x) => x.permute([1, 0, 2]).contiguous().permute([1, 0, 2]),
  'every other number': (x) => stack([x, x], 3).select(3, 0),
  'rows apart': (x) => stack([x, x], 2).select(2, 1),
  'one matrix for all': (x) => x.narrow(0, 0, 1).expand(x.shape),
  'one for all, every other number': (x) => stack([x, x], 3).select(3, 0).narrow(0, 0, 1).expand(x.shape),
}

/** Matrix by matrix, which is another operator. */
const oneByOne = (a: Tensor, b: Tensor) =>
  stack(
    Array.from({ length: a.shape[0]! }, (_, i) => a.select(0, i).matmul(b.select(0, i))),
    0,
  )

const distance = (a: Tensor, b: Tensor) => a.sub(b).abs().max().item()

describe('products of many small matrices', () => {
  it('are those of each pair, whatever their sizes and their places in memory', () => {
    const layout = fc.constantFrom(...Object.keys(layouts))
    const size = fc.integer({ min: 1, max: 20 })
    fc.assert(
      fc.property(size, size, size, size, layout, layout, (batch, n, k, m, left, right) =>
        scope(() => {
          const a = layouts[left]!(numbers(batch, n, k))
          const b = layouts[right]!(numbers(batch, k, m))
          const c = a.matmul(b)
          expect(c.shape).toEqual([batch, n, m])
          expect(distance(c, oneByOne(a, b))).toBeLessThan(1e-5)
        }),
      ),
      { numRuns: 300 },
    )
  })

  it('are the same bits on one thread and on two, also of heads of attention', () =>
    scope(() => {
      const [q, k] = [numbers(64, 8, 16, 64), numbers(64, 8, 16, 64)]
      const both = [1, 2].map((count) => {
        setNumThreads(count)
        return q.matmul(k.transpose(-2, -1))
      })
      expect(both[0]!.equal(both[1]!)).toBe(true)
      expect(both[0]!.shape).toEqual([64, 8, 16, 16])
    }))

  it('pass gradients as each pair does', () =>
    scope(() => {
      const weights = numbers(5, 7, 3)
      const gradients = [(a: Tensor, b: Tensor) => a.matmul(b), oneByOne].map((product) => {
        const inputs = new Generator(2)
        const a = randn([5, 7, 11], { generator: inputs }).requiresGrad_(true)
        const b = randn([5, 11, 3], { generator: inputs }).requiresGrad_(true)
        product(a, b).mul(weights).sum().backward()
        return [a.grad!, b.grad!]
      })
      for (const i of [0, 1]) expect(distance(gradients[0]![i]!, gradients[1]![i]!)).toBeLessThan(1e-5)
    }))

  it('of nothing are zeros, and of other types as before', () =>
    scope(() => {
      expect(
        zeros([3, 2, 0])
          .matmul(zeros([3, 0, 4]))
          .equal(zeros([3, 2, 4])),
      ).toBe(true)
      expect(zeros([0, 2, 3]).matmul(zeros([0, 3, 4])).shape).toEqual([0, 2, 4])
      const [a, b] = [numbers(3, 4, 5).double(), numbers(3, 5, 6).double()]
      expect(a.matmul(b).dtype).toBe('float64')
      expect(distance(a.matmul(b), oneByOne(a, b))).toBeLessThan(1e-12)
    }))

  it('of two types are refused, and of nothing are of the second, as libtorch has it', () =>
    scope(() => {
      const [a, b] = [numbers(2, 8, 9), numbers(2, 9, 8).double()]
      expect(() => a.matmul(b)).toThrow(/expected scalar type (Float but found Double|Double but found Float)/)
      expect(zeros([2, 2, 0]).matmul(zeros([2, 0, 3], { dtype: 'float64' })).dtype).toBe('float64')
    }))

  it('of one large matrix for all do not copy it for each', () =>
    scope(() => {
      const one = numbers(1, 64, 64, 2).select(3, 0).expand([2000, 64, 64])
      const many = numbers(2000, 64, 4)
      resetPeak()
      const before = memory().bytes
      expect(distance(one.matmul(many).select(0, 7), one.select(0, 7).matmul(many.select(0, 7)))).toBeLessThan(1e-4)
      expect(memory().peakBytes - before).toBeLessThan(2000 * 64 * 64 * 4)
    }))

  it('of sizes that do not fit are refused with both', () =>
    scope(() => {
      expect(() => numbers(3, 4, 5).matmul(numbers(3, 6, 7))).toThrow(/\[3, 4, 5\].*\[3, 6, 7\]/s)
    }))

  it('come without a word when the engine is loaded', () => {
    const program = `import('${new URL('../dist/index.js', import.meta.url).href}').then(({ ones }) => ones([2, 3, 3]).matmul(ones([2, 3, 3])))`
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' })
    expect(stdout + stderr).toBe('')
  })
})
