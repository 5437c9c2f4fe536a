import { describe, it } from 'vitest'
import { expectDocument } from './quick.testing.js'

describe('benchmarks run in their smallest setting and print one document', () => {
  it.each(['encoder', 'decode', 'hands', 'extract', 'startup'])('%s', { timeout: 300_000 }, expectDocument)
})
