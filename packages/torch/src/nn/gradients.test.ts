import { describe, expect, it } from 'vitest'
import { gradcheck } from '../gradcheck.js'
import { scope } from '../scope.js'
import * as nn from './index.js'
import { fill, ramp } from './test-support.js'

const dtype = 'float64'
const batchFirst = true

const layers: Record<string, [() => nn.Layer, number[]]> = {
  Linear: [() => new nn.Linear(4, 3, { dtype }), [2, 4]],
  LayerNorm: [() => new nn.LayerNorm(4, { dtype }), [3, 4]],
  LayerNorm2d: [() => new nn.LayerNorm2d(3, { dtype }), [2, 3, 2, 2]],
  RMSNorm: [() => new nn.RMSNorm(4, { dtype }), [3, 4]],
  GroupNorm: [() => new nn.GroupNorm(2, 4, { dtype }), [2, 4, 3]],
  InstanceNorm2d: [() => new nn.InstanceNorm2d(2, { affine: true, dtype }), [2, 2, 2, 3]],
  BatchNorm2d: [() => new nn.BatchNorm2d(2, { dtype }), [2, 2, 2, 3]],
  Conv1d: [() => new nn.Conv1d(2, 3, 2, { dtype }), [2, 2, 4]],
  Conv2d: [() => new nn.Conv2d(2, 2, 2, { stride: 2, padding: 1, dtype }), [1, 2, 3, 4]],
  Conv3d: [() => new nn.Conv3d(1, 2, 2, { dtype }), [1, 1, 2, 3, 3]],
  ConvTranspose2d: [() => new nn.ConvTranspose2d(2, 2, 3, { stride: 2, outputPadding: 1, dtype }), [1, 2, 2, 2]],
  MultiheadAttention: [() => new nn.MultiheadAttention(4, 2, { batchFirst, dtype }), [2, 3, 4]],
  QuickGELU: [() => new nn.QuickGELU(), [3, 4]],
  GELU: [() => new nn.GELU(), [3, 4]],
  SiLU: [() => new nn.SiLU(), [3, 4]],
}

describe('gradients of inputs and parameters equal finite differences', () => {
  it.each(Object.entries(layers))('%s', (_, [make, shape]) => {
    const worst = scope(() => {
      using layer = fill(make())
      return gradcheck((x) => layer.forward(x!), [ramp(shape, 2).requiresGrad_(), ...layer.parameters()])
    })
    expect(worst).toBeLessThan(1e-6)
  })
})
