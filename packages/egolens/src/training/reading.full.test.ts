import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { sweepResume } from './reading.testing.js'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-reading-'))
})
afterEach(() => rm(root, { recursive: true }))

it.each(['EIO', 'ESTALE', 'EACCES', 'short'] as const)(
  'a run that is resumed with %s at any read, and resumed again, ends as one that was not',
  { timeout: 600_000 },
  async (fault) => {
    expect((await sweepResume(root, fault, 1)).length).toBeGreaterThan(20)
  },
)
