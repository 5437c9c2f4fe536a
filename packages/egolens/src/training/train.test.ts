import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expectNoLeak, safetensors } from '@egolens/torch'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { top1 } from '../evaluation/top1.js'
import { loadAdapter, readAdapterInfo } from './adapter.js'
import { release, scoreClips } from './evaluate.js'
import { evaluateRun } from './evaluate-run.js'
import { readRecipe } from './recipe.js'
import { smallEgoPrompt, standInRecipe, standInResources } from './testing.js'
import { train } from './train.js'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-train-'))
})
afterEach(() => rm(root, { recursive: true }))

const weights = (dir: string) => readFile(join(dir, 'adapter.safetensors'))
const log = async (dir: string) =>
  (await readFile(join(dir, 'log.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map(
      (line) =>
        JSON.parse(line) as {
          kind: string
          step: number
          loss: number
          accuracy: { noun: number }
          validation?: number
          stage?: string
          usageEntropy?: number
        },
    )

const stagedRecipe = (
  training: Parameters<typeof standInRecipe>[0],
  changes: Parameters<typeof standInRecipe>[1] = {},
) => standInRecipe(training, { method: 'egoprompt', component: 'both', options: smallEgoPrompt, ...changes })

async function run(name: string, recipe = standInRecipe(), options: { resume?: boolean; signal?: AbortSignal } = {}) {
  const dir = join(root, name)
  return { dir, summary: await train(recipe, { dir, resources: standInResources(), ...options }) }
}

describe('a training run', () => {
  it('learns, and leaves an adapter that scores clips', async () => {
    const { dir, summary } = await run('a', standInRecipe({ epochs: 12 }, { options: { metaNet: 'linear' } }))
    expect(summary).toMatchObject({ steps: 48, clips: 60, epoch: 11, method: 'x-mic', unlabelled: 0, skipped: [] })
    const epochs = (await log(dir)).filter((line) => line.kind === 'epoch')
    expect(epochs).toHaveLength(12)
    expect(epochs.at(-1)!.loss).toBeLessThan(epochs[0]!.loss / 3)

    const { backbone, features, openDataset } = standInResources()
    const dataset = await openDataset({ dataset: 'own', split: 'test' })
    const { method, info } = await loadAdapter(dir, backbone)
    const { noun } = await scoreClips(method, dataset.clips('test'), dataset.labels, { features })
    expect(noun).toHaveLength(30)
    expect(noun![0]!.logits).toHaveLength(6)
    expect(top1(noun!)).toBeGreaterThan(0.8)
    const classes = method.classes(dataset.labels)
    const again = () => scoreClips(method, dataset.clips('test'), dataset.labels, { features, classes })
    expect([(await again()).noun, (await again()).noun]).toEqual([noun, noun])
    release(classes)
    expect(info).toMatchObject({ components: ['noun'], frames: 4, calibration: null, transfersToNewLabels: true })
  })

  it('gives equal weights for equal seeds and others for others', async () => {
    const [a, b, c] = [await run('a'), await run('b'), await run('c', standInRecipe({ seed: 2 }))]
    expect(await weights(a.dir)).toEqual(await weights(b.dir))
    expect((await weights(a.dir)).equals(await weights(c.dir))).toBe(false)
  })

  it('resumes bit for bit after an interruption within an epoch', async () => {
    const recipe = standInRecipe({ epochs: 3 })
    const whole = await run('whole', recipe)
    const controller = new AbortController()
    const dir = join(root, 'cut')
    const stopAt5 = train(recipe, {
      dir,
      resources: standInResources(),
      signal: controller.signal,
      progress: ({ task, done }) => task === 'training' && done === 5 && controller.abort(),
    })
    await expect(stopAt5).rejects.toMatchObject({ code: 'run/interrupted' })
    const { summary } = await run('cut', recipe, { resume: true })
    expect(summary).toMatchObject({ resumedFrom: 5, steps: 12 })
    expect(await weights(dir)).toEqual(await weights(whole.dir))
    const losses = async (of: string) => (await log(of)).filter((line) => line.kind === 'step').map((line) => line.loss)
    expect(await losses(dir)).toEqual(await losses(whole.dir))
  })

  it.each([7, 8, 9, 11])('in two stages resumes bit for bit, interrupted after step %d of 8 and 8', async (step) => {
    const recipe = stagedRecipe({ epochs: 4 })
    const whole = await run('whole', recipe)
    const controller = new AbortController()
    const dir = join(root, 'cut')
    const stopped = train(recipe, {
      dir,
      resources: standInResources(),
      signal: controller.signal,
      progress: ({ task, done }) => task === 'training' && done === step && controller.abort(),
    })
    await expect(stopped).rejects.toMatchObject({ code: 'run/interrupted' })
    const { summary } = await run('cut', recipe, { resume: true })
    expect(summary).toMatchObject({ resumedFrom: step, steps: 16 })
    expect(await weights(dir)).toEqual(await weights(whole.dir))
    const lines = async (of: string) =>
      (await log(of)).filter(({ kind }) => kind !== 'resume').map((line) => ({ ...line, seconds: 0 }))
    expect(await lines(dir)).toEqual(await lines(whole.dir))
  })

  it('in two stages encodes class texts in every step of the first, then once', async () => {
    const resources = standInResources()
    const { text } = resources.backbone
    let calls = 0
    const { encodeFromEmbeddings } = text
    text.encodeFromEmbeddings = (...given) => {
      calls++
      return encodeFromEmbeddings.apply(text, given)
    }
    const dir = join(root, 'a')
    await train(stagedRecipe({ epochs: 4 }), { dir, resources })
    // Verbs and nouns: the longest text of each before all, eight steps, then once.
    expect(calls).toBe(2 + 2 * 8 + 2)
    const epochs = (await log(dir)).filter(({ kind }) => kind === 'epoch')
    expect(epochs.map(({ stage, usageEntropy }) => [stage, typeof usageEntropy])).toEqual([
      ...Array(2).fill(['component prompts', 'undefined']),
      ...Array(2).fill(['prompt pool', 'number']),
    ])
  })

  it('in two stages learns in both, and keeps no epoch of the first', async () => {
    const validation = { data: { ...standInRecipe().data, validation: { holdOut: 0.3 } } }
    const recipe = stagedRecipe({ epochs: 16, lr: 2e-2, select: 'val_within' }, validation)
    const { dir, summary } = await run('a', recipe)
    const epochs = (await log(dir)).filter(({ kind }) => kind === 'epoch')
    const scores = epochs.map(({ validation }) => validation!)
    const best = Math.max(...scores.slice(8))
    expect(summary.epoch).toBe(8 + scores.slice(8).indexOf(best))
    expect(epochs[7]!.loss).toBeLessThan(epochs[0]!.loss / 2)
    expect(epochs[15]!.loss).toBeLessThan(epochs[8]!.loss)
    await expect(run('b', stagedRecipe({ epochs: 1 }))).rejects.toMatchObject({ code: 'training/too-few-epochs' })
  })

  it('passes over a damaged checkpoint and says so', async () => {
    const recipe = standInRecipe({ epochs: 3 })
    const { dir } = await run('a', recipe)
    const expected = await weights(dir)
    const [, newest] = (await readdir(join(dir, 'checkpoints'))).filter((name) => name.startsWith('step')).sort()
    const path = join(dir, 'checkpoints', newest!, 'model.safetensors')
    const bytes = await readFile(path)
    bytes[bytes.length - 1]! ^= 1
    await writeFile(path, bytes)
    await cp(join(dir, 'checkpoints', newest!), join(dir, 'checkpoints', 'step-9999999'), { recursive: true })
    await rm(join(dir, 'checkpoints', 'step-9999999', 'manifest.json'))
    const { summary } = await run('a', recipe, { resume: true })
    expect(summary.resumedFrom).toBe(8)
    expect(summary.skipped).toEqual([
      { name: 'step-9999999', reason: 'no such file' },
      { name: 'step-0000012', reason: 'model.safetensors was changed or damaged' },
    ])
    expect(await weights(dir)).toEqual(expected)
  })

  it('is not begun over another run, nor resumed with another recipe', async () => {
    await run('a')
    await expect(run('a')).rejects.toMatchObject({ code: 'run/exists' })
    await expect(run('a', standInRecipe({ lr: 1 }), { resume: true })).rejects.toThrow('training.lr 0.01 -> 1')
  })

  it('that was refused before its first step may begin in the same directory, mended', async () => {
    const dir = join(root, 'a')
    const { data } = standInRecipe()
    const wrong = standInRecipe({ epochs: 1 }, { data: { ...data, train: { ...data.train, split: 'trian' } } })
    await expect(train(wrong, { dir, resources: standInResources() })).rejects.toMatchObject({
      code: 'training/no-split',
    })
    const summary = await train(standInRecipe({ epochs: 1 }), { dir, resources: standInResources() })
    expect(summary.steps).toBe(4)
    expect((await readRecipe(join(dir, 'recipe.yaml'))).data.train.split).toBe('train')
  })

  it('is not resumed on other features or other clips', async () => {
    const { dir } = await run('a', standInRecipe({ epochs: 1 }))
    const resources = standInResources()
    const { key } = resources.features
    resources.features.key = (stream) => `other ${key(stream)}`
    const again = (others: typeof resources) =>
      train(standInRecipe({ epochs: 1 }), { dir, resume: true, resources: others })
    await expect(again(resources)).rejects.toMatchObject({ code: 'run/other-inputs' })
    await expect(again(resources)).rejects.toThrow('features image hand "hand" -> "other hand"')
    await expect(again(standInResources({ clips: 59 }))).rejects.toThrow('training clips')
  })

  it('passes on what is odd in the data', async () => {
    const resources = standInResources()
    const dataset = await resources.openDataset({ dataset: 'own', split: 'train' })
    resources.openDataset = async () => ({ ...dataset, warnings: ['2 videos are in train and in test'] })
    const { data } = standInRecipe()
    const same = { ...data.train, name: 'same' }
    const recipe = standInRecipe({ epochs: 1 }, { data: { ...data, test: [...data.test, same] } })
    const { warnings } = await train(recipe, { dir: join(root, 'a'), resources })
    expect(warnings).toEqual([
      '2 videos are in train and in test',
      'the test set "same" is what is trained on: its figures say nothing of new clips',
    ])
  })

  it('that is finished keeps its calibration when it is resumed', async () => {
    const recipe = standInRecipe({ epochs: 1 })
    const { dir } = await run('a', recipe)
    const path = join(dir, 'adapter.json')
    const info = { ...(await readAdapterInfo(dir)), calibration: { threshold: 0.4 } }
    await writeFile(path, JSON.stringify(info))
    await run('a', recipe, { resume: true })
    expect(await readAdapterInfo(dir)).toEqual(info)
    await rm(join(dir, 'checkpoints'), { recursive: true })
    await rm(join(dir, 'adapter.safetensors'))
    await run('a', recipe, { resume: true })
    expect((await readAdapterInfo(dir)).calibration).toEqual({ threshold: 0.4 })
  })

  it('names the clips of a batch whose loss is not finite, and takes no step', async () => {
    const resources = standInResources({ clips: 12 })
    const { read } = resources.features
    resources.features.read = async (stream, source) => {
      const features = await read(stream, source)
      if (source === 'train-3.mp4') features!.values.fill(Number.NaN)
      return features
    }
    const dir = join(root, 'nan')
    const running = train(standInRecipe({ batch: 4 }), { dir, resources })
    await expect(running).rejects.toThrow(/the loss became not a number on clips (.*, )?train-3\b/)
    expect(await readdir(join(dir, 'checkpoints'))).toEqual([])
  })

  it('keeps the best epoch by validation clips of other participants', async () => {
    const recipe = standInRecipe(
      { epochs: 4, select: 'val_within', lr: 5e-2 },
      { data: { ...standInRecipe().data, validation: { holdOut: 0.3 } } },
    )
    const { dir, summary } = await run('a', recipe)
    const scores = (await log(dir)).filter((line) => line.kind === 'epoch').map((line) => line.validation!)
    expect(scores).toHaveLength(4)
    expect(summary.epoch).toBe(scores.indexOf(Math.max(...scores)))
    expect(summary.clips).toBeLessThanOrEqual(42)
    expect(await weights(dir)).toEqual(await readFile(join(dir, 'best.safetensors')))
  })

  it('may select by clips of another dataset that are not the test', async () => {
    const cross = { dataset: 'own', file: 'other.csv', split: 'train' }
    const data = { ...standInRecipe().data, validation: { cross } }
    const { dir, summary } = await run('a', standInRecipe({ epochs: 3, select: 'val_cross' }, { data }))
    const scores = (await log(dir)).filter((line) => line.kind === 'epoch').map((line) => line.validation!)
    expect(summary).toMatchObject({ clips: 60, epoch: scores.indexOf(Math.max(...scores)) })
  })

  it('trains verbs and nouns together, CoOp, and nothing at all', async () => {
    const both = await run('both', standInRecipe({ epochs: 1 }, { component: 'both' }))
    expect((await readAdapterInfo(both.dir)).components).toEqual(['verb', 'noun'])
    const coop = await run('coop', standInRecipe({ epochs: 1 }, { method: 'coop', options: { contextTokens: 4 } }))
    expect(coop.summary).toMatchObject({ parameters: 24, steps: 4 })
    const { summary } = await run('zero', standInRecipe({}, { method: 'zero-shot' }))
    expect(summary).toMatchObject({ parameters: 0, steps: 0 })
  })

  it.each([
    ['x-mic', {}],
    ['coop', { contextTokens: 4 }],
    ['egoprompt', smallEgoPrompt],
    ['cocoop', { recompute: true, temporalLayers: 1 }],
    ['clip-adapter-temporal', { preset: 'x-mic' }],
    ['a5', { prefix: 4, postfix: 4, contrastClasses: 3, recompute: true }],
  ])('of %s leaves no tensor behind, neither does scoring', async (method, options) => {
    const resources = standInResources()
    const recipe = standInRecipe({}, { method, options })
    await run('warm', recipe)
    await expectNoLeak(async () => {
      const dir = join(root, 'a')
      await train(recipe, { dir, resources })
      await evaluateRun(dir, { resources })
    })
  })

  it('trains in bfloat16 where a recipe says so', async () => {
    const { dir } = await run('a', standInRecipe({ epochs: 1, precision: 'bfloat16' }))
    const other = await run('b', standInRecipe({ epochs: 1 }))
    expect((await weights(dir)).equals(await weights(other.dir))).toBe(false)
    const tensors = Object.values(safetensors.load(join(dir, 'adapter.safetensors')))
    expect(tensors.every((tensor) => tensor.dtype === 'float32')).toBe(true)
  })

  it('refuses an adapter on another backbone, or with other weights', async () => {
    const { dir } = await run('a', standInRecipe({ epochs: 1 }))
    const { backbone } = standInResources()
    const other = { ...backbone, image: { ...backbone.image, hash: 'x', name: 'other' } }
    await expect(loadAdapter(dir, other)).rejects.toThrow('trained on the image encoder image')
    const bytes = await weights(dir)
    bytes[bytes.length - 1]! ^= 1
    await writeFile(join(dir, 'adapter.safetensors'), bytes)
    await expect(loadAdapter(dir, backbone)).rejects.toMatchObject({ code: 'adapter/damaged' })
  })
})
