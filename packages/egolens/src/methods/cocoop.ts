import type { Tensor } from '@egolens/torch'
import { F, nn, tensor } from '@egolens/torch'
import { z } from 'zod'
import type { Component, LabelSets } from '../datasets/types.js'
import { backFrom, classTextOptions, encodeChunk } from './class-texts.js'
import { fullPrecision } from './closed-form.js'
import { Context, contextOptions } from './context.js'
import { coOpTraining } from './coop.js'
import { type ContextLayout, layOut } from './coop.layout.js'
import { MetaNet } from './meta-net.js'
import { PerImageTexts } from './per-image-texts.js'
import { overPreset } from './presets.js'
import { type TemporalTransformer, temporalOptions, temporalTransformer } from './temporal.js'
import { labelNames } from './text.js'
import type { Batch, Method, MethodDefinition, Output, Setting } from './types.js'
import { videoVector, viewOf } from './video-vector.js'
import { xMicTraining } from './x-mic.options.js'

const options = z
  .strictObject({
    preset: z
      .enum(['original', 'x-mic'])
      .default('original')
      .describe("the published method's values, or X-MIC's for it"),
    ...contextOptions,
    fullStop: z.boolean().optional().describe('a full stop after the text; original: yes, x-mic: no'),
    metaNetNorm: z
      .enum(['video', 'frames', 'none'])
      .optional()
      .describe('what has unit length before the meta-net; original: the video vector, x-mic: each frame'),
    logitScale: z.enum(['trainable', 'frozen']).optional().describe('the softmax temperature of CLIP'),
    view: z.enum(['full', 'hand']).default('full').describe('which view of the frames is classified'),
    frameNorm: z.enum(['none', 'l2']).default('none').describe('unit length for each frame before the mean'),
    ...temporalOptions,
    temporalLayers: temporalOptions.temporalLayers.default(0).describe('blocks between the frames before the meta-net'),
    ...classTextOptions,
  })
  .transform((options) => overPreset(presets[options.preset], options))
type CoCoOpOptions = z.output<typeof options>

/** The values of the published code, and those of X-MIC's public code for its row of Table 1. */
const presets = {
  original: { contextTokens: 4, init: 'phrase', fullStop: true, metaNetNorm: 'video', logitScale: 'frozen' },
  'x-mic': { contextTokens: 16, init: 'random', fullStop: false, metaNetNorm: 'frames', logitScale: 'trainable' },
} as const

/**
 * CoCoOp: as CoOp, and a small network turns each image into a vector that is added to every learned one, so that
 * the class texts are encoded for each image anew (Zhou et al., CVPR 2022, section 3.2).
 *
 * @example
 * const method = createMethod('cocoop', { recompute: true }, { backbone, components: ['noun'], generator, frames: 16 })
 */
export const coCoOp: MethodDefinition<CoCoOpOptions> = {
  name: 'cocoop',
  label: 'CoCoOp',
  title: 'CoCoOp: context vectors in the class texts that each video moves',
  paper: 'Zhou et al., Conditional Prompt Learning for Vision-Language Models, CVPR 2022',
  options,
  training: ({ preset }) => (preset === 'x-mic' ? xMicTraining.code : { ...coOpTraining, epochs: 10, batch: 1 }),
  create: (options, setting) => new CoCoOp(options, setting),
}

/** Texts that wait for a video: laid out, not encoded. */
type Layouts = Partial<Record<Component, ContextLayout>>

class CoCoOp implements Method<Layouts> {
  readonly name = 'cocoop'
  readonly classesTrain = false
  readonly transfersToNewLabels = true
  readonly components: Component[]
  readonly needs: Method['needs']
  readonly module: CoCoOpModule
  private readonly texts: PerImageTexts

  constructor(
    private readonly options: CoCoOpOptions,
    private readonly setting: Setting,
  ) {
    this.components = setting.components
    this.needs = { clip: 'features', views: [options.view], context: [], text: 'tokens', frames: setting.frames }
    this.module = new CoCoOpModule(options, setting)
    this.texts = new PerImageTexts(options)
  }

  classes(labels: LabelSets): Layouts {
    const { text } = this.setting.backbone
    const { fullStop, contextTokens } = this.options
    const layoutOptions = { contextTokens, fullStop, classToken: 'end' as const }
    return Object.fromEntries(
      this.components.map((component) => [component, layOut(text, labelNames(labels, component), layoutOptions)]),
    )
  }

  /** Cosines of the mean frame with the class texts that its own contexts make, times the logit scale. */
  forward(batch: Batch, classes: Layouts): Output {
    const { view, frameNorm } = this.options
    const frames = viewOf(batch.features, view, 'image') // [B, N, D]
    const video = videoVector(frames, frameNorm) // [B, D]
    const condition = this.condition(frames) // [B, D]
    const output: Output = { logits: {} }
    this.texts.reset()
    for (const component of this.components) {
      const contexts = this.module[component]!.forward(condition) // [B, n, w]
      const cosines = this.cosines(contexts.float(), video.float(), classes[component]!)
      output.logits[component] = cosines.mul(this.module.logitScale.exp())
    }
    return output
  }

  backward(loss: Tensor): void {
    loss.backward()
    this.texts.backward()
  }

  diagnostics(): Record<string, number> {
    return { logitScale: Math.exp(this.module.logitScale.item()) }
  }

  /** What the meta-net sees. */
  private condition(frames: Tensor): Tensor {
    const { metaNetNorm, frameNorm } = this.options
    const seen = metaNetNorm === 'frames' || frameNorm === 'l2' ? F.normalize(frames) : frames
    const pooled = this.module.temporal?.forward(seen) ?? seen.mean(1)
    return metaNetNorm === 'video' ? F.normalize(pooled) : pooled
  }

  private cosines(contexts: Tensor, video: Tensor, layout: ContextLayout): Tensor {
    const { text } = this.setting.backbone
    const { byLength } = layout
    const scores = this.texts.score([contexts], byLength.length, ({ inputs, images, classes }) => {
      const chosen = byLength.slice(classes.from, classes.from + classes.count)
      const vectors = encodeChunk(text, layout, inputs[0]!, chosen, this.options.sharePrefix) // [images, classes, D]
      const own = video.narrow(0, images.from, images.count).unsqueeze(-1)
      return fullPrecision(() => F.normalize(vectors).matmul(own).squeeze(-1))
    })
    return scores.indexSelect(1, backFrom(byLength))
  }
}

/** All that is trained: contexts and meta-net of each component, the temporal transformer, perhaps the logit scale. */
class CoCoOpModule extends nn.Module {
  readonly verb?: ConditionedContext
  readonly noun?: ConditionedContext
  readonly temporal?: TemporalTransformer
  readonly logitScale: Tensor

  constructor(options: CoCoOpOptions, { backbone, components, frames, generator }: Setting) {
    super()
    for (const component of components) this[component] = new ConditionedContext(options, backbone, generator)
    this.temporal = temporalTransformer(backbone.image.width, frames, options, generator)
    const scale = tensor(backbone.logitScale)
    const trains = options.logitScale === 'trainable'
    this.logitScale = trains ? this.parameter('logitScale', scale) : this.buffer('logitScale', scale)
  }
}

class ConditionedContext extends nn.Module {
  private readonly learned: Context
  private readonly metaNet: MetaNet

  constructor(options: CoCoOpOptions, { image, text }: Setting['backbone'], generator: Setting['generator']) {
    super()
    this.learned = new Context([options.contextTokens, text.tokenWidth], options, text, generator)
    this.metaNet = new MetaNet(image.width, text.tokenWidth, { finalReLU: false, generator })
  }

  /** Conditions [B, D] -> contexts [B, n, w]: every vector of an image is moved by the same one. */
  forward(condition: Tensor): Tensor {
    return this.learned.context.add(this.metaNet.forward(condition).unsqueeze(1))
  }
}
