import { cat, F, Generator, gradcheck, noGrad, optim, randn, scope, stack, type Tensor, tensor } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import {
  frequencyLoss,
  meanCosine,
  orthogonalityLoss,
  penalised,
  softUsage,
  usageEntropy,
} from './egoprompt.criteria.js'
import { PatternFusion } from './egoprompt.fusion.js'
import { sphericalMeans } from './egoprompt.keys.js'
import { type EgoPromptOptions, egoPromptOptions } from './egoprompt.options.js'
import { PromptPool } from './egoprompt.pool.js'
import { formula } from './testing.js'

const D = 8
const both = ['verb' as const, 'noun' as const]
const optionsOf = (changes: Partial<EgoPromptOptions>) =>
  egoPromptOptions.parse({ poolSize: 6, topN: 2, promptLength: 2, fusionHeads: 2, heads: 2, ...changes })
const poolOf = (changes: Partial<EgoPromptOptions> = {}, seed = 1) =>
  new PromptPool(optionsOf(changes), both, D, new Generator(seed))

/** Representations that nearly all lie in one direction, [2, clips, D]: they all want the same few pairs. */
function skewed(generator: Generator, clips = 32): Tensor {
  const noise = randn([2, clips, D], { generator })
  return noise.mul(0.4).add(formula([D], { step: 1.3, scale: 3 }))
}

const values = (x: Tensor) => x.tolist() as number[]

describe('frequency regularisation', () => {
  it('is 0 for even usage, log M or 1 - 1/M where one pair has it all', () => {
    scope(() => {
      const [even, single] = [tensor([0.25, 0.25, 0.25, 0.25]), tensor([1, 0, 0, 0])]
      expect(frequencyLoss(even, 'kl').item()).toBeCloseTo(0, 6)
      expect(frequencyLoss(even, 'l2').item()).toBe(0)
      expect(frequencyLoss(single, 'kl').item()).toBeCloseTo(Math.log(4), 6)
      expect(frequencyLoss(single, 'l2').item()).toBeCloseTo(0.75, 6)
      expect([usageEntropy(even).item(), usageEntropy(single).item()]).toEqual([
        expect.closeTo(1, 6),
        expect.closeTo(0, 6),
      ])
    })
  })

  it('takes beta (M f - 1) from the scores, or multiplies distances with frequencies, or leaves them', () => {
    scope(() => {
      const [scores, f] = [tensor([[0.5, 0.2]]), tensor([0.75, 0.25])]
      const judged = (changes: Partial<EgoPromptOptions>) =>
        (penalised(scores, f, optionsOf(changes)).tolist() as number[][])[0]!.map((value) => expect.closeTo(value, 6))
      expect([0.5 - 0.1 * 0.5, 0.2 + 0.1 * 0.5]).toEqual(judged({}))
      expect([0.5 - 0.25, 0.2 + 0.25]).toEqual(judged({ freq: 'l2', penalty: 0.5 }))
      expect([-0.5 * 0.75, -0.8 * 0.25]).toEqual(judged({ freq: 'l2p' }))
      expect([0.5, 0.2]).toEqual(judged({ freq: 'none' }))
    })
  })

  /** Entropies of the choices of 40 batches of skewed clips, nothing trained: as a test makes them, and as training does. */
  function entropiesOf(changes: Partial<EgoPromptOptions>) {
    const pool = poolOf({ decay: 0.9, ...changes })
    const generator = new Generator(5)
    for (let step = 0; step < 40; step++) scope(() => void pool.decompose(skewed(generator)))
    const { usageEntropy, penalisedEntropy } = pool.diagnostics()
    pool.dispose()
    return { tested: usageEntropy!, trained: penalisedEntropy! }
  }

  it.each([
    ['kl', { penalty: 1 }],
    ['l2', { freq: 'l2' as const, penalty: 1 }],
    ['l2p', { freq: 'l2p' as const }],
  ])('by the penalty alone makes a skewed set use the whole pool (%s)', (_, changes) => {
    expect(entropiesOf({ freq: 'none' }).trained).toBeLessThan(0.6)
    expect(entropiesOf(changes).trained).toBeGreaterThan(0.9)
  })

  it('by the penalty alone leaves what a test would choose as it was, and usage entropy says so', () => {
    const { tested, trained } = entropiesOf({ penalty: 1, decay: 0.99 })
    expect(trained).toBeGreaterThan(0.9)
    expect(tested).toBeLessThan(0.6)
    expect(tested).toBeCloseTo(entropiesOf({ freq: 'none', decay: 0.99 }).tested, 12)
  })

  // In eight dimensions keys lie opposite to the clips; at tau_f 0.1 softmax gives those no gradient any more.
  it.each(['kl', 'l2'] as const)('by its loss alone moves keys until a skewed set uses the whole pool (%s)', (freq) => {
    const freqTemperature = 0.3
    const alone = { freq, freqTemperature, penalty: 0, freqWeight: 1, orthWeight: 0, pullWeight: 0 }
    const pool = poolOf(alone)
    const optimizer = new optim.AdamW([pool.keys], { lr: 2e-2, weightDecay: 0 })
    const entropy = () =>
      scope(() => usageEntropy(softUsage(pool.decompose(skewed(new Generator(9))).scores, freqTemperature)).item())
    const before = entropy()
    const generator = new Generator(5)
    for (let step = 0; step < 200; step++) {
      scope(() => {
        const { freq: loss } = pool.losses(pool.decompose(skewed(generator)))
        optimizer.zeroGrad()
        loss!.backward()
        optimizer.step()
      })
    }
    expect(before).toBeLessThan(0.87)
    expect(entropy()).toBeGreaterThan(0.99)
    optimizer.dispose()
    pool.dispose()
  })

  it('counts choices of training as a running share, which is saved; a test neither counts nor is penalised', () => {
    const pool = poolOf({ decay: 0.5, penalty: 10 })
    scope(() => {
      noGrad(() => pool.frequency.copy_(tensor([1, 0, 0, 0, 0, 0])))
      const clips = skewed(new Generator(5))
      pool.eval()
      const tested = pool.decompose(clips)
      expect(values(tested.chosen.flatten())).toEqual(values(tested.scores.topk(2, -1)[1].flatten()))
      expect(values(pool.frequency)).toEqual([1, 0, 0, 0, 0, 0])
      pool.train()
      const { chosen } = pool.decompose(clips)
      const counts = [0, 1, 2, 3, 4, 5].map((m) => values(chosen.flatten()).filter((pair) => pair === m).length)
      expect(counts[0]).toBe(0)
      const expected = counts.map((n, m) => expect.closeTo((n / 128 + (m === 0 ? 1 : 0)) / 2, 6))
      expect(values(pool.frequency)).toEqual(expected)
      expect(Object.keys(pool.stateDict())).toEqual(
        expect.arrayContaining(['frequency', 'preferred', 'usage', 'keys', 'values']),
      )
    })
    pool.dispose()
  })
})

describe('orthogonalisation', () => {
  it('is 0 for orthogonal rows and 1 a part for equal ones', () => {
    scope(() => {
      const orthogonal = tensor([
        [2, 0],
        [0, 3],
      ])
      const equal = tensor([
        [1, 1],
        [2, 2],
      ])
      expect(orthogonalityLoss(orthogonal, orthogonal).item()).toBeCloseTo(0, 6)
      expect(orthogonalityLoss(equal, orthogonal).item()).toBeCloseTo(1, 6)
      expect(orthogonalityLoss(equal, equal).item()).toBeCloseTo(2, 6)
      expect([meanCosine(orthogonal).item(), meanCosine(equal).item()]).toEqual([0, expect.closeTo(1, 6)])
    })
  })

  it('really lowers the mean |cos| between prompts', () => {
    const pool = poolOf({ freq: 'none', pullWeight: 0, orthWeight: 1, pair: 'verb_noun' })
    noGrad(() => scope(() => void pool.verb!.add_(0.03)))
    const before = pool.diagnostics().promptCosine!
    const optimizer = new optim.AdamW(pool.parameters(), { lr: 5e-3, weightDecay: 0 })
    for (let step = 0; step < 100; step++) {
      scope(() => {
        const { orth } = pool.losses(pool.decompose(skewed(new Generator(step))))
        optimizer.zeroGrad()
        orth!.backward()
        optimizer.step()
      })
    }
    expect(before).toBeGreaterThan(0.3)
    expect(pool.diagnostics().promptCosine).toBeLessThan(0.05)
    optimizer.dispose()
    pool.dispose()
  })
})

describe('keys', () => {
  it('orthogonal: at right angles, as long as they were drawn', () => {
    scope(() => {
      const [drawn, spread] = [poolOf(), poolOf({ keyInit: 'orthogonal' })]
      const unit = F.normalize(spread.keys)
      expect(meanCosine(unit).item()).toBeLessThan(1e-5)
      const lengths = (pool: PromptPool) => values(pool.keys.norm(2, 1))
      expect(lengths(spread)).toEqual(lengths(drawn).map((length) => expect.closeTo(length, 5)))
    })
  })

  it('kmeans: means of the first batch, once; what a checkpoint brings stays', () => {
    scope(() => {
      const centres = [0, 1, 2, 3, 4, 5].map((m) => formula([D], { start: 2 * m, step: 0.9 + m, scale: 3 }))
      const clips = stack([0, 1].map(() => cat(centres.map((centre) => stack([centre, centre.mul(2)])))))
      const pool = poolOf({ keyInit: 'kmeans' })
      pool.eval()
      const drawn = values(pool.keys.flatten())
      pool.decompose(clips)
      expect(values(pool.keys.flatten())).toEqual(drawn)
      pool.train()
      const { scores } = pool.decompose(clips)
      // Six directions and six keys: every clip has a key of its own direction.
      expect(values(scores.amax(-1).flatten()).every((score) => score > 1 - 1e-5)).toBe(true)
      const placed = values(pool.keys.flatten())
      pool.decompose(skewed(new Generator(2)))
      expect(values(pool.keys.flatten())).toEqual(placed)

      const resumed = poolOf({ keyInit: 'kmeans' }, 2)
      resumed.loadStateDict(pool.stateDict())
      resumed.decompose(skewed(new Generator(2)))
      expect(values(resumed.keys.flatten())).toEqual(placed)
    })
  })

  it('more of them than clips: the means come first', () => {
    scope(() => expect(sphericalMeans(F.normalize(formula([3, D])), 6).shape).toEqual([3, D]))
  })
})

describe('gradients', () => {
  const double = (start: number, shape: number[]) => formula(shape, { start }).to('float64').requiresGrad_(true)

  it.each([
    ['after the norm', { weigh: 'after_norm' as const }],
    ['before it', { weigh: 'before_norm' as const }],
    ['of every token', { attention: 'self' as const, ffn: true }],
    ['to the other component', { attendTo: 'other' as const }],
    ['without attention', { interaction: false }],
    ['of pairs of prompts', { pair: 'verb_noun' as const }],
  ])('through selection and fusion are those of finite differences: weights %s', (_, changes) => {
    scope(() => {
      const options = optionsOf(changes)
      const pool = poolOf(changes)
      const fusion = new PatternFusion(options, 2, D, new Generator(3))
      for (const module of [pool, fusion]) module.to('float64').eval()
      const prompts = pool.values ?? pool.verb!
      const own = double(0.4, [2, 2, D])
      const [keys, query] = [pool.keys, pool.query![0]!.weight]
      const run = () => fusion.forward(own, pool.prompts(), pool.decompose(own))
      gradcheck(run, [own, keys, prompts, query], { eps: 1e-6, atol: 1e-6, rtol: 1e-4 })
    })
  })

  it('of the three losses are those of finite differences', () => {
    scope(() => {
      const pool = poolOf({ freq: 'l2' })
      const other = poolOf({ pullTo: 'both' })
      for (const module of [pool, other]) {
        module.to('float64').eval()
        const own = double(0.4, [2, 3, D])
        const run = () => Object.values(module.losses(module.decompose(own)))
        // The queries are let go by `pullTo: keys`, so that only what is behind them is checked there.
        const inputs = module === other ? [own, module.keys, module.values!] : [module.keys, module.values!]
        gradcheck(run, inputs, { eps: 1e-6, atol: 1e-6, rtol: 1e-4 })
      }
    })
  })

  it('of what is predicted reach the keys by weights after the norm, hardly by weights before it', () => {
    // Weights of some size, as those of 512 dimensions are, where all cosines are near each other.
    const keyGradient = (weigh: EgoPromptOptions['weigh']) =>
      scope(() => {
        const pool = poolOf({ weigh, poolTemperature: 1 })
        const fusion = new PatternFusion(optionsOf({ weigh }), 2, D, new Generator(3))
        // Prompts as long as trained ones are.
        noGrad(() => pool.values!.mul_(20))
        const own = formula([2, 4, D], { start: 0.4 })
        fusion.forward(own, pool.prompts(), pool.decompose(own)).pow(2).sum().backward()
        return pool.keys.grad!.norm().item()
      })
    expect(keyGradient('after_norm')).toBeGreaterThan(20 * keyGradient('before_norm'))
  })

  it('of the pull go to the keys alone, unless queries are pulled too', () => {
    const touched = (pullTo: EgoPromptOptions['pullTo']) =>
      scope(() => {
        const pool = poolOf({ pullTo, freq: 'none', orthWeight: 0 })
        const { pull } = pool.losses(pool.decompose(formula([2, 4, D])))
        pull!.backward()
        return pool.namedParameters().flatMap(([name, { grad }]) => (grad ? [name] : []))
      })
    expect(touched('keys')).toEqual(['keys'])
    expect(touched('both').sort()).toEqual(['keys', 'norm.bias', 'norm.weight', 'query.weight'])
  })
})
