import { join } from 'node:path'
import type { StageName, StageRecipe, StageRecipeInput } from '../../exo2ego/index.js'
import { type SmallStage, smallStage, takesFiles } from '../../exo2ego/small/index.js'

/** How much is drawn and trained. */
export interface Exo2EgoSize {
  /** Takes of each split; nobody is in two. */
  takes: { train: number; val: number; test: number }
  seeds: number[]
  /** Over those of the small recipes. */
  training: Partial<Record<StageName, StageRecipeInput['training']>>
}

export const fullSize: Exo2EgoSize = { takes: { train: 64, val: 0, test: 16 }, seeds: [1, 2, 3], training: {} }

/** To see that it runs, not what it says. */
export const quickSize: Exo2EgoSize = {
  takes: { train: 4, val: 0, test: 4 },
  seeds: [1],
  training: {
    preparation: { epochs: 1, globalBatch: 64 },
    guidance: { epochs: 1, globalBatch: 64 },
    practice: { epochs: 1, globalBatch: 64 },
  },
}

/** One way to come to a model that answers. */
export interface Arm {
  name: string
  /** Folder name. */
  key: string
  /** Its stages in order, each from the one before. */
  stages: { stage: StageName; run: string; model?: StageRecipeInput['model'] }[]
}

const shared = { stage: 'preparation', run: 'preparation' } as const

/** What is compared. The first stage is the same run for the first two. */
export const arms: readonly Arm[] = [
  {
    name: 'Exo2Ego',
    key: 'full',
    stages: [shared, { stage: 'guidance', run: 'guidance' }, { stage: 'practice', run: 'practice' }],
  },
  {
    name: 'without the mapping',
    key: 'no-mapping',
    stages: [
      shared,
      { stage: 'guidance', run: 'guidance-no-mapping', model: { concat: 'none' } },
      { stage: 'practice', run: 'practice-no-mapping', model: { concat: 'none' } },
    ],
  },
  {
    name: 'language alone, no video',
    key: 'blind',
    stages: [{ stage: 'practice', run: 'practice-blind', model: { blind: true, concat: 'none' } }],
  },
]

/** One stage of one arm and seed. */
export interface StudyRun {
  arm: Arm
  seed: number
  stage: StageName
  dir: string
  recipe: StageRecipe
}

/** All runs, in an order in which each finds what it begins from. Runs that arms share are named by each of them. */
export function studyRuns(dir: string, takes: string, { seeds, training }: Exo2EgoSize): StudyRun[] {
  const { pairs, questions } = takesFiles(takes)
  return seeds.flatMap((seed) =>
    arms.flatMap((arm) => {
      let from = 'small-initialization'
      return arm.stages.map(({ stage, run, model }) => {
        const own = join(dir, `seed-${seed}`, run)
        const given: SmallStage = {
          train: stage === 'practice' ? questions('train') : pairs,
          root: takes,
          from,
          seed,
          ...(model ? { model } : {}),
          ...(training[stage] ? { training: training[stage] } : {}),
        }
        from = own
        return { arm, seed, stage, dir: own, recipe: smallStage(stage, given) }
      })
    }),
  )
}
