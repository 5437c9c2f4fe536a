import { expectNoLeak, Generator, scope, type Tensor, tensor } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { formulaPixels } from '../../encoders/formula.testing.js'
import { Mapping } from '../mapping/mapping.js'
import { guidanceLosses, guidanceOptions } from './guidance.js'

const three = Math.log(3)
/** F adds 1, G halves. */
const toExo = { forward: (x: Tensor) => x.add(1) }
const toEgo = { forward: (x: Tensor) => x.mul(0.5) }
const views = () => {
  const ego = tensor([[[1, 1 + three]]], { dtype: 'float64' })
  return { ego, exo: tensor([[[2, 2]]], { dtype: 'float64' }), mapped: toExo.forward(ego), toExo, toEgo }
}

describe('what the guidance stage adds to the loss', () => {
  // KL((1/2, 1/2) || (1/4, 3/4)); G(F(x)) - x = (0, -ln 3 / 2); F(G(y)) - y = (0, 0).
  const kl = 0.5 * Math.log(2) + 0.5 * Math.log(2 / 3)
  const ccl = three / 4

  it('is KL and cycle consistency, each once', () => {
    scope(() => {
      const losses = guidanceLosses(views())
      expect(losses.kl!.item()).toBeCloseTo(kl, 12)
      expect(losses.ccl!.item()).toBeCloseTo(ccl, 12)
      expect(losses.total!.item()).toBeCloseTo(kl + ccl, 12)
    })
  })

  it('goes by its weights', () => {
    scope(() => {
      const losses = guidanceLosses(views(), { kl: { weight: 0.5 }, ccl: { weight: 10 } })
      expect(losses.total!.item()).toBeCloseTo(0.5 * kl + 10 * ccl, 12)
    })
  })

  it('leaves out what has no weight, and does not compute it', () => {
    scope(() => {
      const refuse = { forward: () => expect.unreachable() }
      const without = guidanceLosses({ ...views(), toExo: refuse, toEgo: refuse }, { ccl: { weight: 0 } })
      expect([without.ccl, without.total!.item()]).toEqual([undefined, expect.closeTo(kl, 12)])
      expect(guidanceLosses(views(), { kl: { weight: 0 } }).kl).toBeUndefined()
      expect(guidanceLosses(views(), { kl: { weight: 0 }, ccl: { weight: 0 } })).toEqual({})
    })
  })

  it('reaches both mappings and the ego view, and leaves nothing behind', () => {
    expectNoLeak(() =>
      scope(() => {
        const generator = new Generator(8)
        const grid = { width: 6, side: 8 }
        using there = new Mapping(grid, { ngf: 2 }, { generator })
        using back = new Mapping(grid, { ngf: 2 }, { generator })
        const ego = formulaPixels([1, 2, 64, 6]).requiresGrad_()
        const exo = formulaPixels([1, 2, 64, 6]).sin()
        const mapped = there.forward(ego)
        guidanceLosses({ ego, exo, mapped, toExo: there, toEgo: back }).total!.backward()
        const weights = [...there.namedParameters(), ...back.namedParameters()].filter(([name]) =>
          name.endsWith('weight'),
        )
        for (const { grad } of [ego, ...weights.map(([, weight]) => weight)]) {
          expect(grad!.abs().amax().item()).toBeGreaterThan(0)
        }
      }),
    )
  })

  it('has the defaults of the docs, and knows no other keys', () => {
    expect(guidanceOptions.parse({})).toEqual({
      kl: { over: 'channels', temperature: 1, direction: 'real', eps: 1e-6, weight: 1 },
      ccl: { weight: 1 },
    })
    expect(guidanceOptions.safeParse({ kl: { tau: 2 } }).success).toBe(false)
  })
})
