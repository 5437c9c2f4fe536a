import { noGrad } from '../autograd.js'
import { TorchError } from '../errors.js'
import type { Generator } from '../generator.js'
import { callOp } from '../native.js'
import * as ops from '../ops.generated.js'
import { scope } from '../scope.js'
import type { Tensor } from '../tensor.js'

let skipping = false

/**
 * Makes modules whose parameters are left as the memory was, for a model whose weights are loaded next: memory that
 * nobody writes is not taken from the system.
 * @example const model = nn.init.skip(() => new VisionTransformer(config))
 */
export function skip<T>(make: () => T): T {
  const before = skipping
  skipping = true
  try {
    return make()
  } finally {
    skipping = before
  }
}

function inPlace(tensor: Tensor, fill: () => void): Tensor {
  if (!skipping) noGrad(() => scope(fill))
  return tensor
}

export function constant_(tensor: Tensor, value: number): Tensor {
  return inPlace(tensor, () => void tensor.fill_(value))
}

export function zeros_(tensor: Tensor): Tensor {
  return constant_(tensor, 0)
}

export function ones_(tensor: Tensor): Tensor {
  return constant_(tensor, 1)
}

/** U(low, high). */
export function uniform_(tensor: Tensor, low = 0, high = 1, generator?: Generator): Tensor {
  return inPlace(tensor, () => void tensor.uniform_(low, high, generator))
}

/** N(mean, std^2). */
export function normal_(tensor: Tensor, mean = 0, std = 1, generator?: Generator): Tensor {
  return inPlace(tensor, () => void tensor.normal_(mean, std, generator))
}

/** N(mean, std^2) cut off at low and high, by the inverse of its distribution function. */
export function truncNormal_(
  tensor: Tensor,
  { mean = 0, std = 1, low = -2, high = 2, generator }: TruncatedNormal = {},
): Tensor {
  const cumulative = (value: number) => (1 + erf((value - mean) / std / Math.SQRT2)) / 2
  return inPlace(tensor, () => {
    tensor.uniform_(2 * cumulative(low) - 1, 2 * cumulative(high) - 1, generator)
    callOp('erfinv_', '', [tensor])
    tensor.mul_(std * Math.SQRT2).add_(mean)
    ops.clamp_(tensor, low, high)
  })
}

export interface TruncatedNormal {
  mean?: number
  std?: number
  low?: number
  high?: number
  generator?: Generator
}

/** U(-b, b) with b = gain sqrt(6 / (fan in + fan out)) (Glorot and Bengio 2010, eq. 16). */
export function xavierUniform_(tensor: Tensor, gain = 1, generator?: Generator): Tensor {
  const { fanIn, fanOut } = fans(tensor.shape)
  const bound = Math.sqrt(3) * (gain * Math.sqrt(2 / (fanIn + fanOut)))
  return uniform_(tensor, -bound, bound, generator)
}

/** N(0, gain^2 2 / (fan in + fan out)). */
export function xavierNormal_(tensor: Tensor, gain = 1, generator?: Generator): Tensor {
  const { fanIn, fanOut } = fans(tensor.shape)
  return normal_(tensor, 0, gain * Math.sqrt(2 / (fanIn + fanOut)), generator)
}

/** U(-b, b) with b = sqrt(6 / ((1 + a^2) fan in)) (He et al. 2015), a being the leaky slope of what follows. */
export function kaimingUniform_(tensor: Tensor, a = 0, generator?: Generator): Tensor {
  const std = Math.sqrt(2 / (1 + a ** 2)) / Math.sqrt(fans(tensor.shape).fanIn)
  return uniform_(tensor, -Math.sqrt(3) * std, Math.sqrt(3) * std, generator)
}

/** N(0, 2 / ((1 + a^2) fan in)). */
export function kaimingNormal_(tensor: Tensor, a = 0, generator?: Generator): Tensor {
  return normal_(tensor, 0, Math.sqrt(2 / (1 + a ** 2)) / Math.sqrt(fans(tensor.shape).fanIn), generator)
}

/** What linear and convolution layers begin with: U(-b, b) with b = 1 / sqrt(fan in), for the weight then the bias. */
export function affine_(weight: Tensor, bias: Tensor | null, generator?: Generator): void {
  kaimingUniform_(weight, Math.sqrt(5), generator)
  const { fanIn } = fans(weight.shape)
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0
  if (bias) uniform_(bias, -bound, bound, generator)
}

/** Inputs and outputs that one weight [out, in, ...kernel] joins, each times the kernel's size. */
export function fans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  const [out, inner, ...kernel] = shape
  if (out === undefined || inner === undefined) {
    throw new TorchError('BadArgument', `Fan in and fan out need a tensor of two dimensions or more, not [${shape}].`)
  }
  const field = kernel.reduce((product, size) => product * size, 1)
  return { fanIn: inner * field, fanOut: out * field }
}

// Math has no erf: Taylor's series near zero, Lentz's continued fraction of erfc beyond; both to double precision.
function erf(x: number): number {
  const z = Math.abs(x)
  const value = z < 2.5 ? erfSeries(z) : 1 - erfcFraction(z)
  return x < 0 ? -value : value
}

function erfSeries(z: number): number {
  let [term, sum] = [z, z]
  for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
    term *= (-z * z) / n
    sum += term / (2 * n + 1)
    if (term === 0) break
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}

function erfcFraction(z: number): number {
  let fraction = z
  for (let n = 60; n > 0; n--) fraction = z + n / 2 / fraction
  return Math.exp(-z * z) / Math.sqrt(Math.PI) / fraction
}
