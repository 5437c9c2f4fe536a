import { cat, isGradEnabled, noGrad, scope, type Tensor } from '@egolens/torch'
import { z } from 'zod'

/** The options of every method that learns prompts in class texts. */
export const chunkOptions = {
  classChunk: z.int().min(1).default(64).describe('class texts that go through the text tower together'),
  recompute: z
    .boolean()
    .default(false)
    .describe('hold the activations of one chunk at a time and compute them twice: less memory, more time'),
}

/** Makes the class vectors [count, D] of the classes from `from` on; gradients flow to what trains. */
export type Encode = (from: number, count: number) => Tensor

export interface ChunkOptions {
  /** Classes that go through the text tower together. */
  classChunk: number
  /** Keeps no activations of the tower: each chunk is computed a second time in the backward pass. */
  recompute: boolean
}

/**
 * Class texts with learned prompts through the frozen text tower, chunk by chunk. With `recompute` the activations of
 * one chunk are held at a time, so memory does not grow with the number of classes (Chen et al. 2016): `encode` gives
 * a leaf, the loss leaves its gradient there, and `backward` goes on from it through one chunk after the other.
 *
 * @example
 * const texts = new PromptedTexts({ classChunk: 64, recompute: true })
 * const vectors = texts.encode(300, (from, count) => tower(from, count)) // [300, D]
 * loss(vectors).backward()
 * texts.backward() // now the prompts have their gradients
 */
export class PromptedTexts {
  private pending: { leaf: Tensor; encode: Encode; total: number }[] = []

  constructor(private readonly options: ChunkOptions) {}

  /** @returns [total, D] */
  encode(total: number, encode: Encode): Tensor {
    const { classChunk, recompute } = this.options
    const pieces = () => {
      const found = chunksOf(total, classChunk).map(([from, count]) => scope(() => encode(from, count)))
      return found.length === 1 ? found[0]! : cat(found)
    }
    if (!recompute || !isGradEnabled()) return pieces()
    const leaf = noGrad(() => scope(pieces)).requiresGrad_(true)
    this.pending.push({ leaf, encode, total })
    return leaf
  }

  /** After the backward pass of the loss; without `recompute` there is nothing left to do. */
  backward(): void {
    for (const { leaf, encode, total } of this.pending.splice(0)) {
      const gradient = leaf.grad
      if (!gradient) continue
      for (const [from, count] of chunksOf(total, this.options.classChunk)) {
        scope(() => encode(from, count).backward(gradient.narrow(0, from, count)))
      }
    }
  }

  /** Forgets a step that ended before its backward pass. */
  reset(): void {
    this.pending = []
  }
}

/** Runs of at most `size` that make up `total`. */
export function chunksOf(total: number, size: number): [from: number, count: number][] {
  return Array.from({ length: Math.ceil(total / size) }, (_, i) => [i * size, Math.min(size, total - i * size)])
}
