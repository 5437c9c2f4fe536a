import { nn, tensor } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import type { Method, Stage } from '../methods/types.js'
import { createOptimizer } from './optimizer.js'
import { enterStage, planStages, setRates } from './stages.js'
import { standInRecipe } from './testing.js'

class Three extends nn.Module {
  readonly a = this.parameter('a', tensor([1]))
  readonly b = this.parameter('b', tensor([1]))
  readonly c = this.parameter('c', tensor([1]))
}

const stage = (name: string, share: number, scales: Record<string, number> = {}): Stage => ({
  name,
  share,
  scale: (parameter) => scales[parameter] ?? 1,
})

function staged(stages: Stage[]): Method & { module: Three; heard: string[] } {
  const heard: string[] = []
  return {
    name: 'three',
    needs: { clip: 'features', views: ['full'], context: [], text: 'embeddings', frames: 2 },
    components: ['noun'],
    transfersToNewLabels: true,
    module: new Three(),
    stages,
    enter: (name) => void heard.push(name),
    classesTrain: false,
    classes: () => null,
    forward: () => ({ logits: {} }),
    heard,
  }
}

const plan = (shares: number[], epochs: number) =>
  planStages({ name: 'x', stages: shares.map((share, i) => stage(String(i), share)) }, epochs).map(
    ({ from, epochs }) => [from, epochs],
  )

describe('stages', () => {
  it('divide the epochs by their shares, each having one at least, and no epoch is lost', () => {
    expect(plan([1, 1], 30)).toEqual([
      [0, 15],
      [15, 15],
    ])
    expect(plan([2, 1], 10)).toEqual([
      [0, 7],
      [7, 3],
    ])
    expect(plan([0.001, 1, 0.001], 5)).toEqual([
      [0, 1],
      [1, 3],
      [4, 1],
    ])
    expect(plan([1, 1, 1], 3).map(([, epochs]) => epochs)).toEqual([1, 1, 1])
    for (let epochs = 3; epochs < 40; epochs++) {
      const counts = plan([5, 0.2, 1], epochs).map(([, count]) => count!)
      expect(counts.reduce((sum, count) => sum + count)).toBe(epochs)
      expect(Math.min(...counts)).toBeGreaterThan(0)
    }
  })

  it('are one that trains everything, where a method has none', () => {
    const [only, ...others] = planStages({ name: 'x' }, 4)
    expect(only).toMatchObject({ from: 0, epochs: 4, last: true })
    expect([only!.name, only!.scale('anything'), others]).toEqual([undefined, 1, []])
  })

  it('are refused with too few epochs', () => {
    expect(() => plan([1, 1], 1)).toThrow('x trains in 2 stages (0, 1)')
  })

  it('make groups of parameters that always have the same scale, and set their rates by a schedule of their own', () => {
    const method = staged([stage('one', 1, { a: 0 }), stage('two', 1, { b: 0.1, c: 0.1 })])
    const { training } = standInRecipe({ lr: 1, schedule: 'cosine', warmupEpochs: 1, warmupLr: 0.5 })
    const stages = planStages(method, 8)
    const optimizer = createOptimizer(method.module, training, stages)
    const { a, b, c } = method.module
    expect(optimizer.groups.map(({ params }) => params)).toEqual([[a], [b, c]])
    const rates = Array.from({ length: 8 }, (_, epoch) => {
      const lr = setRates(optimizer, method, training, stages[epoch < 4 ? 0 : 1]!, epoch)
      return [lr, ...optimizer.groups.map((group) => group.lr)]
    })
    // Warm-up, then half a cosine over the stage's four epochs; the second stage begins anew.
    const schedule = [0.5, 1, (1 + Math.SQRT1_2) / 2, 0.5]
    const near = (values: number[]) => values.map((value) => expect.closeTo(value, 10))
    expect(rates).toEqual([
      ...schedule.map((lr) => near([lr, 0, lr])),
      ...schedule.map((lr) => near([lr, lr, 0.1 * lr])),
    ])
    optimizer.dispose()
  })

  it('tell the method, and what they freeze has no gradient any more', () => {
    const method = staged([stage('one', 1, { a: 0 }), stage('two', 1, { b: 0 })])
    const { a, b, c } = method.module
    const [one, two] = planStages(method, 2)
    enterStage(method, one!)
    expect([a, b, c].map((parameter) => parameter.requiresGrad)).toEqual([false, true, true])
    b.mul(c).sum().backward()
    expect(b.grad).not.toBeNull()
    enterStage(method, two!)
    expect([a, b, c].map((parameter) => parameter.requiresGrad)).toEqual([true, false, true])
    expect(b.grad).toBeNull()
    expect(method.heard).toEqual(['one', 'two'])
  })
})
