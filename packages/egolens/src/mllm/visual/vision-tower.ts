import { type DType, empty, nn, scope, type Tensor } from '@egolens/torch'
import { type BlockSettings, type BlockWeights, block } from '../../encoders/clip/block.js'
import type { ClipConfig, TowerConfig } from '../../encoders/clip/config.js'
import { blockSettings } from '../../encoders/clip/layers.js'
import { embedPatches } from '../../encoders/clip/vision.js'
import { queryScaled } from '../../encoders/query-scaled.js'
import { EgoLensError } from '../../errors.js'

export type VisionConfig = ClipConfig['vision']

export interface VisionTowerOptions extends nn.LayerOptions {
  /**
   * Which of the L + 1 states between the layers is given, counted from 0 (before the first layer) or back from the
   * last one. VideoLLaMA2 takes -2, what leaves the last layer but one.
   */
  selectLayer?: number
}

/**
 * CLIP's image tower for training: the patch tokens between two of its layers, without the class token and without the
 * norm after the last layer (VideoLLaMA2's `mm_vision_select_layer`, `mm_vision_select_feature: patch`). Names are those
 * of Hugging Face's CLIPVisionModel. Layers that `selectLayer` leaves out are not made: they would get no gradient.
 *
 * `forward` keeps what a backward pass needs; with `layers` a caller keeps only what passes between them:
 *
 * @example
 * const tower = new ClipVisionTower(config)              // or loadVisionTower('openai/clip-vit-large-patch14-336')
 * const tokens = tower.forward(pixels)                   // [N, 3, S, S] -> [N, P, W]
 *
 * const run = nn.checkpointSequential(tower.layers, tower.embed(pixels))
 * loss(tower.patches(run.output)).backward()
 * run.backward()
 */
export class ClipVisionTower extends nn.Module {
  readonly vision_model: VisionModel

  /** @throws EgoLensError `mllm/bad-layer` where there is no such state */
  constructor(
    readonly config: VisionConfig,
    options: VisionTowerOptions = {},
  ) {
    super()
    const depth = usedLayers(config, options.selectLayer ?? -2)
    this.vision_model = new VisionModel(config, depth, options)
  }

  /** The layers that are run, each [N, 1 + P, W] -> [N, 1 + P, W]. */
  get layers(): readonly VisionLayer[] {
    return this.vision_model.encoder.layers
  }

  get dtype(): DType {
    return this.vision_model.embeddings.class_embedding.dtype
  }

  /** Patches along a side of the picture. */
  get grid(): number {
    return this.config.image / this.config.patch
  }

  /**
   * pixels [N, 3, S, S] normalised -> tokens [N, 1 + P, W] before the first layer, class token first.
   *
   * @throws EgoLensError `mllm/bad-pixels` for another size
   */
  embed(pixels: Tensor): Tensor {
    const { config, vision_model: model } = this
    if (pixels.ndim !== 4 || `${pixels.shape.slice(1)}` !== `${[3, config.image, config.image]}`) {
      const wanted = `[N, 3, ${config.image}, ${config.image}]`
      throw new EgoLensError('mllm/bad-pixels', `the image tower takes ${wanted}, not [${pixels.shape.join(', ')}]`, {
        cure: 'prepare frames with the preprocessing that comes with the tower',
      })
    }
    const { class_embedding, patch_embedding, position_embedding } = model.embeddings
    const [patch, positions] = [patch_embedding.weight, position_embedding.weight]
    const weights = { patch, positions, classToken: class_embedding, preNorm: affine(model.pre_layrnorm) }
    const { dtype, device } = class_embedding
    return scope(() => embedPatches(pixels.to({ dtype, device }), weights, config))
  }

  /** Tokens [N, 1 + P, W] without the class token: [N, P, W]. */
  patches(tokens: Tensor): Tensor {
    return tokens.narrow(1, 1, tokens.shape[1]! - 1)
  }

  /** pixels [N, 3, S, S] normalised -> patch tokens [N, P, W] in the tower's type. */
  forward(pixels: Tensor): Tensor {
    return scope(() => {
      let tokens = this.embed(pixels)
      for (const layer of this.layers) {
        const next = layer.forward(tokens)
        tokens.dispose()
        tokens = next
      }
      return this.patches(tokens)
    })
  }
}

/** How many layers stand before a state. */
export function usedLayers({ layers }: Pick<TowerConfig, 'layers'>, selectLayer: number): number {
  const depth = selectLayer < 0 ? layers + 1 + selectLayer : selectLayer
  if (Number.isInteger(depth) && depth >= 0 && depth <= layers) return depth
  throw new EgoLensError('mllm/bad-layer', `a tower of ${layers} layers has no state ${selectLayer}`, {
    where: 'selectLayer',
    cure: `choose from ${-layers - 1} to ${layers}; VideoLLaMA2 takes -2`,
  })
}

/** One layer of the tower, its weights under Hugging Face's names. */
export class VisionLayer extends nn.Module {
  readonly self_attn: Attention
  readonly layer_norm1: nn.LayerNorm
  readonly mlp: Mlp
  readonly layer_norm2: nn.LayerNorm
  readonly #settings: BlockSettings

  constructor(config: TowerConfig, options: nn.LayerOptions) {
    super()
    const { width, hidden, eps } = config
    this.self_attn = new Attention(width, options)
    this.layer_norm1 = new nn.LayerNorm(width, { ...options, eps })
    this.mlp = new Mlp(width, hidden, options)
    this.layer_norm2 = new nn.LayerNorm(width, { ...options, eps })
    this.#settings = blockSettings(config, { attention: true, activation: false })
  }

  /** [N, L, W] -> [N, L, W]. */
  forward(tokens: Tensor): Tensor {
    return scope(() => block(tokens, this.#weights(), this.#settings))
  }

  #weights(): BlockWeights {
    const { q_proj, k_proj, v_proj, out_proj } = this.self_attn
    const scale = (q_proj.outFeatures / this.#settings.heads) ** -0.5
    return {
      norm1: affine(this.layer_norm1),
      // One product for the three saves more than putting their weights together costs.
      qkv: queryScaled([q_proj, k_proj, v_proj].map(affine), scale),
      out: affine(out_proj),
      norm2: affine(this.layer_norm2),
      fc1: affine(this.mlp.fc1),
      fc2: affine(this.mlp.fc2),
    }
  }
}

class Attention extends nn.Module {
  readonly q_proj: nn.Linear
  readonly k_proj: nn.Linear
  readonly v_proj: nn.Linear
  readonly out_proj: nn.Linear

  constructor(width: number, options: nn.LayerOptions) {
    super()
    this.q_proj = new nn.Linear(width, width, options)
    this.k_proj = new nn.Linear(width, width, options)
    this.v_proj = new nn.Linear(width, width, options)
    this.out_proj = new nn.Linear(width, width, options)
  }
}

class Mlp extends nn.Module {
  readonly fc1: nn.Linear
  readonly fc2: nn.Linear

  constructor(width: number, hidden: number, options: nn.LayerOptions) {
    super()
    this.fc1 = new nn.Linear(width, hidden, options)
    this.fc2 = new nn.Linear(hidden, width, options)
  }
}

class VisionModel extends nn.Module {
  readonly embeddings: Embeddings
  readonly pre_layrnorm: nn.LayerNorm // so spelt in the published files
  readonly encoder: Encoder

  constructor(config: VisionConfig, depth: number, options: nn.LayerOptions) {
    super()
    this.embeddings = new Embeddings(config, options)
    this.pre_layrnorm = new nn.LayerNorm(config.width, { ...options, eps: config.eps })
    this.encoder = new Encoder(Array.from({ length: depth }, () => new VisionLayer(config, options)))
  }
}

class Encoder extends nn.Module {
  constructor(readonly layers: readonly VisionLayer[]) {
    super()
  }
}

class Embeddings extends nn.Module {
  readonly class_embedding: Tensor
  readonly patch_embedding: nn.Conv2d
  readonly position_embedding: nn.Embedding

  constructor({ width, patch, image }: VisionConfig, options: nn.LayerOptions) {
    super()
    const { dtype = 'float32', device = 'cpu', generator } = options
    this.class_embedding = this.parameter('class_embedding', empty([width], { dtype, device }))
    nn.init.normal_(this.class_embedding, 0, width ** -0.5, generator)
    this.patch_embedding = new nn.Conv2d(3, width, patch, { ...options, stride: patch, bias: false })
    this.position_embedding = new nn.Embedding(1 + (image / patch) ** 2, width, options)
  }
}

/** A layer's weight and bias; all layers here have both. */
const affine = ({ weight, bias }: { weight: Tensor | null; bias: Tensor | null }) => ({ weight: weight!, bias: bias! })
