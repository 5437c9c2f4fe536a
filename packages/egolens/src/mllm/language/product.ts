import { cat, F, isGradEnabled, nn, scope, stack, type Tensor } from '@egolens/torch'

/** Rows up to which a matrix is read once for each of them. */
const fewRows = 4
/** Elements of a matrix of a half type that are widened at a time: they stay in a core's cache. */
const widened = 1 << 18

/**
 * x W^T + b. A product of matrices first brings them into an order of its own, which costs several times the product
 * itself where a few rows meet a large matrix, as in decoding on a CPU: there each row is a product with a vector, for
 * which a matrix is read once as it lies.
 */
export function product(x: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  const [out, inner] = weight.shape as [number, number]
  const rows = x.numel / inner
  if (isGradEnabled() || rows > fewRows || weight.device !== 'cpu') return F.linear(x, weight, bias)
  return scope(() => {
    const vectors = x.reshape([rows, inner]).unbind(0)
    const half = weight.dtype === 'bfloat16' || weight.dtype === 'float16'
    const found = half ? inWiderType(vectors, weight) : vectors.map((vector) => weight.mv(vector))
    const y = (found.length === 1 ? found[0]! : stack(found)).to(weight.dtype).view([...x.shape.slice(0, -1), out])
    return bias ? y.add(bias) : y
  })
}

/** CPUs multiply half types slowly; a piece at a time, widening costs less than the reading. */
function inWiderType(vectors: readonly Tensor[], weight: Tensor): Tensor[] {
  const wide = vectors.map((vector) => vector.float())
  const pieces = weight.split(Math.max(1, Math.floor(widened / weight.shape[1]!)), 0).map((piece) =>
    scope(() => {
      const values = piece.float()
      return wide.map((vector) => values.mv(vector))
    }),
  )
  return vectors.map((_, row) => cat(pieces.map((piece) => piece[row]!)))
}

/** `nn.Linear` that decodes fast. */
export class Linear extends nn.Linear {
  override forward(x: Tensor): Tensor {
    return product(x, this.weight, this.bias)
  }
}
