import type { Tensor } from '@egolens/torch'
import { empty, F, nn } from '@egolens/torch'
import type { Component, LabelSets } from '../datasets/types.js'
import type { TextEncoder } from '../encoders/types.js'
import { runBlocks, TransformerBlock } from './blocks.js'
import { type ContextLayout, layOut } from './coop.layout.js'
import type { EgoPromptOptions } from './egoprompt.options.js'
import { PromptedTexts } from './prompted-texts.js'
import { type ClassVectors, labelNames } from './text.js'
import type { Setting } from './types.js'

/** The prompt P_c of each component, [L, w]: vectors that all its class texts share. */
export class ComponentPrompts extends nn.Module {
  readonly verb?: Tensor
  readonly noun?: Tensor
  private readonly text: TextEncoder
  private readonly texts: PromptedTexts
  private readonly layouts = new WeakMap<LabelSets, Map<Component, ContextLayout>>()
  private held = 0

  constructor(
    private readonly options: EgoPromptOptions,
    { backbone, components, generator }: Setting,
  ) {
    super()
    this.text = backbone.text
    this.texts = new PromptedTexts(options)
    for (const component of components) {
      const values = empty([options.contextTokens, backbone.text.tokenWidth])
      this[component] = this.parameter(component, nn.init.normal_(values, 0, 0.02, generator))
    }
  }

  /** E_c: every class text with its component's prompt through the frozen tower, [K, D] at unit length. */
  encode(labels: LabelSets, components: Component[]): ClassVectors {
    const vectors: ClassVectors = {}
    this.texts.reset()
    for (const component of components) {
      const layout = this.layout(labels, component)
      const encoded = this.texts.encode(layout.ends.length, (from, count) =>
        this.text.encodeFromEmbeddings(
          layout.fill(this[component]!, from, count),
          layout.ends.slice(from, from + count),
        ),
      )
      vectors[component] = F.normalize(encoded)
    }
    return vectors
  }

  /** What is left of the backward pass where chunks are computed a second time. */
  backward(): void {
    this.texts.backward()
  }

  private layout(labels: LabelSets, component: Component): ContextLayout {
    const known = this.layouts.get(labels) ?? new Map<Component, ContextLayout>()
    this.layouts.set(labels, known)
    const found = known.get(component)
    if (found) return found
    const { contextTokens, classToken } = this.options
    const layout = layOut(this.text, labelNames(labels, component), { contextTokens, classToken, fullStop: false })
    // Freed with the module; no part of its state.
    this.buffer(`tokens ${this.held++}`, layout.tokens, { persistent: false })
    known.set(component, layout)
    return layout
  }
}

/** The video head A_c of one component: a temporal transformer whose mean is added to the mean frame. */
export class VideoHead extends nn.Module {
  /** One row a token, [L, d]: with two views the rows also tell them apart. */
  readonly positions: Tensor
  readonly blocks: TransformerBlock[]

  constructor(options: EgoPromptOptions, width: number, tokens: number, generator: Setting['generator']) {
    super()
    const { headLayers, headHeads: heads, headMlpRatio: mlpRatio } = options
    this.positions = this.parameter('positions', nn.init.normal_(empty([tokens, width]), 0, 0.01, generator))
    this.blocks = Array.from({ length: headLayers }, () => new TransformerBlock(width, { heads, mlpRatio, generator }))
  }

  /** r_c = mean(F) + A_c(F): [B, L, d] -> [B, d] */
  forward(frames: Tensor): Tensor {
    return frames.mean(1).add(runBlocks(this.blocks, frames.add(this.positions)).mean(1))
  }
}

/** A video head a component. */
export class VideoHeads extends nn.Module {
  readonly verb?: VideoHead
  readonly noun?: VideoHead

  constructor(options: EgoPromptOptions, tokens: number, { backbone, components, generator }: Setting) {
    super()
    for (const component of components) {
      this[component] = new VideoHead(options, backbone.image.width, tokens, generator)
    }
  }
}
