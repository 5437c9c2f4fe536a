import { cat, empty, F, type Generator, nn, noGrad, scope, type Tensor } from '@egolens/torch'
import type { Component, LabelSets } from '../datasets/types.js'
import type { Hooks, ImageTower, TextEncoder } from '../encoders/types.js'
import { EgoLensError } from '../errors.js'
import { encodeClassTexts } from './class-texts.js'
import { cosines } from './closed-form.js'
import { Context } from './context.js'
import { type ContextLayout, layOut } from './coop.layout.js'
import { HeldLayouts } from './held-layouts.js'
import { type MapleOptions, mapleOptions, mapleTraining } from './maple.options.js'
import { PromptedFrames, towerOf, towerType } from './prompted-frames.js'
import { PromptedTexts } from './prompted-texts.js'
import { type ClassVectors, labelNames } from './text.js'
import type { Batch, Method, MethodDefinition, Output, Setting } from './types.js'
import { videoVector, viewOf } from './video-vector.js'

/**
 * MaPLe: learned tokens in the first layers of both towers, those of the image tower made of those of the text tower
 * (Khattak et al., CVPR 2023, section 3.2). A method for images: frames are seen one by one and averaged. Verbs and nouns
 * trained together share the prompts, since a video is seen once.
 *
 * @example
 * const method = createMethod('maple', { depth: 9 }, { backbone, components: ['noun'], generator, frames: 8 })
 */
export const maple: MethodDefinition<MapleOptions> = {
  name: 'maple',
  label: 'MaPLe',
  title: 'MaPLe: learned tokens in the layers of both towers, coupled',
  paper: 'Khattak et al., MaPLe: Multi-modal Prompt Learning, CVPR 2023',
  options: mapleOptions,
  training: mapleTraining,
  create: (options, setting) => new Maple(options, setting),
}

class Maple implements Method<ClassVectors> {
  readonly name = 'maple'
  readonly classesTrain = true
  readonly transfersToNewLabels = true
  readonly components: Component[]
  readonly needs: Method['needs']
  readonly module: MapleModule
  private readonly texts: PromptedTexts
  private readonly frames: PromptedFrames

  constructor(
    private readonly options: MapleOptions,
    private readonly setting: Setting,
  ) {
    this.components = setting.components
    this.needs = { clip: 'pixels', views: [options.view], context: [], text: 'tokens', frames: setting.frames }
    this.module = new MapleModule(options, setting)
    this.texts = new PromptedTexts(options)
    this.frames = new PromptedFrames(options, setting.frames)
  }

  /** The class texts with the first prompts among their tokens, the deeper ones put in between the layers. */
  classes(labels: LabelSets): ClassVectors {
    const { text } = this.setting.backbone
    const vectors: ClassVectors = {}
    this.texts.reset()
    for (const component of this.components) {
      const layout = this.layout(labels, component)
      const { context } = this.module.first
      const hooks = () => this.module.textHooks()
      vectors[component] = F.normalize(
        encodeClassTexts(this.texts, text, layout, context, { sharePrefix: false, hooks }),
      )
    }
    return vectors
  }

  /** Cosines of the mean frame with the class texts, times the frozen logit scale. */
  forward(batch: Batch, classes: ClassVectors): Output {
    const pixels = viewOf(batch.pixels, this.options.view, 'pixels')
    const video = this.frames.encode(pixels, (clips) => videoVector(this.module.see(clips), this.options.frameNorm))
    const output: Output = { logits: {} }
    for (const component of this.components) {
      output.logits[component] = cosines(classes[component]!, video).mul(Math.exp(this.setting.backbone.logitScale))
    }
    return output
  }

  backward(loss: Tensor): void {
    loss.backward()
    this.texts.backward()
    this.frames.backward()
  }

  private layout(labels: LabelSets, component: Component): ContextLayout {
    const { prompts: contextTokens, fullStop } = this.options
    return this.module.layouts.of(labels, component, () => {
      const names = labelNames(labels, component)
      return layOut(this.setting.backbone.text, names, { contextTokens, classToken: 'end', fullStop })
    })
  }
}

/** The text prompts of each layer and, for each, the map that makes the image tower's of them. */
class MapleModule extends nn.Module {
  readonly layouts = new HeldLayouts()
  /** [n, w], among the tokens of the text. */
  readonly first: Context
  private readonly deeper: DeeperPrompts[]
  private readonly coupling: nn.Linear
  private readonly tower: ImageTower
  private readonly toTower: (x: Tensor) => Tensor

  constructor({ prompts, depth, init, phrase }: MapleOptions, { backbone, generator }: Setting) {
    super()
    const { text } = backbone
    this.tower = towerOf(backbone, 'MaPLe')
    this.toTower = towerType(backbone)
    refuseTooDeep(depth, this.tower.layers)
    this.first = new Context([prompts, text.tokenWidth], { init, phrase }, text, generator)
    this.coupling = new nn.Linear(text.tokenWidth, this.tower.width, { generator })
    this.deeper = Array.from({ length: depth - 1 }, () => new DeeperPrompts(prompts, text, this.tower, generator))
    for (const { coupling } of this.deeper.slice(1)) copyWeights(this.deeper[0]!.coupling, coupling)
  }

  /** The prompts stand after the start token; each of the deeper layers finds its own there. */
  textHooks(): Hooks {
    const count = this.first.context.shape[0]!
    return {
      before: (layer, x) => {
        const own = this.deeper[layer - 1]?.prompts
        if (!own) return undefined
        const [texts, length, width] = x.shape as [number, number, number]
        const [start, rest] = [x.narrow(1, 0, 1), x.narrow(1, 1 + count, length - 1 - count)]
        return cat([start, own.expand([texts, count, width]), rest], 1)
      },
    }
  }

  /**
   * Frames through the frozen tower, prompts behind their patches.
   * @param clips [B, N, 3, S, S]
   * @returns [B, N, D]
   */
  see(clips: Tensor): Tensor {
    const { tower, toTower, deeper } = this
    const [count, frames] = clips.shape as [number, number]
    const shaped = (prompts: Tensor) => toTower(prompts).expand([count * frames, ...prompts.shape])
    const tokens = tower.embed(toTower(clips.flatten(0, 1)), shaped(this.coupling.forward(this.first.context)))
    const own = tokens.shape[1]! - this.first.context.shape[0]!
    const seen = tower.run(tokens, {
      before: (layer, x) => {
        const next = deeper[layer - 1]
        return next && cat([x, shaped(next.coupling.forward(next.prompts))], 1)
      },
      // What becomes of prompts that the next layer replaces is nobody's business; at the end only the class token's.
      kept: (layer) => (layer === tower.layers - 1 ? 1 : layer < deeper.length ? own : undefined),
    })
    return tower.pool(seen).float().view([count, frames, -1])
  }
}

class DeeperPrompts extends nn.Module {
  readonly prompts: Tensor
  readonly coupling: nn.Linear

  constructor(count: number, { tokenWidth }: TextEncoder, { width }: ImageTower, generator: Generator) {
    super()
    this.prompts = this.parameter('prompts', nn.init.normal_(empty([count, tokenWidth]), 0, 0.02, generator))
    this.coupling = new nn.Linear(tokenWidth, width, { generator })
  }
}

/** The original makes its deeper couplings as copies of one. */
function copyWeights(from: nn.Linear, to: nn.Linear): void {
  noGrad(() =>
    scope(() => {
      to.weight.copy_(from.weight)
      to.bias!.copy_(from.bias!)
    }),
  )
}

function refuseTooDeep(depth: number, layers: number): void {
  if (depth <= layers) return
  throw new EgoLensError('method/options', `prompts in ${depth} layers, and the image tower has ${layers}`, {
    where: 'options.depth',
    cure: `take at most ${layers}`,
  })
}
