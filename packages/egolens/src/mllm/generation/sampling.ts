import { type Generator, ops, type Tensor } from '@egolens/torch'
import { wide } from '../language/loss.js'

export interface Sampling {
  temperature: number
  topP: number
  generator?: Generator | undefined
}

/** One token of each row of logits [B, vocabulary]: the likeliest at temperature 0, else drawn. */
export function pickTokens(logits: Tensor, { temperature, topP, generator }: Sampling): number[] {
  if (temperature === 0) return logits.argmax(-1).tolist() as number[]
  const probabilities = wide(logits).div(temperature).softmax(-1)
  if (topP >= 1) return ops.multinomial(probabilities, 1, false, generator).squeeze(1).tolist() as number[]
  const [sorted, order] = probabilities.sort(-1, true)
  // A token stays while those before it have less than topP together, so the first one always does.
  const kept = sorted.mul(sorted.cumsum(-1).sub(sorted).lt(topP).to(sorted.dtype))
  const drawn = ops.multinomial(kept, 1, false, generator)
  return order.gather(1, drawn).squeeze(1).tolist() as number[]
}
