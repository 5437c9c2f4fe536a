import { describe, expect, it } from 'vitest'
import { noGrad } from '../autograd.js'
import { scope } from '../scope.js'
import * as nn from './index.js'
import { fill, ramp } from './test-support.js'

const layers: Record<string, (options: nn.LayerOptions) => nn.Layer> = {
  'a transposed convolution': (options) => new nn.ConvTranspose2d(4, 2, 3, { stride: 2, padding: 1, ...options }),
  'a convolution of each channel alone': (options) => new nn.Conv2d(4, 4, 3, { padding: 1, groups: 4, ...options }),
}

describe('in bfloat16 on a CPU', () => {
  it.each(Object.entries(layers))('%s is that of float32, rounded', (_, make) => {
    scope(() => {
      using half = fill(make({})).to('bfloat16')
      using wide = fill(make({})).to('bfloat16').to('float32')
      const x = ramp([2, 4, 5, 6], 3).to('bfloat16').requiresGrad_()
      const y = half.forward(x)
      expect(y.dtype).toBe('bfloat16')
      expect(y.equal(noGrad(() => wide.forward(x.float()).to('bfloat16')))).toBe(true)
      y.sum().backward()
      const gradients = [x, ...half.parameters()].map(({ grad }) => grad!)
      expect(gradients.map(({ dtype }) => dtype)).toEqual(gradients.map(() => 'bfloat16'))
      for (const gradient of gradients) expect(gradient.abs().sum().item()).toBeGreaterThan(0)
    })
  })
})
