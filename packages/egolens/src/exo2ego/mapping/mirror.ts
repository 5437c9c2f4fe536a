import { cat, scope, type Tensor } from '@egolens/torch'

/**
 * Maps [N, C, H, W] with mirrored rows and columns beyond their edges, without the edge itself. PyTorch's own operator
 * knows no bfloat16 on CPUs, and on GPUs adds up gradients in no fixed order, so that a resumed run would differ.
 *
 * @param before rows above and columns to the left; fewer than there are
 * @param after rows below and columns to the right
 */
export function mirrorEdges(maps: Tensor, before: number, after: number): Tensor {
  if (before + after === 0) return maps
  return scope(() => mirrorAlong(mirrorAlong(maps, 2, before, after), 3, before, after))
}

function mirrorAlong(x: Tensor, dim: number, before: number, after: number): Tensor {
  const size = x.shape[dim]!
  const first = x.narrow(dim, 1, before).flip(dim)
  const last = x.narrow(dim, size - 1 - after, after).flip(dim)
  return cat([first, x, last], dim)
}
