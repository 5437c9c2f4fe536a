import { callOp, F, hasOp, ones, scope, type Tensor, zeros } from '@egolens/torch'

export interface ConvolveOptions {
  bias: Tensor | undefined
  stride: number
  /** Rows or columns of zeros before and after. */
  down: readonly [top: number, bottom: number]
  across: readonly [left: number, right: number]
  groups: number
}

/**
 * A convolution of pictures whose channels lie side by side in memory, [B, C, H, W] over [B, H, W, C]. It is done by
 * oneDNN where libtorch has it: on one thread libtorch itself would go by way of BLAS, which takes twice as long here.
 */
export function convolve(x: Tensor, weight: Tensor, options: ConvolveOptions): Tensor {
  const { bias, stride, down, across, groups } = options
  const even = down[0] === down[1] && across[0] === across[1]
  const padded = even ? x : padUnevenly(x, down, across)
  const padding = even ? [down[0], across[0]] : [0, 0]
  if (!hasOneDnn()) return F.conv2d(padded, weight, { bias, stride, padding, groups })
  return oneDnn(padded, weight, bias, padding, [stride, stride], groups)
}

/** In the order of memory; the engine's own padding walks through it by channels. */
function padUnevenly(x: Tensor, down: readonly [number, number], across: readonly [number, number]): Tensor {
  const rows = x.permute([0, 2, 3, 1])
  const [b, h, w, c] = rows.shape as [number, number, number, number]
  const padded = zeros([b, down[0] + h + down[1], across[0] + w + across[1], c])
  padded.narrow(1, down[0], h).narrow(2, across[0], w).copy_(rows)
  return padded.permute([0, 3, 1, 2])
}

function oneDnn(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  padding: number[],
  stride: number[],
  groups: number,
): Tensor {
  return callOp('mkldnn_convolution', '', [x, weight, bias ?? null, padding, stride, [1, 1], groups]) as Tensor
}

let has: boolean | undefined

/** The operator is also there where libtorch was built without the library, and then fails. */
export function hasOneDnn(): boolean {
  has ??= hasOp('mkldnn_convolution') && works()
  return has
}

function works(): boolean {
  try {
    return scope(() => {
      const one = ones([1, 1, 1, 1])
      return oneDnn(one, one, undefined, [0, 0], [1, 1], 1).item() === 1
    })
  } catch {
    return false
  }
}
