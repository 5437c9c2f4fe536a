import type { Tensor } from '@egolens/torch'
import type { Prompt } from '../../mllm/index.js'
import type { GuidanceInput } from '../losses/index.js'
import type { Exo2Ego, View } from '../model/model.js'
import type { Tape } from '../model/tape.js'

/** The four stages, in their order (Exo2Ego, sections 4.1 to 4.4). */
export const stageNames = ['initialization', 'preparation', 'guidance', 'practice'] as const
export type StageName = (typeof stageNames)[number]

/** What a stage trains or freezes as one. `connector` counts the layer that joins two visuals by channel in. */
export const partNames = ['ego', 'exo', 'connector', 'mapping', 'inverse', 'lora'] as const
export type PartName = (typeof partNames)[number]

/** Records that go through the model together. */
export interface StageBatch {
  ids: string[]
  /** Frames of each view that the stage looks at, [B, T, 3, S, S]. */
  frames: Partial<Record<View, Tensor>>
  prompts: Prompt[]
}

/** What a stage makes of a batch. */
export interface StageOutput {
  /** What the last norm of the language model gives, [B, N, W], and the labels [B, N]. */
  hidden: Tensor
  labels: Tensor
  /** Losses beside L_VTG, each a mean over records: the weighted sum, and the parts for the log. */
  extra?: { total: Tensor; parts: Record<string, Tensor> }
}

export interface StageSetting {
  losses: GuidanceInput
  /** What the language model sees beside x while guidance is learnt. */
  guidance: 'mapped' | 'real' | 'mix'
  /** Whether the exo tower is trained in this stage (Table 8, row 2): then y keeps its gradient. */
  trainsExo: boolean
  /** In [0, 1), a new one each time; what `mix` decides by. */
  chance: () => number
}

/** One stage of the training, and all that sets it apart. */
export interface Stage {
  name: StageName
  title: string
  /** Section of the paper. */
  section: string
  /** The stage that it begins from, if any. */
  after?: StageName
  /** Whose frames it looks at; initialization names one by `data.view`. */
  views: readonly View[]
  /** What it trains unless the recipe says otherwise (Exo2Ego, section 4 and Figure 4; connector: our default). */
  trains: readonly PartName[]
  /** Parts that there must be. */
  parts: readonly PartName[]
  /** Table 14. */
  training: { epochs: number; globalBatch: number; lr: number; warmup: number }
  forward(model: Exo2Ego, tape: Tape, batch: StageBatch, setting: StageSetting): StageOutput
}
