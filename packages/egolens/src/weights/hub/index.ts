export { type PulledFile, type PulledModel, type PullOptions, pullModel } from './pull.js'
