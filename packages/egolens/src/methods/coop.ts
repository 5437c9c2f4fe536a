import type { Tensor } from '@egolens/torch'
import { F, nn } from '@egolens/torch'
import { z } from 'zod'
import type { Component, LabelSets } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import { classTextOptions, encodeClassTexts } from './class-texts.js'
import { cosines } from './closed-form.js'
import { Context, contextOptions, wordsOf } from './context.js'
import { type ContextLayout, layOut } from './coop.layout.js'
import { HeldLayouts } from './held-layouts.js'
import { PromptedTexts } from './prompted-texts.js'
import { type ClassVectors, labelNames } from './text.js'
import type { Batch, Method, MethodDefinition, Output, Setting, TrainingDefaults } from './types.js'
import { videoVector, viewOf } from './video-vector.js'

const options = z
  .strictObject({
    ...contextOptions,
    classToken: z.enum(['end', 'middle', 'front']).default('end').describe('where the class name stands'),
    classSpecific: z
      .boolean()
      .default(false)
      .describe('own vectors for each class; they belong to the training classes'),
    fullStop: z.boolean().default(false).describe('a full stop after the text, as the original has'),
    view: z.enum(['full', 'hand']).default('full').describe('which view of the frames is classified'),
    frameNorm: z.enum(['none', 'l2']).default('none').describe('unit length for each frame before the mean'),
    ...classTextOptions,
  })
  .transform(({ init = 'random', contextTokens, ...rest }) => ({
    ...rest,
    init,
    contextTokens: contextTokens ?? (init === 'phrase' ? wordsOf(rest.phrase).length : 16),
  }))
type CoOpOptions = z.output<typeof options>

/** Optimiser and schedule of the original's 50-epoch runs. */
export const coOpTraining: TrainingDefaults = {
  optimizer: 'sgd',
  epochs: 50,
  batch: 32,
  lr: 2e-3,
  momentum: 0.9,
  weightDecay: 5e-4,
  schedule: 'cosine',
  warmupEpochs: 1,
  warmupLr: 1e-5,
}

/**
 * CoOp: learned vectors stand before (around, after) the class name among the tokens of the frozen text tower.
 * Frames are averaged, as X-MIC configures it for video.
 */
export const coOp: MethodDefinition<CoOpOptions> = {
  name: 'coop',
  label: 'CoOp',
  title: 'CoOp: learned context vectors in the class texts',
  paper: 'Zhou et al., Learning to Prompt for Vision-Language Models, IJCV 2022',
  options,
  training: () => coOpTraining,
  tiedBy: tiedByContexts,
  create: (options, setting) => new CoOp(options, setting),
}

/** What holds of CoOp holds of those that take over its text side. */
export function tiedByContexts({ classSpecific }: { classSpecific: boolean }) {
  if (!classSpecific) return undefined
  return { key: 'options.classSpecific', why: 'its vectors are learned for each training class' }
}

class CoOp implements Method<ClassVectors> {
  readonly name = 'coop'
  readonly classesTrain = true
  readonly transfersToNewLabels: boolean
  readonly components: Component[]
  readonly needs: Method['needs']
  readonly module: Contexts
  private readonly texts: PromptedTexts

  constructor(
    private readonly options: CoOpOptions,
    private readonly setting: Setting,
  ) {
    this.transfersToNewLabels = !options.classSpecific
    this.components = setting.components
    this.needs = { clip: 'features', views: [options.view], context: [], text: 'tokens', frames: setting.frames }
    this.module = new Contexts(options, setting)
    this.texts = new PromptedTexts(options)
  }

  /** The class texts with the learned vectors, through the text tower in chunks of classes. */
  classes(labels: LabelSets): ClassVectors {
    const { text } = this.setting.backbone
    const vectors: ClassVectors = {}
    this.texts.reset()
    for (const component of this.components) {
      const layout = this.layout(labels, component)
      const { context } = this.module[component]!
      vectors[component] = F.normalize(encodeClassTexts(this.texts, text, layout, context, this.options))
    }
    return vectors
  }

  /** Cosines of the mean frame with the class texts, times the frozen logit scale. */
  forward(batch: Batch, classes: ClassVectors): Output {
    const video = videoVector(viewOf(batch.features, this.options.view, 'image'), this.options.frameNorm)
    const output: Output = { logits: {} }
    for (const component of this.components) {
      output.logits[component] = cosines(classes[component]!, video).mul(Math.exp(this.setting.backbone.logitScale))
    }
    return output
  }

  backward(loss: Tensor): void {
    loss.backward()
    this.texts.backward()
  }

  private layout(labels: LabelSets, component: Component): ContextLayout {
    const names = labelNames(labels, component)
    if (this.options.classSpecific) refuseOtherClasses(component, names, this.setting.labels)
    return this.module.layouts.of(labels, component, () => layOut(this.setting.backbone.text, names, this.options))
  }
}

/** The learned vectors of each component: [n, w], or [K, n, w] where every class has its own. */
class Contexts extends nn.Module {
  readonly verb?: Context
  readonly noun?: Context
  readonly layouts = new HeldLayouts()

  constructor(options: CoOpOptions, { backbone, components, generator, labels }: Setting) {
    super()
    for (const component of components) {
      const shape = [options.contextTokens, backbone.text.tokenWidth]
      if (options.classSpecific) shape.unshift(labelNames(labels ?? {}, component).length)
      this[component] = new Context(shape, options, backbone.text, generator)
    }
  }
}

function refuseOtherClasses(component: Component, names: string[], trained: LabelSets | undefined): void {
  const own = trained?.[component]?.names ?? []
  if (own.length === names.length && own.every((name, k) => name === names[k])) return
  throw new EgoLensError(
    'method/not-transferable',
    `class-specific contexts were learned for ${own.length} ${component} classes and cannot score ${names.length} others`,
    { cure: 'train with classSpecific: false to use other label sets' },
  )
}
