import { join } from 'node:path'
import type { StageName, StageRecipe, StageRecipeInput } from '../../../exo2ego/index.js'
import { smallStage, takesFiles } from '../../../exo2ego/small/index.js'
import { demoRun } from '../folder.js'

/** How much is drawn and trained. */
export interface Exo2EgoDemoSize {
  takes: { train: number; test: number }
  training: Partial<Record<StageName, StageRecipeInput['training']>>
}

export const exo2EgoDemoSize: Exo2EgoDemoSize = { takes: { train: 16, test: 4 }, training: {} }

/** Where the demo keeps what; a second run finds it there. */
export function exo2EgoPaths(folder: string) {
  return {
    takes: join(folder, 'takes'),
    run: (stage: StageName) => demoRun(folder, stage),
    answers: join(folder, 'answers.json'),
    report: join(folder, 'exo2ego.html'),
  }
}

export const trainedStages = ['preparation', 'guidance', 'practice'] as const

/** The recipe of a stage, each from the one before, the first from the embedded Initialization. */
export function exo2EgoRecipe(
  folder: string,
  stage: (typeof trainedStages)[number],
  size: Exo2EgoDemoSize,
): StageRecipe {
  const { takes, run } = exo2EgoPaths(folder)
  const { pairs, questions } = takesFiles(takes)
  const before = trainedStages[trainedStages.indexOf(stage) - 1]
  const training = size.training[stage]
  return smallStage(stage, {
    train: stage === 'practice' ? questions('train') : pairs,
    root: takes,
    from: before ? run(before) : 'small-initialization',
    ...(training ? { training } : {}),
  })
}
