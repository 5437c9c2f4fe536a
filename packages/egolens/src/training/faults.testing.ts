import { cp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { scope, tensor } from '@egolens/torch'
import { expect } from 'vitest'
import { onDisk } from '../files/disk.js'
import { type Fault, FaultyDisk, sweep } from '../files/testing.js'
import { readAdapterInfo } from './adapter.js'
import { readCheckpoint, type TrainingState, writeCheckpoint } from './checkpoint.js'
import { hash, type Kind, outcome, sitting } from './testing.run.js'

const state = (step: number, epoch: number): TrainingState => ({
  ...{ recipe: 'r', step, epoch, position: 0, generator: '', logBytes: 0, seconds: 0 },
  sums: { loss: 0, clips: 0, correct: {} },
})

const write = (directory: string, step: number, epoch: number) =>
  scope(async () => {
    const tensors = { model: { w: tensor([step, epoch]) }, optimizer: { m: tensor([epoch, step]) } }
    await writeCheckpoint(directory, { ...tensors, state: state(step, epoch) }, 1)
  })

const read = (directory: string) =>
  scope(async () => {
    const { checkpoint, skipped } = await readCheckpoint(directory, 'r')
    expect(skipped).toEqual([])
    return checkpoint && [checkpoint.model.w!.tolist(), checkpoint.optimizer.m!.tolist(), checkpoint.state.epoch]
  })

/** A checkpoint of a step in place of the only one, of step 4, with a fault at each operation in turn. */
export async function sweepCheckpoint(root: string, fault: Fault, step: number): Promise<number> {
  const directory = (k: number) => join(root, `${k}`)
  await write(join(root, 'before'), 4, 0)
  const [old, fresh] = [
    [[4, 0], [0, 4], 0],
    [[step, 1], [1, step], 1],
  ]
  return sweep(
    fault,
    async (k) => {
      await cp(join(root, 'before'), directory(k), { recursive: true })
      await write(directory(k), step, 1)
    },
    async (k, error) => {
      expect(error ? [old, fresh] : [fresh]).toContainEqual(await read(directory(k)))
      // The next one comes through, whatever was left.
      await onDisk(new FaultyDisk(), () => write(directory(k), 6, 2))
      expect(await read(directory(k))).toEqual([[6, 2], [2, 6], 2])
      expect((await readdir(directory(k))).sort()).toEqual(['latest', 'step-0000006'])
    },
  )
}

/** A whole run with a fault at every `step`-th operation in turn, resumed, against one without. */
export async function sweepRun(root: string, fault: Fault, step: number, kind: Kind = 'whole'): Promise<number> {
  const whole = await wholeRun(root, kind)
  const directory = (k: number) => join(root, `${k}`)
  return sweep(
    fault,
    async (k) => void (await sitting(directory(k), false, kind)),
    async (k, error) => {
      const expected = { EIO: 'disk/failed', death: 'disk/failed' }[fault as string] ?? 'disk/full'
      if (error) expect((error as { code?: string }).code).toBe(expected)
      await goesOn(directory(k), whole, error !== undefined, kind)
    },
    { step },
  )
}

export async function wholeRun(root: string, kind: Kind = 'whole'): Promise<Record<string, string>> {
  await onDisk(new FaultyDisk(), () => sitting(join(root, 'whole'), false, kind))
  return outcome(join(root, 'whole'))
}

/** What a fault has left has no adapter or one of one piece, and comes to the same end. */
export async function goesOn(
  directory: string,
  whole: Record<string, string>,
  resume: boolean,
  kind: Kind = 'whole',
): Promise<void> {
  const info = await readAdapterInfo(directory).catch(() => undefined)
  if (info) expect(hash(await readFile(join(directory, 'adapter.safetensors')))).toBe(info.weights)
  if (resume) await onDisk(new FaultyDisk(), () => sitting(directory, true, kind))
  expect(await outcome(directory)).toEqual(whole)
}
