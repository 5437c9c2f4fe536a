import { type Generator, nn, type Tensor } from '@egolens/torch'

export interface TapeOptions {
  /** Keep only what passes between layers and compute the rest twice. */
  checkpointing: boolean
  /** Those that layers draw from (dropout), so that they draw the same again. */
  generators?: readonly Generator[]
}

interface Piece {
  /** Layers that are run in it; each may be in several pieces. */
  layers: readonly nn.Layer[]
  /** Goes on from the gradient that has gathered at the piece's output. */
  backward(done: (index: number) => void): void
  dispose(): void
}

/**
 * A forward pass in pieces, for models of several networks in a row (Chen et al. 2016, section 4). Each piece ends at a
 * leaf that gathers the gradient of all that looks at it, so a piece that several others follow (features that go to
 * the connector, to a mapping and to a loss) is gone through backward once. Without checkpointing it is one graph, and
 * `backward` has nothing to add.
 *
 * @example
 * const tape = new Tape({ checkpointing: true })
 * const features = tape.through(tower.layers, tower.embed(pixels))
 * lossOf(features).backward()
 * tape.backward()
 */
export class Tape {
  readonly #pieces: Piece[] = []

  constructor(private readonly options: TapeOptions) {}

  /** Runs layers one after the other on x. */
  through(layers: readonly nn.Layer[], x: Tensor): Tensor {
    if (!this.options.checkpointing) return layers.reduce((tokens, layer) => layer.forward(tokens), x)
    const { generators = [] } = this.options
    const run = nn.checkpointSequential(layers, x, { generators })
    this.#pieces.push({ layers, backward: (done) => run.backward(done), dispose: () => run.dispose() })
    return run.output
  }

  /** Ends a piece at a tensor, for what several pieces look at. */
  cut(x: Tensor): Tensor {
    if (!this.options.checkpointing || !x.requiresGrad) return x
    const leaf = x.detach().requiresGrad_(true)
    this.#pieces.push({
      layers: [],
      backward: () => {
        if (leaf.grad) x.backward(leaf.grad)
      },
      dispose: () => {},
    })
    return leaf
  }

  /**
   * After the backward pass of the loss: from the last piece to the first.
   * @param blockDone told of each layer whose gradients are all there: after the last of the pieces that it is in
   */
  backward(blockDone: (layer: nn.Layer) => void = () => {}): void {
    const pieces = this.#pieces.splice(0)
    const uses = new Map<nn.Layer, number>()
    for (const { layers } of pieces) for (const layer of layers) uses.set(layer, (uses.get(layer) ?? 0) + 1)
    for (const piece of pieces.reverse()) {
      piece.backward((index) => {
        const layer = piece.layers[index]!
        const left = uses.get(layer)! - 1
        uses.set(layer, left)
        if (left === 0) blockDone(layer)
      })
    }
  }

  /** Frees what was kept, where a step ends without its backward pass. */
  dispose(): void {
    for (const piece of this.#pieces.splice(0)) piece.dispose()
  }
}
