import { cat, scope, type Tensor } from '@egolens/torch'
import { type Affine, activate, type BlockSettings, linear, norm } from '../clip/block.js'

/** Weights of divided space-time attention; the scale of query-key products is in the query's rows. */
export interface AttentionWeights {
  qkv: Affine
  out: Affine
}

export interface SpaceTimeWeights {
  norm1: Affine
  space: AttentionWeights
  norm2: Affine
  fc1: Affine
  fc2: Affine
  norm3: Affine
  time: AttentionWeights
}

export interface SpaceTimeSettings {
  heads: number
  eps: number
  activation: BlockSettings['activation']
  frames: number
}

/**
 * tokens [B, 1 + frames * patches, W], patches frame by frame -> the same shape. The residual of the space attention
 * starts from x, not from x with what the time attention found ("frozen in time", Bain et al. 2021); that only goes
 * into the space attention's input.
 */
export function spaceTimeBlock(x: Tensor, w: SpaceTimeWeights, settings: SpaceTimeSettings): Tensor {
  const { eps, activation } = settings
  const looked = scope(() => x.add(dividedAttention(norm(x, w.norm3, eps), w.time, settings, 'time')))
  const seen = scope(() => x.add(dividedAttention(norm(looked, w.norm1, eps), w.space, settings, 'space')))
  looked.dispose()
  const inner = activate(linear(norm(seen, w.norm2, eps), w.fc1), activation)
  return seen.add(linear(inner, w.fc2))
}

/**
 * The class token attends to all tokens; a patch to the class token and those of its group: the same place in all
 * frames (`time`), or all places of its frame (`space`).
 */
export function dividedAttention(
  x: Tensor,
  { qkv, out }: AttentionWeights,
  { heads, frames }: Pick<SpaceTimeSettings, 'heads' | 'frames'>,
  within: 'space' | 'time',
): Tensor {
  const [batch, length, width] = x.shape as [number, number, number]
  const depth = width / heads
  const patches = (length - 1) / frames
  const parts = linear(x, qkv).view([batch, length, 3, heads, depth]).permute([2, 0, 3, 1, 4]).contiguous()
  const [q, k, v] = [0, 1, 2].map((i) => parts.select(0, i).view([batch * heads, length, depth]))
  const first = attend(q!.narrow(1, 0, 1), k!, v!)

  const groups = (tokens: Tensor) => {
    const grid = tokens.narrow(1, 1, length - 1).reshape([batch * heads, frames, patches, depth])
    return within === 'space' ? grid : grid.transpose(1, 2)
  }
  const withClass = (tokens: Tensor) => {
    const grid = groups(tokens)
    const own = tokens.narrow(1, 0, 1).unsqueeze(1)
    return cat([own.expand([batch * heads, grid.shape[1]!, 1, depth]), grid], 2).flatten(0, 1)
  }
  const asked = groups(q!)
  const found = attend(asked.flatten(0, 1), withClass(k!), withClass(v!)).view(asked.shape)
  const rest = (within === 'space' ? found : found.transpose(1, 2)).reshape([batch * heads, length - 1, depth])
  const all = cat([first, rest], 1).view([batch, heads, length, depth])
  return linear(all.transpose(1, 2).reshape([batch, length, width]), out)
}

function attend(q: Tensor, k: Tensor, v: Tensor): Tensor {
  return q.bmm(k.transpose(1, 2)).softmax(-1).bmm(v)
}
