export { type Checkpoint, openCheckpoint } from './checkpoint.js'
export { type Converted, type ConvertOptions, convertCheckpoint } from './convert.js'
export { Inert, OrderedDict, PthTensor, PySet, Storage, Tuple, type Value } from './values.js'
