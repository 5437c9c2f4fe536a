export type { Gate, GateName } from './bounds.js'
export { type CheckOptions, checkWorld } from './check.js'
