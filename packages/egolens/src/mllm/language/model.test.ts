import { cat, expectNoLeak, Generator, grad, gradcheck, isGradEnabled, nn, noGrad, randn, scope } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { attend, attendRepeated } from './attend.js'
import { KeyValueCache } from './cache.js'
import {
  expectNear,
  golden,
  goldenIds,
  goldenLabels,
  idTensor,
  type TinyLanguage,
  tinyLanguages,
  tinyModel,
} from './language.testing.js'
import { nextTokenLoss } from './loss.js'
import type { CausalLM } from './model.js'
import { visibility } from './visibility.js'

const names = Object.keys(tinyLanguages) as TinyLanguage[]

/** Runs under a scope with a model that is freed. */
function withModel(which: TinyLanguage, run: (model: CausalLM) => void): void {
  const model = tinyModel(which)
  try {
    scope(() => run(model))
  } finally {
    model.dispose()
  }
}

describe.each(names)('%s', (name) => {
  it('agrees with an independent reference', () => {
    withModel(name, (model) => {
      const hidden = model.forward(model.embed(idTensor(goldenIds)))
      const rows = [
        [0, 0],
        [0, 8],
        [1, 5],
      ] as const
      for (const [i, [row, at]] of rows.entries())
        expectNear(hidden.select(0, row).select(0, at), golden[name].hidden[i]!)
      expectNear(model.logits(hidden.select(0, 1).select(0, 8)), golden[name].logits)
      expect(nextTokenLoss(model, hidden, goldenLabels()).item()).toBeCloseTo(golden[name].loss, 5)
    })
  })

  it('gives the same with a cache, however the tokens are cut', () => {
    withModel(name, (model) => {
      const x = model.embed(idTensor(goldenIds))
      const whole = model.forward(x)
      for (const sizes of [
        [1, 1, 1, 1, 1, 1, 1, 1, 1],
        [5, 4],
        [4, 1, 3, 1],
      ]) {
        const cache = new KeyValueCache(model.config.layers, 2)
        const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0))
        const parts = sizes.map((size, i) => model.forward(x.narrow(1, starts[i]!, size), { cache }))
        expectNear(cat(parts, 1), whole, 1e-5)
        expect(cache.length).toBe(9)
        cache.dispose()
      }
    })
  })

  it('gives each row of a padded batch what it gets alone', () => {
    withModel(name, (model) => {
      const rows = [goldenIds[0]!, goldenIds[1]!.slice(0, 4), goldenIds[1]!.slice(2, 8)]
      const alone = rows.map((ids) => model.forward(model.embed(idTensor([ids]))).squeeze(0))
      const lengths = rows.map(({ length }) => length)
      for (const side of ['left', 'right'] as const) {
        const padded = rows.map((ids) => {
          const blank = Array<number>(9 - ids.length).fill(39)
          return side === 'left' ? [...blank, ...ids] : [...ids, ...blank]
        })
        const x = model.embed(idTensor(padded))
        const cache = new KeyValueCache(model.config.layers, 3)
        for (const hidden of [
          model.forward(x, { padding: { side, lengths } }),
          model.forward(x, { padding: { side, lengths }, cache }),
        ]) {
          for (const [row, expected] of alone.entries()) {
            const start = side === 'left' ? 9 - lengths[row]! : 0
            expectNear(hidden.select(0, row).narrow(0, start, lengths[row]!), expected, 1e-5)
          }
        }
        const next = model.forward(model.embed(idTensor([[1], [2], [3]])), { cache })
        for (const [row, ids] of rows.entries()) {
          const longer = model.forward(model.embed(idTensor([[...ids, row + 1]])))
          expectNear(next.select(0, row), longer.narrow(1, ids.length, 1).reshape([1, 32]), 1e-5)
        }
        cache.dispose()
      }
    })
  })

  it('goes on from a shared prefix as from its own', () => {
    withModel(name, (model) => {
      const [prefix, rest] = [goldenIds[0]!.slice(0, 5), [goldenIds[1]!.slice(0, 3), goldenIds[1]!.slice(3, 6)]]
      const cache = new KeyValueCache(model.config.layers)
      model.forward(model.embed(idTensor([prefix])), { cache })
      const fork = cache.fork(2)
      const first = model.forward(model.embed(idTensor(rest.map((ids) => ids.slice(0, 2)))), { cache: fork })
      const second = model.forward(model.embed(idTensor(rest.map((ids) => ids.slice(2)))), { cache: fork })
      const expected = model.forward(model.embed(idTensor(rest.map((ids) => [...prefix, ...ids])))).narrow(1, 5, 3)
      expectNear(cat([first, second], 1), expected, 1e-5)
      fork.dispose()
      const again = model.forward(model.embed(idTensor([rest[0]!])), { cache })
      expectNear(again, expected.narrow(0, 0, 1), 1e-5)
      cache.dispose()
    })
  })
})

it('libtorch attention with repeated keys is the grouped one', () => {
  scope(() => {
    const generator = new Generator(3)
    const [q, k, v] = [
      randn([2, 5, 4, 6], { generator }),
      randn([2, 2, 7, 6], { generator }),
      randn([2, 2, 7, 6], { generator }),
    ]
    const sight = visibility(
      { batch: 2, past: 2, length: 5, padded: [[[0, 1]], []], window: 4 },
      { dtype: 'float32', device: 'cpu', saysCausal: false },
    )
    expectNear(attend(q!, [{ k: k!, v: v! }], sight), attendRepeated(q!, { k: k!, v: v! }, sight), 1e-6)
  })
})

it('long sequences are attended in steps that make no difference', () => {
  scope(() => {
    const generator = new Generator(4)
    const q = randn([1, 300, 2, 4], { generator, requiresGrad: true })
    const [k, v] = [randn([1, 1, 310, 4], { generator }), randn([1, 1, 310, 4], { generator })]
    const sight = visibility(
      { batch: 1, past: 10, length: 300, padded: [], window: 290 },
      { dtype: 'float32', device: 'cpu', saysCausal: false },
    )
    const [steps, whole] = [attend(q, [{ k, v }], sight), attendRepeated(q, { k, v }, sight)]
    expectNear(steps, whole, 1e-6)
    const [one, other] = [steps, whole].map((y) => grad([y.square().sum()], [q])[0]!)
    expectNear(one!, other!, 1e-4)
  })
})

it('has the gradients of finite differences', () => {
  const model = tinyModel({ ...tinyLanguages.mistral, layers: 1, window: 3 }, 'float64')
  const input = randn([1, 4, 32], { dtype: 'float64', requiresGrad: true, generator: new Generator(1) })
  scope(() => gradcheck((x) => model.forward(x!), [input]))
  input.dispose()
  model.dispose()
})

it('has the same gradients where activations are made again', () => {
  const model = tinyModel('qwen2')
  model.requiresGrad_(true)
  const gradients = () =>
    model.namedParameters().map(([, parameter]) => scope(() => (parameter.grad!.tolist() as number[]).flat(2)))
  scope(() => {
    const loss = nextTokenLoss(model, model.forward(model.embed(idTensor(goldenIds))), goldenLabels())
    loss.backward()
    const plain = gradients()
    model.zeroGrad()
    const x = model.embed(idTensor(goldenIds))
    const run = nn.checkpointSequential(model.layersIn(model.pass(x)), x)
    const again = nextTokenLoss(model, model.model.norm.forward(run.output), goldenLabels())
    again.backward()
    const order: number[] = []
    run.backward((block) => order.push(block))
    expect(again.item()).toBe(loss.item())
    expect(order).toEqual([2, 1, 0])
    const found = gradients()
    plain.forEach((values, i) => {
      const worst = Math.max(...values.map((value, j) => Math.abs(value - found[i]![j]!)))
      expect(worst).toBeLessThan(1e-6)
    })
  })
  model.dispose()
})

it('computes in bfloat16 what it computes in float32, roughly', () => {
  const [whole, half] = [tinyModel(), tinyModel('mistral', 'bfloat16')]
  scope(() => {
    const ids = idTensor(goldenIds)
    const [x, y] = [whole, half].map((model) => model.logits(model.forward(model.embed(ids))))
    expect(y!.dtype).toBe('bfloat16')
    const apart = x!.sub(y!.float())
    expect(apart.norm().item() / x!.norm().item()).toBeLessThan(0.03)
    // Embeddings of a wider type, such as a connector's, are brought to the weights'.
    expect(half.forward(whole.embed(ids)).dtype).toBe('bfloat16')
  })
  whole.dispose()
  half.dispose()
})

it('says by how many tokens a sequence is too long', () => {
  withModel('mistral', (model) => {
    const x = randn([1, 40, 32])
    const cache = new KeyValueCache(model.config.layers)
    noGrad(() => model.forward(x, { cache }))
    expect(() => model.forward(x, { cache })).toThrow('80 tokens are 16 more than the 64 positions of the model')
    cache.dispose()
  })
})

it('needs something to learn', () => {
  withModel('mistral', (model) => {
    const hidden = model.forward(model.embed(idTensor(goldenIds)))
    const nothing = idTensor(goldenIds.map((ids) => ids.map((id, at) => (at === 0 ? id : -100))))
    expect(() => nextTokenLoss(model, hidden, nothing)).toThrow('none of 2 texts has a token to learn')
  })
})

it('leaves nothing behind', () =>
  expectNoLeak(() => {
    expect(isGradEnabled()).toBe(true)
    withModel('mistral, window', (model) => {
      const cache = new KeyValueCache(model.config.layers, 2)
      model.forward(model.embed(idTensor(goldenIds)), { cache })
      const hidden = model.forward(model.embed(idTensor(goldenIds)))
      nextTokenLoss(model, hidden.requiresGrad_(true), goldenLabels()).backward()
      cache.dispose()
    })
  }))
