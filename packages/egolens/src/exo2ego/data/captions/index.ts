export { captionMapping, captionMappings } from './mappings/index.js'
export { type CaptionCounts, type CaptionOptions, openCaptions } from './read.js'
export { type Caption, type CaptionMapping, defineMapping, type Format, type Member } from './types.js'
export { type WriteCaptionsOptions, writeCaptions } from './write.js'
