import type { Tensor } from '@egolens/torch'
import { F, nn } from '@egolens/torch'
import type { Component, LabelSets } from '../datasets/types.js'
import type { TextEncoder } from '../encoders/types.js'
import { encodeClassTexts } from './class-texts.js'
import { Context } from './context.js'
import { layOut } from './coop.layout.js'
import type { EgoPromptOptions } from './egoprompt.options.js'
import { HeldLayouts } from './held-layouts.js'
import { PromptedTexts } from './prompted-texts.js'
import { type TemporalTransformer, temporalTransformer } from './temporal.js'
import { type ClassVectors, labelNames } from './text.js'
import type { Setting } from './types.js'

/**
 * The prompt P_c of each component, [L, w]: vectors that all its class texts share, as in CoOp (Zhou et al., IJCV 2022,
 * equation 2). The abstract names component-specific prompting; that it is CoOp's is the reconstruction.
 */
export class ComponentPrompts extends nn.Module {
  readonly verb?: Context
  readonly noun?: Context
  private readonly layouts = new HeldLayouts()
  private readonly text: TextEncoder
  private readonly texts: PromptedTexts

  constructor(
    private readonly options: EgoPromptOptions,
    { backbone, components, generator }: Setting,
  ) {
    super()
    this.text = backbone.text
    this.texts = new PromptedTexts(options)
    for (const component of components) {
      const shape = [options.contextTokens, backbone.text.tokenWidth]
      this[component] = new Context(shape, options, backbone.text, generator)
    }
  }

  /** E_c: every class text with its component's prompt through the frozen tower, [K, D] at unit length. */
  encode(labels: LabelSets, components: Component[]): ClassVectors {
    const { contextTokens, classToken, sharePrefix } = this.options
    const vectors: ClassVectors = {}
    this.texts.reset()
    for (const component of components) {
      const names = labelNames(labels, component)
      const make = () => layOut(this.text, names, { contextTokens, classToken, fullStop: false })
      const layout = this.layouts.of(labels, component, make)
      const { context } = this[component]!
      vectors[component] = F.normalize(encodeClassTexts(this.texts, this.text, layout, context, { sharePrefix }))
    }
    return vectors
  }

  /** What is left of the backward pass where chunks are computed a second time. */
  backward(): void {
    this.texts.backward()
  }
}

/** The video heads A_c, a temporal transformer a component, after A5 (Ju et al., ECCV 2022); a reconstruction. */
export class VideoHeads extends nn.Module {
  readonly verb?: TemporalTransformer
  readonly noun?: TemporalTransformer

  /** @param tokens of a clip: frames times views, each with a place of its own */
  constructor(options: EgoPromptOptions, tokens: number, { backbone, components, generator }: Setting) {
    super()
    for (const component of components) {
      const head = temporalTransformer(backbone.image.width, tokens, options, generator)
      if (head) this[component] = head
    }
  }

  /** r_c = mean(F) + A_c(F): [B, L, d] -> [B, d] */
  represent(component: Component, frames: Tensor): Tensor {
    const mean = frames.mean(1)
    const head = this[component]
    return head ? mean.add(head.forward(frames)) : mean
  }
}
