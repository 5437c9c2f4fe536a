export { type Cycle, type CycleInput, cycleLoss, cycleOptions } from './cycle.js'
export { type GuidanceInput, type GuidanceLosses, guidanceLosses, guidanceOptions } from './guidance.js'
export { type KlInput, type KlOptions, klLoss, klOptions } from './kl.js'
