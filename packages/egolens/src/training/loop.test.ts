import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nn, type Tensor, tensor } from '@egolens/torch'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Method } from '../methods/types.js'
import type { TrainingState } from './checkpoint.js'
import { FrameTable } from './frame-table.js'
import { ClipLoader, streamsOf } from './loader.js'
import { RunLog } from './log.js'
import { trainLoop } from './loop.js'
import { createOptimizer } from './optimizer.js'
import { planStages } from './stages.js'
import { standInRecipe, standInResources } from './testing.js'

/** One parameter and a loss of its own. */
class One extends nn.Module {
  readonly weight = this.parameter('weight', tensor([1]))
}

/** Two parameters; each method says what it does with them. */
class Two extends nn.Module {
  readonly a = this.parameter('a', tensor([1]))
  readonly b = this.parameter('b', tensor([1]))
}

function methodWith(loss: (weight: Tensor) => Tensor): Method & { module: One } {
  const module = new One()
  return {
    name: 'one',
    needs: { clip: 'features', views: ['full'], context: [], text: 'embeddings', frames: 2 },
    components: ['noun'],
    transfersToNewLabels: true,
    module,
    classesTrain: false,
    classes: () => null,
    forward: () => ({ logits: {} }),
    loss: () => loss(module.weight),
    diagnostics: () => ({ weight: module.weight.item() }),
  }
}

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-loop-'))
})
afterEach(() => rm(root, { recursive: true }))

/** @param epochs stop after these, while the schedule is as for all */
async function loop(method: Method, training: Parameters<typeof standInRecipe>[0], epochs?: number, batch = 20) {
  const recipe = standInRecipe({ batch, ...training })
  const { features, openDataset } = standInResources()
  const table = await FrameTable.load(
    (await openDataset(recipe.data.train)).clips('train'),
    features,
    streamsOf(method.needs),
  )
  const log = await RunLog.open(join(root, 'log.jsonl'))
  const sums = { loss: 0, clips: 0, correct: {} }
  const state: TrainingState = {
    recipe: '',
    step: 0,
    epoch: 0,
    position: 0,
    sums,
    generator: '',
    logBytes: 0,
    seconds: 0,
  }
  const saved: number[] = []
  const sgd = { ...recipe.training, optimizer: 'sgd' as const, momentum: 0, weightDecay: training?.weightDecay ?? 0 }
  try {
    await trainLoop({
      training: { ...recipe.training, ...(epochs === undefined ? {} : { epochs }) },
      method,
      optimizer: createOptimizer(method.module, sgd, planStages(method, recipe.training.epochs)),
      classes: () => null,
      loader: new ClipLoader(table, method.needs, { batch, seed: 1, components: ['noun'] }),
      state,
      log,
      save: async () => void saved.push(state.step),
      progress: () => {},
    })
  } finally {
    await log.close()
    table.dispose()
  }
  return { state, saved }
}

describe('the training loop', () => {
  // With loss w^2 / 2 the gradient is w, so that each step multiplies w by 1 - lr.
  it('takes the steps that the schedule says', async () => {
    const method = methodWith((weight) => weight.pow(2).sum().mul(0.5))
    const { state, saved } = await loop(method, { epochs: 3, lr: 0.5, warmupEpochs: 2, warmupLr: 0.1, saveEvery: 2 })
    expect(method.module.weight.item()).toBeCloseTo(0.9 ** 3 * 0.75 ** 3 * 0.5 ** 3, 6)
    expect(state).toMatchObject({ step: 9, epoch: 3, position: 0 })
    expect(saved).toEqual([2, 3, 4, 6, 6, 8, 9])
    const lines = (await readFile(join(root, 'log.jsonl'), 'utf8')).trim().split('\n')
    const epoch = JSON.parse(lines[3]!) as Record<string, number>
    expect(epoch).toMatchObject({ kind: 'epoch', lr: 0.1, weight: expect.closeTo(0.9 ** 3, 6) })
    expect(epoch.loss).toBeCloseTo((1 + 0.9 ** 2 + 0.9 ** 4) / 6, 6)
  })

  it('trains in stages: what is frozen stays, slower ones are slower, schedules begin anew, the log says where', async () => {
    const module = new Two()
    const heard: string[] = []
    const method: Method = {
      ...methodWith(() => tensor(0)),
      module,
      stages: [
        { name: 'one', share: 2, scale: (name) => (name === 'a' ? 0 : 1) },
        { name: 'two', share: 1, scale: (name) => (name === 'a' ? 1 : 0.1) },
      ],
      enter: (stage) => void heard.push(stage),
      loss: () => module.a.pow(2).add(module.b.pow(2)).sum().mul(0.5),
      diagnostics: () => ({ a: module.a.item() }),
    }
    // The gradient of each is itself; weight decay of 0.2 makes it 1.2 times as long.
    const training = { epochs: 3, lr: 0.5, warmupEpochs: 1, warmupLr: 0.1, weightDecay: 0.2 }
    const { state } = await loop(method, training)
    expect(state).toMatchObject({ step: 9, epoch: 3 })
    expect(heard).toEqual(['one', 'two'])
    expect(module.a.item()).toBeCloseTo((1 - 0.12) ** 3, 6)
    expect(module.b.item()).toBeCloseTo((1 - 0.12) ** 3 * (1 - 0.6) ** 3 * (1 - 0.012) ** 3, 6)
    const lines = (await readFile(join(root, 'log.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ stage }: { stage: string }) => stage)).toEqual([
      ...Array(8).fill('one'),
      ...Array(4).fill('two'),
    ])
    expect(lines.filter(({ kind }) => kind === 'epoch')).toMatchObject([
      { lr: 0.1, a: 1 },
      { lr: 0.5, a: 1 },
      { lr: 0.1, a: expect.closeTo((1 - 0.12) ** 3, 6) },
    ])
  })

  it('clips the norm of the gradient', async () => {
    const method = methodWith((weight) => weight.mul(100).sum())
    await loop(method, { epochs: 1, lr: 0.1, clipNorm: 0.5 })
    expect(method.module.weight.item()).toBeCloseTo(1 - 3 * 0.1 * 0.5, 5)
  })

  it.each([
    ['NaN', (weight: Tensor) => weight.mul(0).sqrt().sum()],
    ['an overflow', (weight: Tensor) => weight.sub(1).sqrt().sum()],
  ])('takes no step on a gradient with %s while the loss is finite, and names the clips', async (_, loss) => {
    const method = methodWith(loss)
    const message = /the gradient became infinite or not a number on clips train-\d+/
    await expect(loop(method, { epochs: 1 })).rejects.toThrow(message)
    expect(method.module.weight.item()).toBe(1)
  })

  it.each([
    ['not a number', (weight: Tensor) => weight.sub(2).sqrt().sum()],
    ['infinite', (weight: Tensor) => weight.mul(3e38).mul(10).sum()],
  ])('takes no step on a loss that became %s; the log has all clips of the batch', async (became, loss) => {
    const method = methodWith(loss)
    const message = new RegExp(`the loss became ${became} on clips (train-\\d+, ){8}\\.\\.\\.`)
    await expect(loop(method, { epochs: 1 })).rejects.toThrow(message)
    expect(method.module.weight.item()).toBe(1)
    const [line] = (await readFile(join(root, 'log.jsonl'), 'utf8')).trim().split('\n')
    const fault = JSON.parse(line!) as { kind: string; step: number; clips: string[] }
    expect([fault.kind, fault.step, new Set(fault.clips).size]).toEqual(['fault', 0, 20])
  })

  it('with a learning rate of 0 changes nothing', async () => {
    const method = methodWith((weight) => weight.pow(2).sum())
    const { state } = await loop(method, { epochs: 2, lr: 0.5, warmupEpochs: 2, warmupLr: 0 }, 1)
    expect([state.step, method.module.weight.item()]).toEqual([3, 1])
  })

  it('takes the last batch of an epoch as it is, smaller than the others, and weighs it by its clips', async () => {
    const sizes: number[] = []
    // The loss is the number of clips, without a gradient of its own.
    const method = methodWith((weight) => weight.mul(0).sum())
    method.loss = (_, { ids }) => {
      sizes.push(ids.length)
      return method.module.weight.mul(0).sum().add(ids.length)
    }
    await loop(method, { epochs: 1 }, undefined, 50)
    expect(sizes).toEqual([50, 10])
    const lines = (await readFile(join(root, 'log.jsonl'), 'utf8')).trim().split('\n')
    expect((JSON.parse(lines.at(-1)!) as { loss: number }).loss).toBeCloseTo((50 * 50 + 10 * 10) / 60, 5)
  })
})
