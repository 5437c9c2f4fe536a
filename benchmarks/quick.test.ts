import { describe, it } from 'vitest'
import { expectDocument } from './quick.testing.js'

// One of each kind; all others are in quick.full.test.ts.
describe('benchmarks run in their smallest setting and print one document', () => {
  it.each(['op-overhead', 'egoprompt-step', 'mllm-decode'])('%s', expectDocument)
})
