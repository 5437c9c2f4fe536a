import { afterEach, expect, it } from 'vitest'
import { tensor } from '../creation.js'
import { Generator } from '../generator.js'
import { expectNoLeak } from '../memory.js'
import * as nn from '../nn/index.js'
import { scope } from '../scope.js'
import type { Tensor } from '../tensor.js'
import { dealBuckets, pack, unpack } from './buckets.js'

class Tied extends nn.Module {
  stem = new nn.Linear(2, 3, { generator: new Generator(1) })
  blocks = [1, 2, 3].map((seed) => new nn.Linear(3, 3, { generator: new Generator(seed) }))
  head: Tensor
  constructor() {
    super()
    // The head is the last block's weight.
    this.head = this.parameter('head', this.blocks[2]!.weight)
  }
}

let model: Tied | undefined
afterEach(() => model?.dispose())

function dealt(bucketBytes: number, frozen: readonly number[] = []) {
  model = new Tied()
  for (const block of frozen) model.blocks[block]!.requiresGrad_(false)
  const names = new Map(model.namedParameters().map(([name, param]) => [param, name]))
  const buckets = dealBuckets(model, model.blocks, bucketBytes)
  return buckets.map(({ block, params }) => [block, ...params.map((param) => names.get(param))])
}

it('deals parameters in the order in which their gradients are complete, tied ones last', () => {
  expect(dealt(1 << 20)).toEqual([
    [2, 'blocks.2.bias'],
    [1, 'blocks.1.bias', 'blocks.1.weight'],
    [0, 'blocks.0.bias', 'blocks.0.weight'],
    [-1, 'stem.bias', 'stem.weight', 'head'],
  ])
})

it('keeps to the size of a bucket, and leaves frozen parameters out', () => {
  expect(dealt(24, [0, 1])).toEqual([
    [2, 'blocks.2.bias'],
    [-1, 'stem.bias'],
    [-1, 'stem.weight'],
    [-1, 'head'],
  ])
})

it('packs gradients in a row, and makes gradients of it again', () => {
  const [a, b, c] = [[1, 2], [3], [4, 5, 6]].map((values) => tensor(values, { requiresGrad: true }))
  const bucket = { params: [a!, b!, c!], block: 0 }
  expectNoLeak(() =>
    scope(() => {
      a!.grad = tensor([10, 20])
      c!.grad = tensor([1, 2, 3])
      const row = pack(bucket)
      expect(row.tolist()).toEqual([10, 20, 0, 1, 2, 3, 1, 0, 1])
      expect(a!.grad).toBeNull()
      unpack(bucket, row, 2)
      expect([a!.grad?.tolist(), b!.grad, c!.grad?.tolist()]).toEqual([[5, 10], null, [0.5, 1, 1.5]])
      row.dispose()
      expect(c!.grad?.tolist()).toEqual([0.5, 1, 1.5])
    }),
  )
  for (const each of bucket.params) each.dispose()
})

it('sums half precision in float32, and keeps the dtype of the gradients', () => {
  const half = tensor([1, 1], { dtype: 'bfloat16', requiresGrad: true })
  const wide = tensor([1], { dtype: 'float64', requiresGrad: true })
  scope(() => {
    half.grad = tensor([256, 1], { dtype: 'bfloat16' })
    const row = pack({ params: [half], block: 0 })
    expect(row.dtype).toBe('float32')
    unpack({ params: [half], block: 0 }, row, 1)
    expect(half.grad?.dtype).toBe('bfloat16')
    row.dispose()
    wide.grad = tensor([0.1], { dtype: 'float64' })
    const own = pack({ params: [wide], block: 0 })
    expect(own.tolist()).toEqual([0.1, 1])
    own.dispose()
  })
  half.dispose()
  wide.dispose()
})
