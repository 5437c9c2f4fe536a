import { cat, isGradEnabled, noGrad, scope, type Tensor } from '@egolens/torch'
import { type ChunkOptions, chunksOf } from './prompted-texts.js'

/** Scores of some images against some classes. */
export interface Chunk {
  /** What differs from image to image, of these images alone: [images.count, ...] each. */
  inputs: Tensor[]
  images: { from: number; count: number }
  classes: { from: number; count: number }
}

/** @returns [images, classes]; gradients flow to the inputs */
export type Score = (chunk: Chunk) => Tensor

/**
 * Class texts that differ from image to image, B x K of them, through the frozen text tower in chunks of at most
 * `classChunk` texts. With `recompute` the activations of one chunk are held at a time, as in `PromptedTexts`: `score`
 * gives a leaf, the loss leaves its gradient there, and `backward` goes on from it through one chunk after the other
 * and then into what the inputs were made of. The loss may depend on the inputs through these scores alone.
 *
 * @example
 * const texts = new PerImageTexts({ classChunk: 64, recompute: true })
 * const scores = texts.score([contexts], 300, ({ inputs, images, classes }) => tower(inputs, images, classes)) // [B, 300]
 * F.crossEntropy(scores, labels).backward()
 * texts.backward() // now what made the contexts has its gradients
 */
export class PerImageTexts {
  private pending: { leaf: Tensor; inputs: Tensor[]; total: number; score: Score }[] = []

  constructor(private readonly options: ChunkOptions) {}

  /**
   * @param inputs [B, ...] each
   * @param total classes
   * @returns [B, total]
   */
  score(inputs: Tensor[], total: number, score: Score): Tensor {
    const whole = () => {
      const rows = this.rows(inputs, total).map((chunks) =>
        join(
          chunks.map((chunk) => scope(() => score(chunk()))),
          1,
        ),
      )
      return join(rows, 0)
    }
    if (!this.options.recompute || !isGradEnabled()) return whole()
    const leaf = noGrad(() => scope(whole)).requiresGrad_(true)
    this.pending.push({ leaf, inputs, total, score })
    return leaf
  }

  /** After the backward pass of the loss; without `recompute` there is nothing left to do. */
  backward(): void {
    const roots = this.pending.splice(0).flatMap(({ leaf, inputs, total, score }) => {
      const gradient = leaf.grad
      if (!gradient) return []
      const cut = inputs.map((input) => input.detach().requiresGrad_(input.requiresGrad))
      for (const chunk of this.rows(cut, total).flat()) {
        scope(() => {
          const { images, classes, ...rest } = chunk()
          const part = gradient.narrow(0, images.from, images.count).narrow(1, classes.from, classes.count)
          score({ images, classes, ...rest }).backward(part)
        })
      }
      return cut.flatMap(({ grad }, i) => (grad ? [inputs[i]!.mul(grad).sum()] : []))
    })
    // Several inputs may come from one network: their graph is gone through once.
    if (roots.length > 0) roots.reduce((sum, root) => sum.add(root)).backward()
  }

  /** Forgets a step that ended before its backward pass. */
  reset(): void {
    this.pending = []
  }

  /** Chunks, those of the same images side by side. A chunk takes several images where a label set is small. */
  private rows(inputs: Tensor[], total: number): (() => Chunk)[][] {
    const { classChunk } = this.options
    return chunksOf(inputs[0]!.shape[0]!, Math.max(1, Math.floor(classChunk / total))).map(([from, count]) =>
      chunksOf(total, classChunk).map(([first, classes]) => () => ({
        inputs: inputs.map((input) => input.narrow(0, from, count)),
        images: { from, count },
        classes: { from: first, count: classes },
      })),
    )
  }
}

const join = (parts: Tensor[], dim: number) => (parts.length === 1 ? parts[0]! : cat(parts, dim))
