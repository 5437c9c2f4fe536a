import { noGrad } from '../autograd.js'
import { cat, fromTypedArray, zeros } from '../creation.js'
import type { DType } from '../dtype.js'
import type { Module } from '../nn/module.js'
import { scope } from '../scope.js'
import type { Tensor } from '../tensor.js'

/** Parameters whose gradients travel in one message. */
export interface Bucket {
  params: readonly Tensor[]
  /** The block whose backward pass completes them; -1 where only the whole backward pass does. */
  block: number
}

/**
 * Deals a module's trained parameters into buckets, in the order in which a backward pass completes them: the blocks
 * from last to first, then all else. A parameter that two blocks share, or a block and what is around it, is complete
 * at the very end.
 */
export function dealBuckets(module: Module, blocks: readonly Module[], bucketBytes: number): Bucket[] {
  const owners = new Map<Tensor, Set<number>>()
  const inBlocks = new Set(blocks.flatMap((block) => block.modules()))
  const own = (tensor: Tensor, owner: number) => owners.set(tensor, (owners.get(tensor) ?? new Set()).add(owner))
  blocks.forEach((block, i) => {
    for (const tensor of block.parameters()) own(tensor, i)
  })
  for (const each of module.modules()) {
    if (!inBlocks.has(each)) for (const tensor of ownParameters(each)) own(tensor, -1)
  }
  const trained = module.parameters().filter((tensor) => tensor.requiresGrad)
  const blockOf = (tensor: Tensor) => {
    const [first = -1, ...more] = owners.get(tensor) ?? []
    return more.length > 0 ? -1 : first
  }
  const order = [...blocks.keys()].reverse().concat(-1)
  return order.flatMap((block) =>
    split(trained.filter((tensor) => blockOf(tensor) === block).reverse(), bucketBytes).map((params) => ({
      params,
      block,
    })),
  )
}

/** Without those of the modules below: their names have dots. */
const ownParameters = (module: Module): Tensor[] =>
  module
    .namedParameters()
    .filter(([name]) => !name.includes('.'))
    .map(([, tensor]) => tensor)

function split(params: readonly Tensor[], bucketBytes: number): Tensor[][] {
  const buckets: Tensor[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const tensor of params) {
    const size = tensor.numel * (sumType(tensor) === 'float64' ? 8 : 4)
    const last = buckets.at(-1)
    const same = last && sumType(last[0]!) === sumType(tensor) && last[0]!.device === tensor.device
    if (last && same && bytes + size <= bucketBytes) {
      last.push(tensor)
      bytes += size
    } else {
      buckets.push([tensor])
      bytes = size
    }
  }
  return buckets
}

/** What sums are made in: half precision would lose what many ranks add up. */
const sumType = (tensor: Tensor): DType => (tensor.dtype === 'float64' ? 'float64' : 'float32')

/**
 * Takes the gradients of a bucket into one row, and behind them for each parameter whether there was one. Zeros stand
 * for those that were not there. The row lives until it is disposed.
 */
export function pack({ params }: Bucket): Tensor {
  return scope(() =>
    noGrad(() => {
      const first = params[0]!
      const options = { dtype: sumType(first), device: first.device }
      const grads = params.map((param) => param.grad)
      const rows = grads.map((grad, i) => grad?.reshape([-1]).to(options) ?? zeros([params[i]!.numel], options))
      const there = fromTypedArray(
        Float32Array.from(grads, (grad) => (grad ? 1 : 0)),
        [grads.length],
      )
      const row = cat([...rows, there.to(options)]).keep()
      // So that gradients are held once, not twice, while they travel.
      for (const param of params) param.grad = null
      return row
    }),
  )
}

/**
 * Divides a row that was summed over the ranks, and makes the parameters' gradients of it: views of the row where the
 * dtype allows. A parameter that had none on any rank has none now.
 */
export function unpack({ params }: Bucket, row: Tensor, divisor: number): void {
  scope(() =>
    noGrad(() => {
      const sizes = params.map((param) => param.numel)
      const total = sizes.reduce((sum, size) => sum + size, 0)
      const there = row.narrow(0, total, params.length).tolist() as number[]
      row.div_(divisor)
      let offset = 0
      params.forEach((param, i) => {
        const grad = row.narrow(0, offset, sizes[i]!).view(param.shape)
        param.grad = there[i] === 0 ? null : grad.to(param.dtype)
        offset += sizes[i]!
      })
    }),
  )
}
