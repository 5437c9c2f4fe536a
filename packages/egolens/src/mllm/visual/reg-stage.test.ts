import { readFileSync } from 'node:fs'
import { expectNoLeak, Generator, gradcheck, randn, scope } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { differenceOfFloat32, expectGolden, fillByName, type Golden } from './golden.testing.js'
import { RegStage } from './reg-stage.js'

// Made by golden/visual.make.py with PyTorch 1.13.1.
const { stages } = JSON.parse(readFileSync(new URL('./golden/visual.json', import.meta.url), 'utf8')) as {
  stages: Record<'wider' | 'as wide', Golden>
}
const dtype = 'float64'

describe('RegStage', () => {
  it('agrees with an independent reference, forward and backward', () => {
    expectNoLeak(() => {
      using wider = fillByName(new RegStage(3, 6, 8, { dtype }))
      expectGolden(wider, stages.wider)
      using asWide = fillByName(new RegStage(2, 8, 8, { dtype }))
      expectGolden(asWide, stages['as wide'])
    })
  })

  it('gives the same in float32', () => {
    expect(differenceOfFloat32((layer) => new RegStage(3, 6, 8, layer), [2, 5, 7, 6])).toBeLessThan(1e-5)
  })

  it('has the names of timm, and a shortcut where widths differ alone', () => {
    using stage = new RegStage(2, 6, 8, { device: 'meta' })
    const names = (at: string) => Object.keys(stage.stateDict()).filter((name) => name.startsWith(at))
    const convs = (at: string, count: number[]) =>
      count.flatMap((i) => ['conv.weight', 'bn.weight', 'bn.bias'].map((name) => `${at}.conv${i}.${name}`))
    const gates = (at: string) => ['fc1.weight', 'fc1.bias', 'fc2.weight', 'fc2.bias'].map((name) => `${at}.se.${name}`)
    const shortcut = ['conv.weight', 'bn.weight', 'bn.bias'].map((name) => `b1.downsample.${name}`)
    expect(names('b1.').sort()).toEqual([...convs('b1', [1, 2, 3]), ...gates('b1'), ...shortcut].sort())
    expect(names('b2.').sort()).toEqual([...convs('b2', [1, 2, 3]), ...gates('b2')].sort())
    expect(stage.stateDict()['b1.se.fc1.weight']!.shape).toEqual([2, 8, 1, 1])
    expect(stage.stateDict()['b2.se.fc1.weight']!.shape).toEqual([2, 8, 1, 1])
  })

  it('squeezes by the width of the block before it is widened', () => {
    using stage = new RegStage(2, 1024, 4096, { device: 'meta' })
    expect(stage.stateDict()['b1.se.fc1.weight']!.shape).toEqual([256, 4096, 1, 1])
    expect(stage.stateDict()['b2.se.fc1.weight']!.shape).toEqual([1024, 4096, 1, 1])
  })

  it('has the gradients that finite differences give', () => {
    scope(() => {
      const generator = new Generator(3)
      using stage = new RegStage(1, 4, 6, { dtype, generator })
      const x = randn([1, 2, 3, 4], { dtype, generator, requiresGrad: true })
      gradcheck((input) => stage.forward(input!), [x, ...stage.parameters()])
    })
  })
})
