import type { Tensor } from '@egolens/torch'
import { empty, F, isGradEnabled, nn } from '@egolens/torch'
import { z } from 'zod'
import type { Component, LabelSets } from '../datasets/types.js'
import { arrangeA5, contrastClasses, outOf } from './a5.parts.js'
import { classTextOptions, encodeClassTexts } from './class-texts.js'
import { cosines } from './closed-form.js'
import { type ContextLayout, layOutBy } from './coop.layout.js'
import { HeldLayouts } from './held-layouts.js'
import { PromptedTexts } from './prompted-texts.js'
import { type TemporalTransformer, temporalOptions, temporalTransformer } from './temporal.js'
import { labelNames } from './text.js'
import type { Batch, Method, MethodDefinition, Output, Setting, TrainingDefaults } from './types.js'
import { viewOf } from './video-vector.js'

const options = z.strictObject({
  prefix: z.int().min(0).default(16).describe('learned vectors before the class name'),
  postfix: z.int().min(0).default(16).describe('learned vectors after it'),
  ...temporalOptions,
  temperature: z.number().positive().default(0.07).describe('cosines are divided by it'),
  contrastClasses: z
    .int()
    .min(1)
    .optional()
    .describe('classes a training step competes over: those of its batch, and others drawn; all, if not said'),
  view: z.enum(['full', 'hand']).default('full').describe('which view of the frames is classified'),
  ...classTextOptions,
})
type A5Options = z.output<typeof options>

/**
 * The public code's values. Its cosine has twice as many steps as its training, so that nothing restarts in it; the
 * period here is twice the toolkit's own number of epochs.
 */
const training: TrainingDefaults = {
  optimizer: 'adamw',
  batch: 64,
  lr: 1e-4,
  weightDecay: 0.01,
  schedule: 'cosine-restarts',
  restartEvery: 30,
  lrFloor: 0.01,
}

/**
 * A5: learned vectors before and after the class name, and attention between the frames (Ju et al., ECCV 2022,
 * section 3).
 */
export const a5: MethodDefinition<A5Options> = {
  name: 'a5',
  label: 'A5',
  title: 'A5: learned vectors around the class names, and attention between the frames',
  paper: 'Ju et al., Prompting Visual-Language Models for Efficient Video Understanding, ECCV 2022',
  options,
  training: () => training,
  create: (options, setting) => new A5(options, setting),
}

/** Class vectors [K, D], or the texts where each step encodes those that it needs. */
type Texts = Tensor | { layout: ContextLayout }
type Classes = Partial<Record<Component, Texts>>

class A5 implements Method<Classes> {
  readonly name = 'a5'
  readonly classesTrain = true
  readonly transfersToNewLabels = true
  readonly components: Component[]
  readonly needs: Method['needs']
  readonly module: A5Module
  private readonly texts: PromptedTexts

  constructor(
    private readonly options: A5Options,
    private readonly setting: Setting,
  ) {
    this.components = setting.components
    this.needs = { clip: 'features', views: [options.view], context: [], text: 'tokens', frames: setting.frames }
    this.module = new A5Module(options, setting)
    this.texts = new PromptedTexts(options)
  }

  classes(labels: LabelSets): Classes {
    const { contrastClasses: some = Number.POSITIVE_INFINITY } = this.options
    const found: Classes = {}
    this.texts.reset()
    for (const component of this.components) {
      const layout = this.layout(labels, component)
      // Scoring, which takes no gradients, is over all classes.
      const waits = isGradEnabled() && some < layout.ends.length
      found[component] = waits ? { layout } : this.encode(component, layout)
    }
    return found
  }

  /** Cosines of the video with the class texts, over the temperature. */
  forward(batch: Batch, classes: Classes): Output {
    const frames = viewOf(batch.features, this.options.view, 'image') // [B, N, D]
    const video = F.normalize(this.module.temporal?.forward(frames) ?? frames.mean(1))
    const output: Output = { logits: {} }
    for (const component of this.components) {
      const logits = this.scores(component, classes[component]!, video, batch)
      output.logits[component] = logits.div(this.options.temperature)
    }
    return output
  }

  backward(loss: Tensor): void {
    loss.backward()
    this.texts.backward()
  }

  /** [B, K]; a class that a step leaves out has minus infinity, so that it takes no part in the softmax. */
  private scores(component: Component, texts: Texts, video: Tensor, { labels }: Batch): Tensor {
    if (!('layout' in texts)) return cosines(texts, video)
    const { layout } = texts
    const total = layout.ends.length
    const chosen = contrastClasses(labels[component], total, this.options.contrastClasses!)
    return outOf(cosines(this.encode(component, layout, chosen), video), chosen, total)
  }

  /** [classes, D] at unit length. */
  private encode(component: Component, layout: ContextLayout, classes?: number[]): Tensor {
    const { text } = this.setting.backbone
    const { table } = this.module[component]!
    return F.normalize(encodeClassTexts(this.texts, text, layout, table, { ...this.options, classes }))
  }

  private layout(labels: LabelSets, component: Component): ContextLayout {
    const { prefix, postfix } = this.options
    const { text } = this.setting.backbone
    const arrange = (nameLength: number) => arrangeA5(nameLength, prefix, postfix)
    return this.module.layouts.of(labels, component, () => layOutBy(arrange, text, labelNames(labels, component)))
  }
}

/** All that is trained: the table of each component, and the temporal transformer. */
class A5Module extends nn.Module {
  readonly verb?: Table
  readonly noun?: Table
  readonly temporal?: TemporalTransformer
  readonly layouts = new HeldLayouts()

  constructor(options: A5Options, { backbone, components, frames, generator }: Setting) {
    super()
    const { contextLength, tokenWidth } = backbone.text
    for (const component of components) this[component] = new Table([contextLength, tokenWidth], generator)
    this.temporal = temporalTransformer(backbone.image.width, frames, options, generator)
  }
}

/** A learned vector for each position of a text: [77, w]. */
class Table extends nn.Module {
  readonly table: Tensor

  constructor(shape: number[], generator: Setting['generator']) {
    super()
    this.table = this.parameter('table', nn.init.normal_(empty(shape), 0, 0.01, generator))
  }
}
