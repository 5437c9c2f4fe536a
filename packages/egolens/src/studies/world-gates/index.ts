export type { Gate, GateName } from './bounds.js'
export { checkWorld } from './check.js'
export type { CheckOptions } from './site.js'
