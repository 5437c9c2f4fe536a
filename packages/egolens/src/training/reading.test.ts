import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scope, tensor } from '@egolens/torch'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sweepReads } from '../files/testing.js'
import { readCheckpoint, type TrainingState, writeCheckpoint } from './checkpoint.js'
import { sweepResume } from './reading.testing.js'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-reading-'))
})
afterEach(() => rm(root, { recursive: true }))

const state = (step: number): TrainingState => ({
  ...{ recipe: 'r', step, epoch: 0, position: 0, generator: '', logBytes: 0, seconds: 0 },
  sums: { loss: 0, clips: 0, correct: {} },
})

async function write(directory: string, step: number): Promise<void> {
  await scope(async () => {
    const tensors = { model: { w: tensor([step]) }, optimizer: { m: tensor([step, step]) } }
    await writeCheckpoint(directory, { ...tensors, state: state(step) }, 2)
  })
}

const read = (directory: string) =>
  scope(async () => {
    const { checkpoint, skipped } = await readCheckpoint(directory, 'r')
    expect(skipped).toEqual([])
    return checkpoint && [checkpoint.state.step, checkpoint.model.w!.tolist(), checkpoint.optimizer.m!.tolist()]
  })

describe('a checkpoint', () => {
  it.each(['EIO', 'ESTALE', 'EACCES'] as const)(
    'is never passed over for %s at any read: the file is named, and the next time it is read',
    async (fault) => {
      await write(root, 1)
      await write(root, 2)
      const newest = [2, [2], [2, 2]]
      const reads = await sweepReads(
        fault,
        async () => expect(await read(root)).toEqual(newest),
        async (_, error, at) => {
          if (!at) return expect(error).toBeUndefined()
          expect(error).toMatchObject({ code: fault === 'EACCES' ? 'file/unreadable' : 'disk/unreadable' })
          expect((error as { where: string }).where).toBe(at.replace(/^\w+ /, ''))
          const inside = at.includes('step-0000002')
          if (inside) expect((error as { cure: string }).cure).toContain(`move ${join(root, 'step-0000002')} away`)
          expect(await read(root)).toEqual(newest)
        },
      )
      expect(reads.filter((one) => one.startsWith('read '))).toHaveLength(4)
    },
  )

  it('is whole when few bytes come at a time', async () => {
    await write(root, 3)
    await sweepReads(
      'short',
      async () => expect(await read(root)).toEqual([3, [3], [3, 3]]),
      async (_, error) => expect(error).toBeUndefined(),
    )
  })

  it('that is written keeps the one before when a read fails on the way', async () => {
    await write(join(root, 'before'), 1)
    const directory = (k: number) => join(root, `${k}`)
    await sweepReads(
      'EIO',
      async (k) => {
        await cp(join(root, 'before'), directory(k), { recursive: true })
        await write(directory(k), 2)
      },
      async (k, error) => {
        expect(error ? [1, 2] : [2]).toContain((await read(directory(k)))![0])
        if (error) expect(error).toMatchObject({ code: 'disk/unreadable' })
        await write(directory(k), 3)
        expect((await read(directory(k)))![0]).toBe(3)
        expect((await readdir(directory(k))).some((name) => name.endsWith('.tmp'))).toBe(false)
      },
    )
  })
})

// Every fault at every read is in reading.full.test.ts.
it.each([
  ['EIO', 5],
  ['short', 9],
] as const)(
  'a run that is resumed with %s at a read, and resumed again, ends as one that was not',
  async (fault, step) => {
    const reads = await sweepResume(root, fault, step)
    for (const name of ['model.safetensors', 'optimizer.safetensors', 'state.json', 'manifest.json', 'recipe.yaml'])
      expect(reads.some((read) => read.startsWith('read ') && read.endsWith(name))).toBe(true)
  },
)
