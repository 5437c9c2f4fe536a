import { expectNoLeak, nn, scope, type Tensor, tensor } from '@egolens/torch'
import { expect, it } from 'vitest'
import type { Method } from '../methods/types.js'
import { ClassTexts } from './class-texts.js'

class One extends nn.Module {
  readonly weight = this.parameter('weight', tensor([2]))
}

function method(module: One): Method<{ noun: Tensor }> & { calls: number; train: boolean } {
  return {
    name: 'one',
    needs: { clip: 'features', views: ['full'], context: [], text: 'tokens', frames: 1 },
    components: ['noun'],
    transfersToNewLabels: true,
    module,
    calls: 0,
    train: true,
    get classesTrain() {
      return this.train
    },
    classes() {
      this.calls++
      return { noun: module.weight.mul(3) }
    },
    forward: () => ({ logits: {} }),
  }
}

it('class texts are encoded in every step while they train, once a stage otherwise, and freed', async () => {
  const module = new One()
  await expectNoLeak(async () => {
    const one = method(module)
    const texts = new ClassTexts(one, {})
    const step = () => scope(() => (texts.get() as { noun: Tensor }).noun.requiresGrad)
    expect([step(), step(), one.calls]).toEqual([true, true, 2])
    one.train = false
    texts.forget() // a stage begins
    expect([step(), step(), one.calls]).toEqual([false, false, 3])
    texts.forget()
    expect([step(), one.calls]).toEqual([false, 4])
    texts.forget()
  })
  module.dispose()
})
