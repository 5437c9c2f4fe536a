export { Mapping, type MappingInput, type MappingOptions, mappingOptions, type TokenGrid } from './mapping.js'
export { MlpMapping } from './mlp.js'
export { Resnet9, type Resnet9Options } from './resnet9.js'
