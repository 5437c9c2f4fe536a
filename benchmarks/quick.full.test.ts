import { describe, it } from 'vitest'
import { expectDocument } from './quick.testing.js'

describe('benchmarks run in their smallest setting and print one document', () => {
  it.each([
    ...['encoder', 'decode', 'hands', 'extract', 'startup'],
    ...['adapter-step', 'vita-clip-step', 'pixel-memory', 'leak', 'coop-step', 'xmic-score', 'text-memory'],
    ...['mllm-prefill', 'mllm-train-step', 'candidates'],
  ])('%s', { timeout: 300_000 }, expectDocument)
})
