export { type PlanOptions, planStage, type StagePlan } from './plan/index.js'
export {
  type Accuracy,
  type AnsweredQuestion,
  accuracyOf,
  answerClosed,
  type ClosedOptions,
} from './questions/closed.js'
export { type AnswerRunOptions, answerRun } from './questions/evaluate.js'
export { parseStageRecipe, readStageRecipe, resolveStageRecipe } from './recipe.js'
export { holdsStageRecipe, isStageRecipe } from './recipe.kind.js'
export type { ModelOptions, StageRecipe, StageRecipeInput } from './recipe.schema.js'
export { type PartName, partNames, type StageName, stageNames, stages } from './stages/index.js'
export { readOutput, type StageOutputFile } from './training/output.js'
export { type StageOptions, type StageSummary, trainStage } from './training/train.js'
