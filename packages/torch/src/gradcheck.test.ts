import { describe, expect, it } from 'vitest'
import { gradcheck, randn, scope, type Tensor } from './index.js'

describe('gradcheck', () => {
  it('passes a right gradient and says how far off it is', () => {
    const inputs = () => [randn([2, 3], { dtype: 'float64', requiresGrad: true })]
    expect(scope(() => gradcheck((x) => x!.tanh(), inputs()))).toBeLessThan(1e-8)
  })

  it('finds a gradient that is cut off', () => {
    scope(() => {
      const wrong = (x?: Tensor) => x!.mul(x!.detach())
      const input = randn([2], { dtype: 'float64', requiresGrad: true })
      expect(() => gradcheck(wrong, [input])).toThrow(/input 0, element 0: autograd says/)
    })
  })

  it('refuses float32, whose differences say nothing', () => {
    scope(() => {
      expect(() => gradcheck((x) => x!, [randn([2], { requiresGrad: true })])).toThrow(/float64/)
    })
  })

  it('leaves its inputs as they were', () => {
    scope(() => {
      const input = randn([3], { dtype: 'float64', requiresGrad: true })
      const before = input.tolist()
      gradcheck((x) => x!.exp(), [input])
      expect(input.tolist()).toEqual(before)
    })
  })
})
