import { Generator, gradcheck, randn, scope, tensor } from '@egolens/torch'
import { expect, it } from 'vitest'
import { cycleLoss } from './cycle.js'

const dtype = 'float64'

it('is the sum of the mean distances of both views', () => {
  scope(() => {
    const ego = tensor(
      [
        [
          [0, 1],
          [2, 3],
        ],
      ],
      { dtype },
    )
    const egoBack = tensor(
      [
        [
          [1, 1],
          [2, 0],
        ],
      ],
      { dtype },
    )
    const exo = tensor([[[4, -1]]], { dtype })
    const exoBack = tensor([[[1, 1]]], { dtype })
    expect(cycleLoss({ ego, egoBack, exo, exoBack }).item()).toBe((1 + 3) / 4 + (3 + 2) / 2)
    expect(cycleLoss({ ego, egoBack: ego, exo, exoBack: exo }).item()).toBe(0)
  })
})

it('has the gradients that finite differences give', () => {
  scope(() => {
    const generator = new Generator(6)
    const make = () => randn([1, 2, 3, 2], { dtype, generator, requiresGrad: true })
    const views = [make(), make(), make(), make()]
    gradcheck(
      (ego, egoBack, exo, exoBack) => cycleLoss({ ego: ego!, egoBack: egoBack!, exo: exo!, exoBack: exoBack! }),
      views,
    )
  })
})

it('is found in float32 for half types', () => {
  scope(() => {
    const ego = tensor([[[0, 1]]], { dtype: 'bfloat16' })
    expect(cycleLoss({ ego, egoBack: ego, exo: ego, exoBack: ego }).dtype).toBe('float32')
  })
})

it('refuses features of different shapes, and says of which view', () => {
  scope(() => {
    const [ego, exo] = [tensor([[[0, 1]]]), tensor([[[0, 1, 2]]])]
    expect(() => cycleLoss({ ego, egoBack: ego, exo, exoBack: ego })).toThrow(
      /the exo view compares .* not \[1, 1, 3\]/,
    )
  })
})
