export { type PullOptions, pullModel } from './pull.js'
export type { PulledFile, PulledModel } from './pulled.js'
