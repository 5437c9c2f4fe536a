import { F, type Generator, nn, noGrad, scope, type Tensor } from '@egolens/torch'
import { EgoLensError } from '../../errors.js'
import { product } from '../language/product.js'
import type { Projection } from '../language/projection.js'
import type { LoraSettings } from './options.js'

/**
 * W x + (alpha / r) B A dropout(x) (Hu et al. 2021, section 4.1). It takes the weight of the layer in whose place it
 * stands and leaves it frozen; A begins Kaiming-uniform and B at zero, so that nothing is changed at first. State:
 * `weight`, `bias`, `lora_A.weight` [r, in], `lora_B.weight` [out, r].
 */
export class LoraLinear extends nn.Module implements Projection {
  readonly inFeatures: number
  readonly outFeatures: number
  readonly weight: Tensor
  readonly bias: Tensor | null
  readonly lora_A: nn.Linear
  readonly lora_B: nn.Linear
  readonly #dropout: number
  readonly #generator: Generator | undefined
  readonly #scale: number
  #merged = false

  constructor(base: Projection, { r, alpha, dropout }: LoraSettings, options: nn.LayerOptions = {}) {
    super()
    this.inFeatures = base.inFeatures
    this.outFeatures = base.outFeatures
    this.weight = this.parameter('weight', base.weight).requiresGrad_(false)
    this.bias = base.bias ? this.parameter('bias', base.bias).requiresGrad_(false) : null
    const own = { ...options, device: base.weight.device, bias: false }
    // Its initial values are those of a linear layer: Kaiming-uniform with a = sqrt(5).
    this.lora_A = new nn.Linear(base.inFeatures, r, own)
    this.lora_B = nn.init.skip(() => new nn.Linear(r, base.outFeatures, own))
    nn.init.zeros_(this.lora_B.weight)
    this.#dropout = dropout
    this.#generator = options.generator
    this.#scale = alpha / r
  }

  get merged(): boolean {
    return this.#merged
  }

  forward(x: Tensor): Tensor {
    const y = product(x, this.weight, this.bias)
    if (this.#merged) return y
    const dropped = F.dropout(x, this.#dropout, this.training, this.#generator)
    return this.#changed(y, this.lora_A.forward(dropped.to(this.lora_A.weight.dtype)))
  }

  /** y + scale * B low */
  #changed(y: Tensor, low: Tensor): Tensor {
    const { weight } = this.lora_B
    if (low.dtype !== y.dtype) return y.add(F.linear(low.mul(this.#scale), weight).to(y.dtype))
    // As one operator it neither makes the change as a tensor of its own nor scales it.
    const rows = low.reshape([-1, low.shape.at(-1)!])
    return y.reshape([-1, this.outFeatures]).addmm(rows, weight.t(), { alpha: this.#scale }).view(y.shape)
  }

  /** Puts the change into the weight: a merged layer costs what the plain one does. */
  merge(): void {
    this.#change(true)
  }

  unmerge(): void {
    this.#change(false)
  }

  #change(merged: boolean): void {
    if (merged === this.#merged) {
      throw new EgoLensError('lora/merged', `the layer is ${merged ? 'merged already' : 'not merged'}`)
    }
    const factor = merged ? this.#scale : -this.#scale
    noGrad(() =>
      scope(() => {
        const change = this.lora_B.weight.matmul(this.lora_A.weight).mul(factor)
        // Added in the wider of the two types and rounded once.
        this.weight.copy_(this.weight.to(change.dtype).add(change))
      }),
    )
    this.#merged = merged
  }
}
