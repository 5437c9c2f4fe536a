export { type Choice, likeliest, weighChoices } from './ask/choices.js'
export { Conversation, type ConversationOptions, type Reply } from './ask/conversation.js'
export type { AskOptions } from './ask/options.js'
export { orOutOfMemory } from './ask/out-of-memory.js'
export type { Reason } from './generation/answer.js'
export type { Start } from './generation/decode.js'
export { type Generated, generate, type Speaker, streamText } from './generation/generate.js'
export type { GenerationOptions } from './generation/options.js'
export { type CandidateScore, scoreCandidates } from './generation/score.js'
export type { Pass } from './language/attention.js'
export { KeyValueCache } from './language/cache.js'
export { formatLanguageConfig, type LanguageConfig, parseLanguageConfig } from './language/config.js'
export { type LoadLanguageOptions, loadCausalLM } from './language/load.js'
export { IGNORED, nextTokenLoss } from './language/loss.js'
export { CausalLM, type ForwardOptions } from './language/model.js'
export type { Padding } from './language/padding.js'
export { type SaveLanguageOptions, saveCausalLM } from './language/save.js'
export { loadLora, loadLoraInto, readLoraSettings, saveLora } from './lora/files.js'
export { applyLora, Lora } from './lora/lora.js'
export type { LoraOptions, LoraSettings, ProjectionName } from './lora/options.js'
export { type JoinedBatch, joinVisuals, type Sample } from './tokenizer/join.js'
export { loadLanguageTokenizer } from './tokenizer/load.js'
export { MARKERS, type Prompt, promptLength, tokenisePrompt } from './tokenizer/prompt.js'
export { askedOf, conversation, type Question } from './tokenizer/question.js'
export { StreamingDecoder } from './tokenizer/streaming.js'
export {
  type ChatTemplate,
  chatMlTemplate,
  type Message,
  mistralTemplate,
  type Part,
  plainTemplate,
  templateOf,
} from './tokenizer/template.js'
export { LanguageTokenizer } from './tokenizer/tokenizer.js'
export * from './visual/index.js'
