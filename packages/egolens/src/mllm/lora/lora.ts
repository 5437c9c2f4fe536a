import type { nn, Tensor } from '@egolens/torch'
import { EgoLensError } from '../../errors.js'
import type { CausalLM } from '../language/model.js'
import type { Projection } from '../language/projection.js'
import { LoraLinear } from './linear.js'
import { checkLora, type LoraOptions, type LoraSettings, type ProjectionName, projections } from './options.js'

/** The low-rank layers of a model. */
export class Lora {
  constructor(
    readonly settings: LoraSettings,
    /** By their paths in the model, such as `model.layers.0.self_attn.q_proj`. */
    readonly layers: ReadonlyMap<string, LoraLinear>,
  ) {}

  /** A and B of each layer by their names in the model: what is trained. */
  namedParameters(): [string, Tensor][] {
    return [...this.layers].flatMap(([path, { lora_A, lora_B }]): [string, Tensor][] => [
      [`${path}.lora_A.weight`, lora_A.weight],
      [`${path}.lora_B.weight`, lora_B.weight],
    ])
  }

  /** Whether the changes are in the weights. */
  get merged(): boolean {
    return [...this.layers.values()].some((layer) => layer.merged)
  }

  /** Puts all changes into the frozen weights, so that the model runs as fast as a plain one. */
  merge(): void {
    for (const layer of this.layers.values()) layer.merge()
  }

  /** Takes them out again, up to rounding in the weights' type. */
  unmerge(): void {
    for (const layer of this.layers.values()) layer.unmerge()
  }
}

/**
 * Freezes a model and puts low-rank layers in the places of its linear ones.
 *
 * @param options.layer where A and B are made, and what A and the dropout are drawn from; float32 by default, also
 * where the model's weights are of a half type
 * @throws EgoLensError `lora/bad-option`, `lora/applied` where the model has such layers already
 * @example
 * const lora = applyLora(model, { r: 16, alpha: 32 }, { generator: new Generator(0) })
 * const optimizer = new optim.AdamW(lora.namedParameters().map(([, parameter]) => parameter), { lr: 2e-5 })
 */
export function applyLora(model: CausalLM, options: LoraOptions = {}, layer: nn.LayerOptions = {}): Lora {
  const settings = checkLora(options)
  if (loraLayers(model).size > 0) {
    throw new EgoLensError('lora/applied', 'the model has low-rank layers already', {
      cure: 'train those, or merge them and save the model',
    })
  }
  model.requiresGrad_(false)
  const layers = new Map<string, LoraLinear>()
  for (const [path, name, place] of places(model)) {
    if (!settings.targets.includes(name)) continue
    const made = new LoraLinear(place[name]!, settings, layer)
    made.training = model.training
    place[name] = made
    layers.set(path, made)
  }
  return new Lora(settings, layers)
}

/** Names and shapes of the parameters that low-rank layers with such settings have in a model. */
export function loraShapes(model: CausalLM, { r, targets }: LoraSettings): Map<string, number[]> {
  const shapes = new Map<string, number[]>()
  for (const [path, name, place] of places(model)) {
    if (!targets.includes(name)) continue
    shapes.set(`${path}.lora_A.weight`, [r, place[name]!.inFeatures])
    shapes.set(`${path}.lora_B.weight`, [place[name]!.outFeatures, r])
  }
  return shapes
}

type Place = Partial<Record<ProjectionName, Projection>>

/** Every linear layer of every block: its path, its leaf name and the module that holds it. */
function* places(model: CausalLM): Generator<[string, ProjectionName, Place]> {
  for (const [i, block] of model.model.layers.entries()) {
    for (const part of ['self_attn', 'mlp'] as const) {
      const place = block[part] as Place
      for (const name of projections) if (place[name]) yield [`model.layers.${i}.${part}.${name}`, name, place]
    }
  }
}

/** The low-rank layers that a model has, by path. */
export function loraLayers(model: CausalLM): Map<string, LoraLinear> {
  const found = new Map<string, LoraLinear>()
  for (const [path, name, place] of places(model)) {
    const layer = place[name]
    if (layer instanceof LoraLinear) found.set(path, layer)
  }
  return found
}
