import { readFileSync } from 'node:fs'
import { expectNoLeak, Generator, gradcheck, randn, scope, zeros } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { formulaPixels } from '../../encoders/formula.testing.js'
import type { EgoLensError } from '../../errors.js'
import { expectGolden, fillByName, type Golden, parameterCount } from '../../mllm/visual/golden.testing.js'
import { Mapping, type MappingInput } from './mapping.js'
import { MlpMapping } from './mlp.js'

// Made by golden/resnet9.make.py with PyTorch 1.13.1, whose weights go by the names of the network inside.
const golden = JSON.parse(readFileSync(new URL('./golden/resnet9.json', import.meta.url), 'utf8')) as {
  before: Golden
  behind: Golden
}
const dtype = 'float64'
const small = { ngf: 4 }

/** The reference's gradients under the mapping's names. */
const inside = ({ gradients, ...rest }: Golden): Golden => ({
  ...rest,
  gradients: Object.fromEntries(Object.entries(gradients).map(([name, value]) => [`net.${name}`, value])),
})

function make(side: number, options: MappingInput): Mapping {
  const mapping = new Mapping({ width: 6, side }, { ...small, ...options }, { dtype })
  fillByName(mapping.net)
  return mapping
}

describe('a mapping of features', () => {
  it('agrees with an independent reference in front of the connector', () => {
    expectNoLeak(() => {
      using mapping = make(8, {})
      expectGolden(mapping, inside(golden.before))
    })
  })

  it('and behind it, where frames are widened by mirrored edges', () => {
    expectNoLeak(() => {
      using mapping = make(5, { where: 'post_connector' })
      expectGolden(mapping, inside(golden.behind))
    })
  })

  it('takes the tokens of all frames in one row as well', () => {
    scope(() => {
      using mapping = make(8, {})
      const x = formulaPixels([2, 3, 64, 6]).double()
      const rows = mapping.forward(x.flatten(1, 2))
      expect(rows.shape).toEqual([2, 192, 6])
      expect(mapping.forward(x).flatten(1, 2).equal(rows)).toBe(true)
    })
  })

  it('adds what is mapped where that is wanted', () => {
    scope(() => {
      using plain = make(8, {})
      using added = make(8, { residual: true })
      const x = formulaPixels([1, 1, 64, 6]).double()
      expect(added.forward(x).equal(plain.forward(x).add(x))).toBe(true)
    })
  })

  it('stays within -1 and 1 after tanh', () => {
    scope(() => {
      using mapping = make(8, { outAct: 'tanh' })
      expect(
        mapping
          .forward(formulaPixels([1, 1, 64, 6]).double())
          .abs()
          .amax()
          .item(),
      ).toBeLessThanOrEqual(1)
    })
  })

  it('has the sizes of the paper', () => {
    const grid = { width: 1024, side: 24 }
    using mapping = new Mapping(grid, {}, { device: 'meta' })
    expect(parameterCount(mapping)).toBe(17_782_912)
    using ablation = new Mapping(grid, { arch: 'mlp' }, { device: 'meta' })
    expect(parameterCount(ablation)).toBe(2 * (1024 ** 2 + 1024))
    using behind = new Mapping({ width: 4096, side: 13 }, { where: 'post_connector' }, { device: 'meta' })
    expect(behind.options).toEqual({
      arch: 'resnet9',
      where: 'post_connector',
      ngf: 64,
      outAct: 'none',
      residual: false,
    })
  })
})

describe('the fully connected mapping', () => {
  it('is two linear layers with GELU between them, for each token alone', () => {
    scope(() => {
      const generator = new Generator(5)
      using net = new MlpMapping(4, { dtype, generator })
      const x = randn([2, 3, 4], { dtype, generator, requiresGrad: true })
      const { fc1, fc2 } = net
      const wanted = fc2.forward(fc1.forward(x).gelu())
      expect(net.forward(x).equal(wanted)).toBe(true)
      gradcheck((input) => net.forward(input!), [x, ...net.parameters()])
    })
  })

  it('takes any grid', () => {
    scope(() => {
      using mapping = new Mapping({ width: 6, side: 7 }, { arch: 'mlp' })
      expect(mapping.forward(zeros([1, 2, 49, 6])).shape).toEqual([1, 2, 49, 6])
    })
  })
})

describe('what cannot be mapped is one clear error', () => {
  const line = (work: () => unknown) => {
    try {
      scope(work)
    } catch (error) {
      return (error as EgoLensError).line
    }
    return undefined
  }
  const build = (side: number, options: MappingInput = {}) =>
    line(() => new Mapping({ width: 6, side }, { ...small, ...options }, { device: 'meta' }).dispose())

  it('a grid that cannot be halved twice', () => {
    expect(build(13)).toBe(
      'mapping.where: a frame of 13 x 13 tokens cannot be halved twice: that takes a multiple of 4, from 8 on' +
        ' (take an image tower with such a grid, such as 336 / 14 = 24, or mapping.arch: mlp)',
    )
    expect(build(4)).toMatch(/4 x 4 tokens cannot be halved twice/)
    expect(build(2, { where: 'post_connector' })).toMatch(/2 x 2 tokens cannot be halved twice/)
    expect([8, 24].map((side) => build(side))).toEqual([undefined, undefined])
    expect(build(13, { where: 'post_connector' })).toBeUndefined()
    expect(build(13, { arch: 'mlp' })).toBeUndefined()
  })

  it('tokens of another grid or width', () => {
    using mapping = make(8, {})
    const wanted = /takes frames of 8 x 8 tokens of 6, not/
    expect(line(() => mapping.forward(zeros([1, 2, 63, 6])))).toMatch(wanted)
    expect(line(() => mapping.forward(zeros([1, 2, 64, 5])))).toMatch(wanted)
  })
})
