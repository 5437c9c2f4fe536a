import type { Generator, Tensor } from '@egolens/torch'
import { F, nn, tensor } from '@egolens/torch'
import { z } from 'zod'
import type { Component, LabelSets } from '../datasets/types.js'
import { cosines } from './closed-form.js'
import { coOpTraining } from './coop.js'
import { overPreset } from './presets.js'
import { type TemporalTransformer, temporalOptions, temporalTransformer } from './temporal.js'
import { type ClassVectors, encodeClasses, prompt } from './text.js'
import type { Batch, Method, MethodDefinition, Output, Setting } from './types.js'
import { viewOf } from './video-vector.js'
import { xMicTraining } from './x-mic.options.js'

const shape = {
  preset: z.enum(['original', 'x-mic']).default('original').describe("the published code's values, or X-MIC's for it"),
  ratioAdapted: z.number().min(0).max(1).optional().describe('share of the adapted vector; original: 0.2, x-mic: 0.8'),
  textAdapter: z.boolean().optional().describe('an adapter behind the text tower too; original: no, x-mic: yes'),
  adapterNorm: z
    .enum(['none', 'l2'])
    .optional()
    .describe('unit length for each frame before the adapter; original: none, x-mic: l2'),
  prompt: prompt.optional().describe('the sentence around a class name; original: "a photo of a {}.", x-mic: "{}"'),
  logitScale: z.enum(['trainable', 'frozen']).optional().describe('original: frozen, x-mic: trainable'),
  reduction: z.int().min(1).default(4).describe('width over hidden width of an adapter'),
  view: z.enum(['full', 'hand']).default('full').describe('which view of the frames is classified'),
  frameNorm: z.enum(['none', 'l2']).default('none').describe('unit length for each frame before the mean'),
}

/** The values of the published code, and those of X-MIC (its section 3.1 and its public code). */
const presets = {
  original: {
    ratioAdapted: 0.2,
    textAdapter: false,
    adapterNorm: 'none',
    prompt: 'a photo of a {}.',
    logitScale: 'frozen',
  },
  'x-mic': { ratioAdapted: 0.8, textAdapter: true, adapterNorm: 'l2', prompt: '{}', logitScale: 'trainable' },
} as const

const options = z.strictObject(shape).transform((options) => ({
  ...overPreset(presets[options.preset], options),
  temporalLayers: 0,
  heads: 1,
  mlpRatio: 1,
}))
const optionsWithTime = z
  .strictObject({ ...shape, ...temporalOptions })
  .transform((options) => overPreset(presets[options.preset], options))
type ClipAdapterOptions = z.output<typeof optionsWithTime>

/**
 * CLIP-Adapter: a bottleneck behind the frozen image tower, blended with what it was given (Gao et al., IJCV 2023,
 * section 3.2). Frames are averaged.
 */
export const clipAdapter: MethodDefinition<ClipAdapterOptions> = {
  name: 'clip-adapter',
  label: 'CLIP-Adapter',
  title: 'CLIP-Adapter: a bottleneck behind the frozen towers, blended with what it was given',
  paper: 'Gao et al., CLIP-Adapter: Better Vision-Language Models with Feature Adapters, IJCV 2023',
  options,
  // The published code is run by CoOp's commands.
  training: ({ preset }) => (preset === 'x-mic' ? xMicTraining.code : coOpTraining),
  create: (options, setting) => new ClipAdapter('clip-adapter', options, setting),
}

/** CLIP-Adapter* of X-MIC's tables: the temporal transformer of A5 stands before the adapter of the image side. */
export const clipAdapterTemporal: MethodDefinition<ClipAdapterOptions> = {
  ...clipAdapter,
  name: 'clip-adapter-temporal',
  label: 'CLIP-Adapter*',
  title: 'CLIP-Adapter with attention between the frames before the adapter',
  paper: 'Kukleva et al., X-MIC, CVPR 2024, section 4.3, after Gao et al., IJCV 2023',
  options: optionsWithTime,
  create: (options, setting) => new ClipAdapter('clip-adapter-temporal', options, setting),
}

class ClipAdapter implements Method<ClassVectors> {
  readonly transfersToNewLabels = true
  readonly classesTrain = false
  readonly components: Component[]
  readonly needs: Method['needs']
  readonly module: ClipAdapterModule

  constructor(
    readonly name: string,
    private readonly options: ClipAdapterOptions,
    private readonly setting: Setting,
  ) {
    this.components = setting.components
    this.needs = { clip: 'features', views: [options.view], context: [], text: 'embeddings', frames: setting.frames }
    this.module = new ClipAdapterModule(options, setting)
  }

  /** Every class through the frozen text tower, once; a text adapter works on what this gives. */
  classes(labels: LabelSets): ClassVectors {
    return encodeClasses(this.setting.backbone.text, labels, this.components, this.options.prompt)
  }

  /** Cosines of the blended video with the (blended) class texts, times the logit scale. */
  forward(batch: Batch, classes: ClassVectors): Output {
    const { visual, temporal, text, logitScale } = this.module
    const { view, frameNorm, adapterNorm } = this.options
    const frames = viewOf(batch.features, view, 'image') // [B, N, D]
    const seen = adapterNorm === 'l2' ? F.normalize(frames) : frames
    const pooled = temporal?.forward(seen) ?? seen.mean(1) // [B, D]
    const original = (frameNorm === 'l2' ? F.normalize(frames) : frames).mean(1)
    const video = F.normalize(this.blend(visual.forward(pooled), original))

    const output: Output = { logits: {} }
    for (const component of this.components) {
      const own = classes[component]! // [K, D]
      const texts = F.normalize(text ? this.blend(text.forward(own), own) : own)
      output.logits[component] = cosines(texts, video).mul(logitScale.exp())
    }
    return output
  }

  diagnostics(): Record<string, number> {
    return { logitScale: Math.exp(this.module.logitScale.item()) }
  }

  private blend(adapted: Tensor, original: Tensor): Tensor {
    const { ratioAdapted } = this.options
    return adapted.mul(ratioAdapted).add(original.mul(1 - ratioAdapted))
  }
}

class ClipAdapterModule extends nn.Module {
  readonly temporal?: TemporalTransformer
  readonly visual: Adapter
  readonly text?: Adapter
  readonly logitScale: Tensor

  constructor(options: ClipAdapterOptions, { backbone, frames, generator }: Setting) {
    super()
    const { image, text } = backbone
    this.temporal = temporalTransformer(image.width, frames, options, generator)
    this.visual = new Adapter(image.width, options.reduction, generator)
    if (options.textAdapter) this.text = new Adapter(text.width, options.reduction, generator)
    const scale = tensor(backbone.logitScale)
    const trains = options.logitScale === 'trainable'
    this.logitScale = trains ? this.parameter('logitScale', scale) : this.buffer('logitScale', scale)
  }
}

/** Linear(d, d / reduction), ReLU, Linear(d / reduction, d), ReLU, without biases: [..., d] -> [..., d]. */
class Adapter extends nn.Module {
  private readonly down: nn.Linear
  private readonly up: nn.Linear

  constructor(width: number, reduction: number, generator: Generator) {
    super()
    const hidden = Math.max(1, Math.floor(width / reduction))
    this.down = new nn.Linear(width, hidden, { bias: false, generator })
    this.up = new nn.Linear(hidden, width, { bias: false, generator })
  }

  forward(x: Tensor): Tensor {
    return this.up.forward(this.down.forward(x).relu()).relu()
  }
}
