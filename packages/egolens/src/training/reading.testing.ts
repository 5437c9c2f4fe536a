import { cp, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { onDisk } from '../files/disk.js'
import { FaultyDisk, type ReadFault, sweepReads } from '../files/testing.js'
import { goesOn, wholeRun } from './faults.testing.js'
import { sitting } from './testing.run.js'

/** Operations after which a run has two checkpoints behind it and is cut off. */
const MIDDLE = 120

/**
 * A run that was cut off, resumed with a fault at every `step`-th read in turn, then resumed without: it ends as one
 * that was never cut off, and no checkpoint is given up for a read that failed.
 *
 * @returns the reads of a resumed run
 */
export async function sweepResume(root: string, fault: ReadFault, step: number): Promise<string[]> {
  const whole = await wholeRun(root)
  const cut = join(root, 'cut')
  await onDisk(new FaultyDisk(MIDDLE, 'death'), () => sitting(cut, false)).catch(() => {})
  const before = await checkpointsOf(cut)
  expect(before.length).toBeGreaterThan(0)
  const directory = (k: number) => join(root, `${k}`)
  return sweepReads(
    fault,
    async (k) => {
      await cp(cut, directory(k), { recursive: true })
      await sitting(directory(k), true)
    },
    async (k, error, read) => {
      if (fault === 'short' || !read) expect(error).toBeUndefined()
      else if (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^(disk|file|recipe)\/unreadable$/) })
        expect((error as { where: string }).where).toContain(directory(k))
        if (/checkpoints/.test(read)) expect((error as { cure: string }).cure).toBeDefined()
      }
      await goesOn(directory(k), whole, error !== undefined)
    },
    { step },
  )
}

const checkpointsOf = async (directory: string) =>
  (await readdir(join(directory, 'checkpoints'))).filter((name) => name.startsWith('step-'))
