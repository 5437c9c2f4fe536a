import { scope, type Tensor } from '@egolens/torch'
import { z } from 'zod'
import { checkAlike } from './shapes.js'

/** What Exo2Ego's KL loss leaves open (section 4.3 says only: between y and F(x)). */
export const klOptions = z.strictObject({
  over: z
    .enum(['channels', 'tokens', 'gaussian'])
    .default('channels')
    .describe('distributions: of the channels in a token, of the tokens in a channel, or Gaussians of each channel'),
  temperature: z.number().positive().default(1).describe('features are divided by it before the softmax'),
  direction: z
    .enum(['real', 'mapped'])
    .default('real')
    .describe('whose distribution weighs: real, KL(y || F(x)); mapped, KL(F(x) || y)'),
  eps: z.number().positive().default(1e-6).describe('added to the variances of gaussian'),
  weight: z.number().min(0).default(1).describe('in the sum of the losses'),
})
export type KlOptions = z.output<typeof klOptions>
export type KlInput = z.input<typeof klOptions>

/**
 * The Kullback-Leibler divergence between features of the exocentric view and features mapped to it.
 *
 * `channels`: softmax over the C channels of a token, the mean over tokens. `tokens`: softmax over all tokens of a
 * sample, the mean over channels and samples. `gaussian`: mean and variance of a channel over all tokens of a sample,
 * the divergence of the two normal distributions, the mean over channels and samples. Found in float32 for half types.
 *
 * @param real y [B, ..., C], detached by the caller where its encoder is frozen
 * @param mapped F(x) of the same shape
 * @returns [], unweighted
 * @throws EgoLensError `exo2ego/bad-shapes`
 */
export function klLoss(real: Tensor, mapped: Tensor, options: KlInput = {}): Tensor {
  const { over, temperature, direction, eps } = klOptions.parse(options)
  checkAlike('KL', real, mapped)
  const [p, q] = direction === 'real' ? [real, mapped] : [mapped, real]
  return scope(() => {
    const [a, b] = [tokensOf(p), tokensOf(q)]
    if (over === 'gaussian') return gaussianKl(a, b, eps)
    const dim = over === 'channels' ? -1 : -2
    const [logA, logB] = [a.div(temperature).logSoftmax(dim), b.div(temperature).logSoftmax(dim)]
    return logA.exp().mul(logA.sub(logB)).sum(dim).mean()
  })
}

/** [B, ..., C] -> [B, N, C], wide enough for exponentials. */
function tokensOf(features: Tensor): Tensor {
  const flat = features.flatten(1, -2)
  return flat.dtype === 'float64' ? flat : flat.float()
}

/** KL(N(m, s) || N(n, t)) = (log(t / s) + (s + (m - n)^2) / t - 1) / 2 for variances s and t. */
function gaussianKl(a: Tensor, b: Tensor, eps: number): Tensor {
  const [m, n] = [a.mean(1), b.mean(1)]
  const variance = (x: Tensor, mean: Tensor) => x.sub(mean.unsqueeze(1)).square().mean(1).add(eps)
  const [s, t] = [variance(a, m), variance(b, n)]
  return t
    .div(s)
    .log()
    .add(s.add(m.sub(n).square()).div(t))
    .sub(1)
    .mul(0.5)
    .mean()
}
