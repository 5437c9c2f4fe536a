import { cat, scope, type Tensor } from '@egolens/torch'
import { type BlockSettings, type BlockWeights, linear, mlp, norm } from './block.js'

/** Queries, keys and values of every head. */
interface Projected {
  q: Tensor
  k: Tensor
  v: Tensor
}

/**
 * Causal layers over texts that begin alike: G prefixes [G, P, W] and what follows each in K ways, [G, K, R, W], both
 * with positions. A prefix goes through a layer once and leaves its keys and values, which all K look at; that is what
 * the whole texts of P + R tokens would give, for K (P + R) / (P + K R) times fewer tokens.
 *
 * @param mask [L, L] with L >= max(P, R): minus infinity above the diagonal
 * @returns [G, K, R, W] after the last layer
 */
export function runAfterPrefix(
  prefix: Tensor,
  rest: Tensor,
  layers: readonly BlockWeights[],
  settings: BlockSettings,
  mask: Tensor,
): Tensor {
  let [head, tail] = [prefix, rest]
  layers.forEach((weights, i) => {
    const next = scope(() => {
      const shared = project(head, weights, settings)
      // Nothing looks at the prefix after the last layer's keys and values.
      const isLast = i === layers.length - 1
      return {
        head: isLast ? head : prefixLayer(head, shared, weights, settings, mask),
        tail: restLayer(tail, shared, weights, settings, mask),
      }
    })
    if (head !== prefix && head !== next.head) head.dispose()
    if (tail !== rest) tail.dispose()
    head = next.head
    tail = next.tail
  })
  if (head !== prefix) head.dispose()
  return tail
}

/** x [..., L, W] -> [G heads, rows, W / heads] each; in `rest` the rows are those of all K texts. */
function project(x: Tensor, { norm1, qkv }: BlockWeights, { heads, eps }: BlockSettings): Projected {
  const [groups, width] = [x.shape[0]!, x.shape.at(-1)!]
  const rows = x.numel / groups / width
  const parts = linear(norm(x, norm1, eps), qkv)
    .view([groups, rows, 3, heads, width / heads])
    .permute([2, 0, 3, 1, 4])
    .contiguous()
  // Taken apart as one, so that the backward pass puts the three together in one copy.
  const [q, k, v] = parts.unbind(0).map((part) => part.view([groups * heads, rows, width / heads]))
  return { q: q!, k: k!, v: v! }
}

function prefixLayer(x: Tensor, { q, k, v }: Projected, w: BlockWeights, settings: BlockSettings, mask: Tensor) {
  const length = x.shape[1]!
  const weights = scores(q, k, settings).add(square(mask, length)).softmax(-1)
  return finish(x, weights.bmm(v), w, settings)
}

function restLayer(x: Tensor, shared: Projected, w: BlockWeights, settings: BlockSettings, mask: Tensor): Tensor {
  const [groups, texts, length, width] = x.shape as [number, number, number, number]
  const [all, size] = [groups * settings.heads, width / settings.heads]
  const { q, k, v } = project(x, w, settings)
  const each = (part: Tensor) => part.view([all * texts, length, size])
  const before = scores(q, shared.k, settings).view([all * texts, length, -1])
  const own = scores(each(q), each(k), settings).add(square(mask, length))
  const weights = cat([before, own], -1).softmax(-1)
  const start = before.shape[2]!
  const [onPrefix, onOwn] = weights.split([start, length], 2)
  const seenBefore = onPrefix!.reshape([all, texts * length, start]).bmm(shared.v)
  const seen = each(seenBefore).baddbmm(onOwn!, each(v))
  return finish(x, seen.view([all, texts * length, size]), w, settings)
}

function scores(q: Tensor, k: Tensor, { scale }: BlockSettings): Tensor {
  const products = q.bmm(k.transpose(1, 2))
  return scale === 1 ? products : products.mul(scale)
}

const square = (mask: Tensor, length: number) => mask.narrow(0, 0, length).narrow(1, 0, length)

/** What the heads [G heads, rows, W / heads] saw, joined and added to x; then the layer's second half. */
function finish(x: Tensor, seen: Tensor, w: BlockWeights, settings: BlockSettings): Tensor {
  const { heads } = settings
  const [, rows, size] = seen.shape as [number, number, number]
  const joined = seen.view([-1, heads, rows, size]).transpose(1, 2).reshape(x.shape)
  return mlp(x.add(linear(joined, w.out)), w, settings)
}
