import { guidance } from './guidance.js'
import { initialization } from './initialization.js'
import { practice } from './practice.js'
import { preparation } from './preparation.js'
import type { Stage, StageName } from './types.js'

export { seen } from './practice.js'
export {
  type PartName,
  partNames,
  type Stage,
  type StageBatch,
  type StageName,
  type StageOutput,
  type StageSetting,
  stageNames,
} from './types.js'

export const stages: Readonly<Record<StageName, Stage>> = { initialization, preparation, guidance, practice }
