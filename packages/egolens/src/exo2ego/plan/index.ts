export type { Fit } from './fit.js'
export { orOutOfMemory } from './out-of-memory.js'
export { type PlanOptions, planStage, type StagePlan, usualSpeed } from './plan.js'
