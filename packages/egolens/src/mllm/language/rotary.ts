import { arange, cat, type DType, ops, type Tensor } from '@egolens/torch'

/** What turns queries and keys by their positions: [L, 1, D] or [B, L, 1, D] each. */
export interface Rotation {
  cos: Tensor
  /** The first half of the width with its sign changed, for halves that are exchanged without one. */
  sin: Tensor
}

/**
 * The angles of rotary position embedding (Su et al. 2021, section 3.2.2): position * theta^(-2 i / D) for the i-th
 * pair. Found in float32 whatever the type of the weights, since a half type does not tell late positions apart.
 *
 * @param positions int64 [L] or [B, L]
 * @param width D of one head
 */
export function rotationAt(positions: Tensor, width: number, theta: number, dtype: DType): Rotation {
  const exact = dtype === 'float64' ? 'float64' : 'float32'
  const exponents = arange(0, width, 2, { dtype: exact, device: positions.device }).div(width)
  const frequencies = ops.pow_Scalar(theta, exponents).reciprocal()
  const angles = positions.to(exact).unsqueeze(-1).mul(frequencies).unsqueeze(-2)
  const [cos, sin] = [angles.cos(), angles.sin()]
  return { cos: cat([cos, cos], -1).to(dtype), sin: cat([sin.neg(), sin], -1).to(dtype) }
}

/** x [B, L, heads, D] turned: pairs are an element of the first half and its partner in the second. */
export function rotate(x: Tensor, { cos, sin }: Rotation): Tensor {
  const half = x.shape[3]! / 2
  const exchanged = cat([x.narrow(3, half, half), x.narrow(3, 0, half)], 3)
  return x.mul(cos).addcmul(exchanged, sin)
}
