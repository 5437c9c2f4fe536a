import { createHash } from 'node:crypto'
import { fromTypedArray } from '../creation.js'
import { TorchError } from '../errors.js'
import type { Module } from '../nn/module.js'
import { scope } from '../scope.js'
import type { Tensor } from '../tensor.js'
import type { Group } from './group.js'
import { ranks } from './rendezvous.js'

/**
 * Gives every rank the parameters and buffers of rank 0.
 *
 * @throws TorchError BadArgument where a rank has another model: names, shapes, dtypes or what is trained
 */
export async function sameModel(module: Module, group: Group): Promise<void> {
  await requireSame(module, group)
  const tensors = [...module.parameters(), ...module.buffers()]
  const pending = tensors.map((tensor) => {
    const whole = tensor.isContiguous ? tensor : scope(() => tensor.detach().contiguous()).keep()
    return { tensor, whole, work: group.broadcast(whole) }
  })
  for (const { tensor, whole, work } of pending) {
    await work.wait()
    if (whole === tensor) continue
    scope(() => void tensor.detach().copy_(whole))
    whole.dispose()
  }
}

async function requireSame(module: Module, group: Group): Promise<void> {
  const describe = ([name, { shape, dtype, requiresGrad }]: [string, Tensor]) =>
    `${name} ${dtype} [${shape.join(', ')}]${requiresGrad ? ' trained' : ''}`
  const text = [...module.namedParameters(), ...module.namedBuffers()].map(describe).join('\n')
  const digest = createHash('sha256').update(text).digest()
  const bytes = scope(() => fromTypedArray(new Uint8Array(digest), [digest.length]).to(group.device)).keep()
  const gathered = await group.allGather(bytes).wait()
  try {
    const digests = scope(() => gathered.map((tensor) => Buffer.from(tensor.toTypedArray() as Uint8Array)))
    const others = digests.flatMap((other, rank) => (other.equals(digests[0]!) ? [] : [rank]))
    if (others.length === 0) return
    throw new TorchError(
      'BadArgument',
      `${ranks(others)} of ${group.worldSize} ${others.length === 1 ? 'has' : 'have'} another model than rank 0: names, ` +
        'shapes, dtypes and what is trained must be the same on all ranks',
    )
  } finally {
    for (const tensor of [bytes, ...gathered]) tensor.dispose()
  }
}
