import { cat, nn, type Tensor } from '@egolens/torch'
import { EgoLensError } from '../../errors.js'
import { type CausalLM, joinVisuals, type Lora, type Prompt } from '../../mllm/index.js'
import type { ClipVisionTower, StcConnector } from '../../mllm/visual/index.js'
import type { Mapping } from '../mapping/index.js'
import type { Tape } from './tape.js'

export type View = 'ego' | 'exo'

/** How what the language model sees is put together from x and its guidance. */
export type Concat = 'token' | 'channel' | 'mean' | 'none'

export interface Networks {
  llm: CausalLM
  /** The low-rank layers in the language model, once practice has put them there. */
  lora?: Lora
  ego?: ClipVisionTower
  exo?: ClipVisionTower
  connector: StcConnector
  /** For what is mapped, where it has a connector of its own. */
  mappedConnector?: StcConnector
  /** F: ego -> exo */
  mapping?: Mapping
  /** G: exo -> ego */
  inverse?: Mapping
  /** Two visuals side by side to one, for `channel`. */
  fusion?: nn.Linear
}

/**
 * The networks of Exo2Ego (section 4, Figure 4): two image towers, the mappings between them, the connector of
 * VideoLLaMA2 and a language model. Which of them there are depends on the stage.
 *
 * @example
 * const visual = model.visual(tape, model.features(tape, 'exo', pixels)) // [B, 16, 3, 336, 336] -> [B, 1521, 4096]
 * const { hidden, labels } = model.read(tape, prompts, visual)
 */
export class Exo2Ego extends nn.Module {
  readonly llm: CausalLM
  lora: Lora | undefined
  readonly ego: ClipVisionTower | undefined
  readonly exo: ClipVisionTower | undefined
  readonly connector: StcConnector
  readonly mappedConnector: StcConnector | undefined
  readonly mapping: Mapping | undefined
  readonly inverse: Mapping | undefined
  readonly fusion: nn.Linear | undefined

  constructor(
    networks: Networks,
    readonly concat: Concat,
  ) {
    super()
    this.llm = networks.llm
    this.lora = networks.lora
    this.ego = networks.ego
    this.exo = networks.exo
    this.connector = networks.connector
    this.mappedConnector = networks.mappedConnector
    this.mapping = networks.mapping
    this.inverse = networks.inverse
    this.fusion = networks.fusion
  }

  /** Frames [B, T, 3, S, S] -> their patch tokens [B, T, P, C] from the tower of a view. */
  features(tape: Tape, view: View, frames: Tensor): Tensor {
    const tower = this.need(view)
    const [batch, count] = frames.shape as [number, number]
    const tokens = tower.patches(tape.through(tower.layers, tower.embed(frames.flatten(0, 1))))
    return tokens.view([batch, count, ...tokens.shape.slice(1)])
  }

  /** Patch tokens [B, T, P, C] -> what the language model reads of them [B, L, W]. */
  visual(tape: Tape, features: Tensor, connector = this.connector): Tensor {
    return connector.tokens(tape.through(connector.layers, connector.maps(features)))
  }

  /**
   * x of the ego view and what guides it, F(x) or y, as one visual (section 4.3): [B, 2 L, W] side by side by
   * default.
   * @param guide in front of the connector [B, T, P, C], or behind it [B, L, W] where the mapping is there
   */
  guided(tape: Tape, own: Tensor, guide: Tensor): Tensor {
    const mapped = guide.ndim === 4 ? this.visual(tape, guide, this.mappedConnector ?? this.connector) : guide
    switch (this.concat) {
      case 'token':
        return cat([own, mapped], 1)
      case 'channel':
        return this.need('fusion').forward(cat([own, mapped], 2))
      case 'mean':
        return own.add(mapped).mul(0.5)
      case 'none':
        return own
    }
  }

  /**
   * Texts with their visuals [B, L, W] through the language model: hidden [B, N, W], and labels [B, N].
   * @param visual none where the prompts have no place for one
   */
  read(tape: Tape, prompts: readonly Prompt[], visual?: Tensor): { hidden: Tensor; labels: Tensor } {
    const samples = prompts.map((prompt, i) => ({ ...prompt, visuals: visual ? [visual.select(0, i)] : [] }))
    const { embeddings, labels } = joinVisuals(this.llm, samples)
    const { llm } = this
    // Padding is on the right and no target, so that nothing has to be hidden.
    const last = tape.through(llm.layersIn(llm.pass(embeddings)), embeddings)
    return { hidden: llm.model.norm.forward(last), labels }
  }

  /** A network that the stage cannot do without. */
  need<Part extends 'ego' | 'exo' | 'mapping' | 'inverse' | 'fusion'>(part: Part): NonNullable<Exo2Ego[Part]> {
    const found = this[part]
    if (found) return found as NonNullable<Exo2Ego[Part]>
    throw new EgoLensError('exo2ego/missing-part', `this model has no ${titles[part]}`, {
      cure: 'begin from the run of the stage before (`from`)',
    })
  }
}

const titles = {
  ego: 'egocentric image tower',
  exo: 'exocentric image tower',
  mapping: 'mapping F',
  inverse: 'mapping G',
  fusion: 'layer that joins two visuals by channel',
} as const
