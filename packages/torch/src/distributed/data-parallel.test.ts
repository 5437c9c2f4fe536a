import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { tensor } from '../creation.js'
import * as F from '../functional.js'
import { Generator } from '../generator.js'
import { expectNoLeak } from '../memory.js'
import * as nn from '../nn/index.js'
import { scope } from '../scope.js'
import type { Tensor } from '../tensor.js'
import { DataParallel } from './data-parallel.js'
import { type Group, SoleGroup } from './group.js'
import { backends } from './index.js'
import { runAlike, runRanks, type Told } from './ranks.testing.js'

const has = backends().includes('gloo')
const skipped = has ? '' : ' (skipped: the add-on was built without Gloo)'

interface Scenario {
  /** For each rank its micro-batches: which of the 8 samples of an update they hold. */
  shares: readonly (readonly (readonly number[])[])[]
  options?: { bucketBytes?: number; gradAccumulation?: number }
  plain?: boolean
}

/**
 * Trains a stem, four checkpointed blocks and a head by 6 updates of 8 samples, of which a rank gets its share; a layer
 * that takes no part must stay as it is. Tells how many samples were seen and all weights.
 */
const training = (scenarios: Readonly<Record<string, Scenario>>) => `
const { nn, optim, F, Generator } = T
class Net extends nn.Module {
  constructor(seed) {
    super()
    const generator = new Generator(seed)
    this.stem = new nn.Linear(3, 8, { generator })
    this.blocks = Array.from({ length: 4 }, () => new nn.Sequential(new nn.Linear(8, 8, { generator }), new nn.GELU()))
    this.head = new nn.Linear(8, 5, { generator })
    this.unused = new nn.Linear(2, 2, { generator })
  }
}
const group = await distributed.init({ timeoutSeconds: 30 })
const data = new Generator(9)
const x = T.randn([48, 3], { generator: data })
const y = T.randint(0, 5, [48], { generator: data })
for (const [name, { shares, options, plain }] of Object.entries(${JSON.stringify(scenarios)})) {
  const net = new Net(group.rank + 1) // rank 0's start is everybody's
  const blocks = plain ? [] : net.blocks
  const parallel = await distributed.DataParallel.open(net, group, { blocks, ...options })
  const optimizer = new optim.AdamW(net.parameters(), { lr: 0.05 })
  const counted = []
  for (let step = 0; step < 7; step++) {
    const seen = await scope(async () => {
      for (const share of step < 6 ? shares[group.rank] : []) {
        const rows = tensor(share.map((i) => 8 * step + i), { dtype: 'int64' })
        const stem = net.stem.forward(x.indexSelect(0, rows))
        const run = plain ? null : nn.checkpointSequential(net.blocks, stem)
        const output = run ? run.output : net.blocks.reduce((h, block) => block.forward(h), stem)
        parallel.backward(F.crossEntropy(net.head.forward(output), y.indexSelect(0, rows)), share.length)
        run?.backward((index) => parallel.blockDone(index))
      }
      return parallel.finish()
    })
    counted.push(seen)
    if (seen === 0) break
    optimizer.step()
    optimizer.zeroGrad()
  }
  const start = new Net(1)
  tell({ name, counted, unused: net.unused.weight.equal(start.unused.weight),
    weights: net.parameters().flatMap((parameter) => parameter.tolist().flat(2)) })
}
await group.destroy()`

interface Trained {
  name: string
  counted: number[]
  unused: boolean
  weights: number[]
}

const trained = ({ told, status, stderr }: Told): Map<string, Trained> => {
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return new Map((told as Trained[]).map((each) => [each.name, each]))
}

const farthest = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))

const all = [0, 1, 2, 3, 4, 5, 6, 7]
const scenarios: Record<string, Scenario> = {
  'equal shares': { shares: [[[0, 1, 2, 3]], [[4, 5, 6, 7]]] },
  'unequal shares and many buckets': { shares: [[[0, 1, 2, 3, 4, 5, 6]], [[7]]], options: { bucketBytes: 200 } },
  'a rank without a batch': { shares: [[all], []] },
  'micro-batches of different sizes': {
    shares: [
      [[0], [1, 2]],
      [
        [3, 4],
        [5, 6, 7],
      ],
    ],
    options: { gradAccumulation: 2 },
  },
  'a rank with fewer micro-batches': {
    shares: [
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
      [[6, 7]],
    ],
    options: { gradAccumulation: 2 },
  },
  'no checkpointing': { shares: [[[0, 1, 2, 3]], [[4, 5, 6, 7]]], plain: true },
}

describe.skipIf(!has)(`training on two ranks${skipped}`, () => {
  let one: Trained
  let two: Map<string, Trained>[]
  beforeAll(async () => {
    const [alone, pair] = await Promise.all([
      runAlike(1, training({ alone: { shares: [[all]] } })),
      runAlike(2, training(scenarios)),
    ])
    one = trained(alone[0]!).get('alone')!
    two = pair.map(trained)
  })

  it.each(Object.keys(scenarios))('gives what one process gives on all samples, with %s', (name) => {
    const [first, second] = two.map((ranks) => ranks.get(name)!)
    expect(second).toEqual(first)
    expect(first).toMatchObject({ counted: [8, 8, 8, 8, 8, 8, 0], unused: true })
    expect(farthest(first!.weights, one.weights)).toBeLessThan(1e-5)
  })

  it('refuses ranks with different models', async () => {
    const body = (width: number) => `
      const group = await distributed.init({ timeoutSeconds: 30 })
      await distributed.DataParallel.open(new T.nn.Linear(2, ${width}), group)`
    for (const { told } of await runRanks([body(2), body(3)])) {
      expect(told).toEqual([
        { code: 'BadArgument', message: expect.stringContaining('rank 1 of 2 has another model than rank 0') },
      ])
    }
  })

  it('sends buffers and frozen parameters of rank 0 at the start', async () => {
    const ranks = await runAlike(
      2,
      `const group = await distributed.init({ timeoutSeconds: 30 })
      const norm = new T.nn.BatchNorm1d(2)
      norm.weight.requiresGrad_(false)
      T.noGrad(() => [norm.weight, norm.runningMean].forEach((each) => each.fill_(group.rank + 5)))
      await distributed.DataParallel.open(norm, group)
      tell([norm.weight.tolist(), norm.runningMean.tolist()])
      await group.destroy()`,
    )
    for (const { told } of ranks)
      expect(told).toEqual([
        [
          [5, 5],
          [5, 5],
        ],
      ])
  })
})

describe('a model of one process', () => {
  let model: nn.Linear
  const open = (options = {}) => {
    model = new nn.Linear(2, 1, { generator: new Generator(1) })
    return DataParallel.open(model, new SoleGroup('cpu'), options)
  }
  afterEach(() => model.dispose())
  const loss = () => F.mseLoss(model.forward(tensor([[1, 2]])), tensor([[3]]))

  it('has the gradient of the mean over all samples, and frees what it took', async () => {
    const parallel = await open({ gradAccumulation: 2 })
    scope(() => loss().backward())
    const plain = model.weight.grad!.tolist()
    model.weight.grad = null
    model.bias!.grad = null
    await expectNoLeak(() =>
      scope(async () => {
        parallel.backward(loss(), 3)
        parallel.backward(loss(), 1)
        expect(await parallel.finish()).toBe(4)
        expect(model.weight.grad!.tolist()).toEqual(plain)
      }),
    )
  })

  it('has no gradients where nobody had a batch', async () => {
    const parallel = await open()
    expect(await parallel.finish()).toBe(0)
    expect(model.weight.grad).toBeNull()
  })

  it('refuses what would go wrong silently', async () => {
    const parallel = await open()
    scope(() => {
      expect(() => parallel.backward(loss(), 0)).toThrow('a mean is over some samples, not 0; leave an empty batch out')
      parallel.backward(loss(), 1)
      expect(() => parallel.backward(loss(), 1)).toThrow(
        'all 1 micro-batches of this update were given: await finish()',
      )
    })
    model.bias!.requiresGrad_(false)
    await expect(parallel.finish()).rejects.toThrow(
      'other parameters are trained than when the model was made data-parallel',
    )
    await expect(open({ gradAccumulation: 0 })).rejects.toThrow('gradAccumulation is a whole number from 1, not 0')
    await expect(open({ bucketBytes: 0 })).rejects.toThrow('bucketBytes is a number above 0, not 0')
  })

  it('sends a block as soon as it and those behind it are done, and waits for the last micro-batch', async () => {
    const sent: number[] = []
    class Watched extends SoleGroup {
      override allReduce(row?: Tensor) {
        sent.push(row!.numel)
        return super.allReduce()
      }
    }
    // Rows hold the gradients and a flag for each parameter: 1 x (n + 1), and 2 flags.
    const sequence = new nn.Sequential(...[1, 2, 3].map((n) => new nn.Linear(n, 1)), new nn.Linear(9, 1))
    const group: Group = new Watched('cpu')
    const blocks = [0, 1, 2].map((i) => sequence.children()[i]!)
    const parallel = await DataParallel.open(sequence, group, { blocks, gradAccumulation: 2 })
    const backward = () => scope(() => parallel.backward(sequence.parameters()[0]!.sum(), 1))
    backward()
    parallel.blockDone(2)
    expect(sent).toEqual([])
    backward()
    parallel.blockDone(1)
    expect(sent).toEqual([])
    parallel.blockDone(2)
    expect(sent).toEqual([6, 5])
    await parallel.finish()
    expect(sent).toEqual([6, 5, 4, 12, 1])
    sequence.dispose()
  })
})
