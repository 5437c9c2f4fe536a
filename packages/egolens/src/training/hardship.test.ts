import { chmod, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { onDisk } from '../files/disk.js'
import { FaultyDisk } from '../files/testing.js'
import { evaluateRun } from './evaluate-run.js'
import { standInRecipe, standInResources } from './testing.js'
import { train } from './train.js'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-hardship-'))
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(root, { recursive: true })
})

const weights = (dir: string) => readFile(join(dir, 'adapter.safetensors'))

describe('a run', () => {
  it('whose features become NaN stops before the step and keeps the checkpoint before', async () => {
    const dir = join(root, 'nan')
    const recipe = standInRecipe({ epochs: 2, batch: 20 })
    const controller = new AbortController()
    const resources = standInResources({ clips: 20 })
    const stopped = train(recipe, {
      dir,
      resources,
      signal: controller.signal,
      progress: ({ task, done }) => task === 'training' && done === 1 && controller.abort(),
    })
    await expect(stopped).rejects.toMatchObject({ code: 'run/interrupted' })
    const kept = await readdir(join(dir, 'checkpoints'))
    const broken = standInResources({ clips: 20 })
    const { read } = broken.features
    broken.features.read = async (stream, source) => {
      const features = await read(stream, source)
      if (source === 'train-3.mp4') features!.values.fill(Number.NaN)
      return features
    }
    const resumed = await train(recipe, { dir, resume: true, resources: broken }).catch((error: unknown) => error)
    expect(resumed).toMatchObject({
      code: 'training/not-finite',
      cure: 'the features of train-3 are not finite: remove and extract them again',
    })
    expect((resumed as Error).message).toMatch(/^the loss became not a number on clips train-3, /)
    expect(await readdir(join(dir, 'checkpoints'))).toEqual(kept)
    expect(await readdir(dir)).not.toContain('adapter.json')
    // With good features it goes on as if nothing had been.
    await train(recipe, { dir, resume: true, resources })
    await train(recipe, { dir: join(root, 'whole'), resources })
    expect(await weights(dir)).toEqual(await weights(join(root, 'whole')))
  })

  it('without a clip is refused with the numbers', async () => {
    const resources = standInResources()
    const { openDataset } = resources
    resources.openDataset = async (spec) => {
      const dataset = await openDataset(spec)
      const clips = (split: string) => dataset.clips(split).map(({ noun: _, ...clip }) => clip)
      return { ...dataset, clips }
    }
    await expect(train(standInRecipe(), { dir: join(root, 'a'), resources })).rejects.toMatchObject({
      code: 'training/no-clips',
      message: 'stand-in train has 60 clips, none with a noun label',
    })
  })

  it('with a class that is never seen in training learns the others and scores that one', async () => {
    const resources = standInResources()
    const { openDataset } = resources
    resources.openDataset = async (spec) => {
      const dataset = await openDataset(spec)
      const seen = (split: string) => dataset.clips(split).filter(({ noun }) => split === 'test' || noun !== 5)
      return { ...dataset, clips: seen }
    }
    const dir = join(root, 'a')
    const { clips } = await train(standInRecipe({ epochs: 4 }), { dir, resources })
    expect(clips).toBe(50)
    const { tests } = await evaluateRun(dir, { resources })
    expect(tests[0]).toMatchObject({ classes: 6, clips: 30 })
    for (const value of Object.values(tests[0]!.values)) expect(value).toBeGreaterThanOrEqual(0)
    expect(tests[0]!.predictions.filter(({ label }) => label === 5)).toHaveLength(5)
  })

  it('whose batch is larger than its clips takes one step an epoch', async () => {
    const { steps } = await train(standInRecipe({ batch: 1000 }), {
      dir: join(root, 'a'),
      resources: standInResources(),
    })
    expect(steps).toBe(2)
  })

  it('with a learning rate of 0 is refused by its recipe', () => {
    expect(() => standInRecipe({ lr: 0 })).toThrow(/lr/)
  })

  it('whose clock jumps ends as another, in seconds that are none of the clock’s', async () => {
    const recipe = standInRecipe({ epochs: 2, saveEvery: 1 })
    const whole = await train(recipe, { dir: join(root, 'whole'), resources: standInResources() })
    let jump = 1
    vi.spyOn(Date, 'now').mockImplementation(() => {
      jump *= -3
      return 1.7e12 + jump * 86_400_000
    })
    const dir = join(root, 'jumps')
    const controller = new AbortController()
    const stopped = train(recipe, {
      dir,
      resources: standInResources(),
      signal: controller.signal,
      progress: ({ task, done }) => task === 'training' && done === 5 && controller.abort(),
    })
    await expect(stopped).rejects.toMatchObject({ code: 'run/interrupted' })
    const { steps, seconds } = await train(recipe, { dir, resume: true, resources: standInResources() })
    expect(steps).toBe(whole.steps)
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThan(600)
    expect(await weights(dir)).toEqual(await weights(join(root, 'whole')))
  })

  it('in a directory that cannot be written says so with the cure, and leaves nothing', async () => {
    const refuse = () =>
      Promise.reject(Object.assign(new Error('EROFS: read-only'), { code: 'EROFS', syscall: 'open' }))
    const readOnly = Object.assign(new FaultyDisk(), { makeDirectory: refuse, open: refuse })
    const dir = join(root, 'sealed')
    const running = onDisk(readOnly, () => train(standInRecipe(), { dir, resources: standInResources() }))
    const error = { code: 'disk/read-only', cure: expect.stringContaining('name a folder that can be written') }
    await expect(running).rejects.toMatchObject(error)
    expect(await readdir(root)).toEqual([])
  })

  // The superuser writes wherever there is a disk.
  it.skipIf(process.getuid?.() === 0)('in a directory without the right to write is refused', async () => {
    const dir = join(root, 'sealed')
    await mkdir(dir)
    await chmod(dir, 0o500)
    const running = train(standInRecipe(), { dir, resources: standInResources() })
    await expect(running).rejects.toMatchObject({ code: 'disk/read-only' })
    await chmod(dir, 0o700)
  })
})
