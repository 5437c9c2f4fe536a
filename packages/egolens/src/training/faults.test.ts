import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sweepCheckpoint, sweepRun } from './faults.testing.js'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-faults-'))
})
afterEach(() => rm(root, { recursive: true }))

// Every fault at every operation, and real kills, are in faults.full.test.ts.
describe('a checkpoint in place of the only one', () => {
  it.each([
    ['ENOSPC', 4],
    ['EIO', 4],
    ['death', 4],
    ['short', 5],
  ] as const)('is the old one or the new one after %s at any operation (step %d after 4)', async (fault, step) => {
    expect(await sweepCheckpoint(root, fault, step)).toBeGreaterThan(30)
  })
})

describe('a run', () => {
  it.each([
    ['ENOSPC', 61],
    ['EIO', 67],
    ['death', 59],
    ['short', 97],
  ] as const)('ends as one without %s, bit for bit, when it is resumed', async (fault, step) => {
    await sweepRun(root, fault, step)
  })

  it.each([
    ['EIO', 61],
    ['death', 47],
  ] as const)('in two stages ends as one without %s, bit for bit, when it is resumed', async (fault, step) => {
    await sweepRun(root, fault, step, 'staged')
  })
})
