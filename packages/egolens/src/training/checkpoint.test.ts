import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scope, tensor } from '@egolens/torch'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cutLog, readCheckpoint, type TrainingState, writeCheckpoint } from './checkpoint.js'
import { RunLog } from './log.js'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-checkpoint-'))
})
afterEach(() => rm(root, { recursive: true }))

const state = (step: number): TrainingState => ({
  recipe: 'r',
  step,
  epoch: 1,
  position: 2,
  sums: { loss: 1 / 3, clips: 4, correct: { noun: 1 } },
  generator: 'AAEC',
  logBytes: 10,
  seconds: 1.5,
})

const write = (step: number, keep = 2) =>
  scope(async () => {
    await writeCheckpoint(
      root,
      { model: { w: tensor([step, 2]) }, optimizer: { m: tensor([3]) }, state: state(step) },
      keep,
    )
  })

describe('checkpoints', () => {
  it('come back as they were written, the newest first', async () => {
    await write(1)
    await write(12)
    await scope(async () => {
      const { checkpoint, skipped } = await readCheckpoint(root, 'r')
      expect(skipped).toEqual([])
      expect(checkpoint!.state).toEqual(state(12))
      expect(checkpoint!.model.w!.tolist()).toEqual([12, 2])
      expect(checkpoint!.optimizer.m!.tolist()).toEqual([3])
    })
    expect(await readFile(join(root, 'latest'), 'utf8')).toBe('step-0000012\n')
  })

  it('are as many as are to be kept', async () => {
    for (const step of [1, 2, 3]) await write(step, 2)
    expect((await readdir(root)).sort()).toEqual(['latest', 'step-0000002', 'step-0000003'])
  })

  it('that were cut off while written are no checkpoints, and are cleared away', async () => {
    await write(1)
    await mkdir(join(root, '.step-0000002.0123abcd.tmp'))
    await writeFile(join(root, '.step-0000002.0123abcd.tmp', 'model.safetensors'), 'x')
    expect((await scope(async () => readCheckpoint(root, 'r'))).checkpoint!.state.step).toBe(1)
    await write(3)
    expect((await readdir(root)).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it.each([
    ['a missing file', async (dir: string) => rm(join(dir, 'optimizer.safetensors')), 'ENOENT'],
    ['a shorter file', async (dir: string) => writeFile(join(dir, 'state.json'), '{}'), 'state.json has 2 bytes'],
    ['no manifest', async (dir: string) => rm(join(dir, 'manifest.json')), 'no such file'],
    ['a manifest that is cut', async (dir: string) => writeFile(join(dir, 'manifest.json'), '{"files"'), ''],
  ])('with %s are passed over with the reason', async (_, damage, reason) => {
    await write(1)
    await write(2)
    await damage(join(root, 'step-0000002'))
    await scope(async () => {
      const { checkpoint, skipped } = await readCheckpoint(root, 'r')
      expect(checkpoint!.state.step).toBe(1)
      expect(skipped).toEqual([{ name: 'step-0000002', reason: expect.stringContaining(reason) }])
    })
  })

  it('of another recipe are not taken', async () => {
    await write(1)
    const { checkpoint, skipped } = await readCheckpoint(root, 'other')
    expect(checkpoint).toBeUndefined()
    expect(skipped).toEqual([{ name: 'step-0000001', reason: 'it belongs to another recipe' }])
  })

  it('are none in an empty or missing directory', async () => {
    expect(await readCheckpoint(join(root, 'none'), 'r')).toEqual({ skipped: [] })
  })
})

describe('the log', () => {
  it('knows its length and can be brought back to it', async () => {
    const path = join(root, 'log.jsonl')
    const log = await RunLog.open(path)
    await log.write({ kind: 'step', epoch: 0, step: 1, loss: 0.5, lr: 1 })
    const { bytes } = log
    await log.write({ kind: 'step', epoch: 0, step: 2, loss: 0.25, lr: 1 })
    await log.close()
    await cutLog(path, bytes)
    expect(await readFile(path, 'utf8')).toBe('{"kind":"step","epoch":0,"step":1,"loss":0.5,"lr":1}\n')
    expect((await RunLog.open(path)).bytes).toBe(bytes)
  })
})
