import { cat, F, isGradEnabled, schemaOf, scope, type Tensor } from '@egolens/torch'
import type { KeysValues } from './cache.js'
import type { Visibility } from './visibility.js'

/** Queries that are attended at a time: none of them looks at keys after the last, and their weights stay in the cache. */
export const atOnce = 256

let fused: boolean | undefined

/** Whether libtorch has attention as one operator, which also knows causal order. */
export function fusedAttention(): boolean {
  fused ??= schemaOf('scaled_dot_product_attention')?.includes(' scale') ?? false
  return fused
}

/**
 * Grouped-query attention (Ainslie et al. 2023): h heads of queries on g heads of keys and values, h / g neighbours
 * on one. Keys are not repeated: the queries of a group are further rows of one product.
 *
 * @param q [B, L, h, D]
 * @param parts keys and values [B, g, S, D], one after the other; all but the last may have one row, which the whole
 * batch shares and which is then multiplied once
 * @returns [B, L, h * D]
 */
export function attend(q: Tensor, parts: readonly KeysValues[], sight: Visibility): Tensor {
  const [batch, length, heads, width] = q.shape as [number, number, number, number]
  const [own] = parts.slice(-1) as [KeysValues]
  if (parts.length === 1 && length > 1 && fusedAttention()) return attendRepeated(q, own, sight)
  if (parts.length === 1 && length > atOnce) return cat(inSteps(q, own, sight), 1)
  const groups = own.k.shape[1]!
  const rows = q
    .reshape([batch, length, groups, heads / groups, width])
    .permute([0, 2, 1, 3, 4])
    .reshape([batch, groups, (length * heads) / groups, width])
  return attendRows(rows.mul(width ** -0.5), parts, sight)
    .view([batch, groups, length, heads / groups, width])
    .permute([0, 2, 1, 3, 4])
    .reshape([batch, length, heads * width])
}

/** Stretches of queries, each with the keys up to its own end. */
function inSteps(q: Tensor, { k, v }: KeysValues, { added, causal }: Visibility): Tensor[] {
  const [length, keys] = [q.shape[1]!, k.shape[2]!]
  const starts = Array.from({ length: Math.ceil(length / atOnce) }, (_, i) => i * atOnce)
  return starts.map((start) =>
    scope(() => {
      const count = Math.min(atOnce, length - start)
      const seen = keys - length + start + count
      const mask = added?.narrow(2, start, count).narrow(3, 0, seen)
      const part = { k: k.narrow(2, 0, seen), v: v.narrow(2, 0, seen) }
      return attend(q.narrow(1, start, count), [part], { added: mask ?? null, causal })
    }),
  )
}

/** The same by libtorch's operator, for which keys and values are repeated. */
export function attendRepeated(q: Tensor, { k, v }: KeysValues, { added, causal }: Visibility): Tensor {
  const [batch, length, heads, width] = q.shape as [number, number, number, number]
  const [, groups, keys] = k.shape as [number, number, number]
  const repeated = (x: Tensor) =>
    x
      .unsqueeze(2)
      .expand([batch, groups, heads / groups, keys, width])
      .reshape([batch, heads, keys, width])
  return F.scaledDotProductAttention(q.transpose(1, 2), repeated(k), repeated(v), { mask: added, isCausal: causal })
    .transpose(1, 2)
    .reshape([batch, length, heads * width])
}

/** Scaled queries [B, g, R, D] -> [B, g, R, D]. */
function attendRows(rows: Tensor, parts: readonly KeysValues[], { added }: Visibility): Tensor {
  const weights = scope(() => {
    const scores = parts.map(({ k }) => product(rows, k.transpose(2, 3)))
    return softmax(scores.length === 1 ? scores[0]! : cat(scores, 3), added)
  })
  if (parts.length === 1) return product(weights, parts[0]!.v)
  return scope(() => {
    const shares = weights.split(
      parts.map(({ k }) => k.shape[2]!),
      3,
    )
    return parts.map(({ v }, i) => product(shares[i]!, v)).reduce((sum, part) => sum.add(part))
  })
}

/** [B, g, R, X] by [B or 1, g, X, Y]; what the batch shares is read once, with all rows in one product. */
function product(rows: Tensor, shared: Tensor): Tensor {
  const [batch, groups, count, inner] = rows.shape as [number, number, number, number]
  if (batch === 1 || shared.shape[0] !== 1) return rows.matmul(shared)
  return rows
    .transpose(0, 1)
    .reshape([groups, batch * count, inner])
    .bmm(shared.squeeze(0))
    .view([groups, batch, count, shared.shape[3]!])
    .transpose(0, 1)
}

/** Rows of a query are neighbours: [B, g, L * h / g, S], with [B or 1, 1, L, S] added to each of a query's rows. */
function softmax(scores: Tensor, added: Tensor | null): Tensor {
  if (!added) return scores.softmax(-1)
  const [batch, groups, rows, keys] = scores.shape as [number, number, number, number]
  const length = added.shape[2]!
  const apart = scores.view([batch, groups, length, rows / length, keys])
  const mask = added.unsqueeze(3)
  // Nobody needs the scores for gradients, but writing into a view costs a copy on the way back.
  const masked = isGradEnabled() ? apart.add(mask) : apart.add_(mask)
  return masked.softmax(-1).view([batch, groups, rows, keys])
}
