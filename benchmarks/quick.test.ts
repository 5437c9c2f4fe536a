import { describe, it } from 'vitest'
import { expectDocument } from './quick.testing.js'

describe('benchmarks run in their smallest setting and print one document', () => {
  it.each([
    'op-overhead',
    'adapter-step',
    'egoprompt-step',
    'vita-clip-step',
    'pixel-memory',
    'leak',
    'coop-step',
    'xmic-score',
    'text-memory',
    'mllm-prefill',
    'mllm-decode',
    'mllm-train-step',
    'candidates',
  ])('%s', expectDocument)
})
