import { empty, F, type Generator, nn, type Tensor } from '@egolens/torch'
import type { ImageTower } from '../encoders/types.js'
import { EgoLensError } from '../errors.js'
import type { VitaClipOptions } from './vita-clip.options.js'

/** What the prompts have to fit. */
export interface PromptSetting {
  tower: ImageTower
  frames: number
  generator: Generator
  /** Brings a tensor to the tower's number type. */
  toTower(x: Tensor): Tensor
}

/**
 * Everything that Vita-CLIP learns about frames: their time, and what each layer of the tower sees beside them (Wasim et al.,
 * CVPR 2023, section 3.2; order and starting values as in its public code).
 */
export class FramePrompts extends nn.Module {
  /** [N, W] */
  private readonly time?: Tensor
  private readonly layers: LayerPrompts[]

  constructor(
    options: VitaClipOptions,
    private readonly setting: PromptSetting,
  ) {
    super()
    const { tower, frames, generator } = setting
    if (options.timeEmbedding) {
      this.time = this.parameter('time', nn.init.normal_(empty([frames, tower.width]), 0, 0.02, generator))
    }
    this.layers = Array.from({ length: tower.layers }, () => new LayerPrompts(options, setting))
  }

  /**
   * Clips through the frozen tower; no frame sees another but through the prompts.
   * @param clips [B, N, 3, S, S]
   * @returns the mean over frames in the joint space, [B, D]
   */
  forward(clips: Tensor): Tensor {
    const { tower, toTower } = this.setting
    const [count, frames] = clips.shape as [number, number]
    const time = this.time?.unsqueeze(1).repeat([count, 1, 1]) // [B N, 1, W]
    const tokens = tower.embed(toTower(clips.flatten(0, 1)), undefined, time && toTower(time))
    const seen = tower.run(tokens, {
      beside: (layer, x) => this.layers[layer]!.beside(x, count, frames).map(toTower),
      // Of the last layer the class tokens alone are looked at.
      kept: (layer) => (layer === tower.layers - 1 ? 1 : undefined),
    })
    return tower.pool(seen).float().view([count, frames, -1]).mean(1)
  }
}

/**
 * One layer's prompts. They are made of the class tokens of a clip's frames, are seen by the layer's attention and are
 * gone after it, so the tower makes keys and values of them and nothing else.
 */
class LayerPrompts extends nn.Module {
  /** [N, W], one a frame of the clip, moved by the frame's class token. */
  private readonly local?: Tensor
  /** [G, W] */
  private readonly global?: Tensor
  private readonly projection?: ClassProjection
  private readonly summaryNorm?: nn.LayerNorm
  private readonly summaryAttention?: nn.MultiheadAttention

  constructor(options: VitaClipOptions, { tower, frames, generator }: PromptSetting) {
    super()
    const { width } = tower
    // As a patch's projection would begin: b^2 = 6 / (values of a patch + width).
    const bound = Math.sqrt(6 / (3 * tower.patch ** 2 + width))
    const prompts = (count: number) => nn.init.uniform_(empty([count, width]), -bound, bound, generator)
    if (options.localPrompts) this.local = this.parameter('local', prompts(frames))
    if (options.globalPrompts > 0) this.global = this.parameter('global', prompts(options.globalPrompts))
    if (options.localPrompts || options.summary) {
      this.projection = new ClassProjection(width, options.trainProjection, generator)
    }
    if (options.summary) {
      this.summaryNorm = new nn.LayerNorm(width)
      this.summaryAttention = attentionBetweenFrames(width, options.summaryHeads, generator)
    }
  }

  /** tokens [B N, L, W] -> the tokens that stand beside them, groups of [1, G, W], [B, N, W] and [B N, 1, W]. */
  beside(tokens: Tensor, clips: number, frames: number): Tensor[] {
    const groups: Tensor[] = []
    if (this.global) groups.push(this.global.unsqueeze(0))
    if (!this.projection) return groups
    const seen = tokens.select(1, 0).reshape([clips, frames, tokens.shape[2]!]).float()
    // Under autocast a product is bfloat16, and a norm with float32 weights wants float32.
    const projected = this.projection.forward(seen).float() // [B, N, W]
    if (this.local) groups.push(this.local.add(projected))
    if (this.summaryAttention) {
      const between = this.summaryAttention.forward(this.summaryNorm!.forward(projected))
      groups.push(projected.add(between).view([clips * frames, 1, -1]))
    }
    return groups
  }
}

/** The map of class tokens. Random values serve, so the original does not train them; they are state all the same. */
class ClassProjection extends nn.Module {
  private readonly weight: Tensor
  private readonly bias: Tensor

  constructor(width: number, trains: boolean, generator: Generator) {
    super()
    const own = (name: string, shape: number[]) =>
      trains ? this.parameter(name, empty(shape)) : this.buffer(name, empty(shape))
    this.weight = own('weight', [width, width])
    this.bias = own('bias', [width])
    nn.init.affine_(this.weight, this.bias, generator)
  }

  forward(x: Tensor): Tensor {
    return F.linear(x, this.weight, this.bias)
  }
}

/** Its four matrices are Xavier-uniform each on its own, its biases 0. */
function attentionBetweenFrames(width: number, heads: number | undefined, generator: Generator): nn.MultiheadAttention {
  const count = heads ?? Math.max(1, Math.round(width / 64))
  if (width % count !== 0) {
    throw new EgoLensError('method/options', `${count} heads do not divide the tower's width of ${width}`, {
      where: 'options.summaryHeads',
      cure: `name a divisor of ${width}`,
    })
  }
  const attention = new nn.MultiheadAttention(width, count, { batchFirst: true, generator })
  for (const matrix of [...attention.inProjWeight.detach().chunk(3, 0), attention.outProj.weight.detach()]) {
    nn.init.xavierUniform_(matrix, 1, generator)
  }
  return attention
}
