import { noGrad } from '../autograd.js'
import type { Generator } from '../generator.js'
import { scope } from '../scope.js'
import type { Tensor } from '../tensor.js'
import type { Layer } from './module.js'

export interface CheckpointOptions {
  /** Generators that the blocks draw from (dropout): their states are kept, so that a block draws the same again. */
  generators?: readonly Generator[]
}

export interface CheckpointedRun {
  /** The last block's result, cut off from the blocks: a leaf that gathers the gradient of what follows. */
  readonly output: Tensor
  /**
   * After the backward pass of what follows `output`: recomputes the blocks from last to first, adds to their
   * parameters' gradients, and goes on into the graph of the input. It can be called once; it frees what was kept.
   * @param blockDone called when all gradients of a block are there, for an all-reduce that runs beside the next block
   */
  backward(blockDone?: (index: number) => void): void
  /** Frees what was kept, where no backward pass is wanted. */
  dispose(): void
}

/**
 * Runs blocks one after the other and keeps only what passes between them; each is run a second time for its gradients
 * (Chen et al. 2016, section 4). The loop is plain TypeScript around the engine: nothing of it runs inside a backward
 * pass. Blocks that change buffers (batch normalisation in training) change them twice. Under `autocast`, call
 * `backward` under the same one.
 * @example
 * const run = nn.checkpointSequential(model.blocks, embedded)
 * head.forward(run.output).sum().backward()
 * run.backward()
 */
export function checkpointSequential(
  blocks: Iterable<Layer>,
  input: Tensor,
  { generators = [] }: CheckpointOptions = {},
): CheckpointedRun {
  const kept: Kept[] = []
  const output = noGrad(() => {
    let x = scope(() => input.detach()).keep()
    for (const block of blocks) {
      kept.push({ block, x, random: generators.map((generator) => generator.state()) })
      x = scope(() => block.forward(x).detach()).keep()
    }
    return x.requiresGrad_(true)
  })
  const dispose = (): void => {
    for (const { x } of kept.splice(0)) x.dispose()
    output.dispose()
  }
  const backward = (blockDone?: (index: number) => void): void => {
    let gradient: Tensor | null = scope(() => output.grad?.clone() ?? null)?.keep() ?? null
    try {
      const lowest = input.requiresGrad ? 0 : kept.findIndex(({ block }) => trains(block))
      for (let index = kept.length - 1; index >= Math.max(lowest, 0) && gradient; index--) {
        const below = recompute(kept[index]!, gradient, generators, index > lowest || input.requiresGrad)
        gradient.dispose()
        gradient = below
        blockDone?.(index)
      }
      if (input.requiresGrad && gradient) input.backward(gradient)
    } finally {
      gradient?.dispose()
      dispose()
    }
  }
  return { output, backward, dispose }
}

interface Kept {
  block: Layer
  x: Tensor
  random: Uint8Array[]
}

function recompute({ block, x, random }: Kept, gradient: Tensor, generators: readonly Generator[], below: boolean) {
  const now = generators.map((generator) => generator.state())
  generators.forEach((generator, i) => {
    generator.setState(random[i]!)
  })
  try {
    const above = scope(() => {
      const leaf = x.detach().requiresGrad_(below)
      const y = block.forward(leaf)
      if (y.requiresGrad) y.backward(gradient)
      return leaf.grad
    })
    return above?.keep() ?? null
  } finally {
    generators.forEach((generator, i) => {
      generator.setState(now[i]!)
    })
  }
}

const trains = (block: Layer): boolean => block.parameters().some((parameter) => parameter.requiresGrad)
