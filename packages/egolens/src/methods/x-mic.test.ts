import { F, Generator, noGrad, optim, scope, type Tensor, tensor } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { createMethod } from './registry.js'
import { formula, standInBackbone, standInLabels } from './testing.js'
import type { Batch } from './types.js'

const [B, N, D, K] = [3, 4, 8, 5]

interface Making {
  width?: number
  contextWidth?: number
  frames?: number
  seed?: number
}

function make(
  options: Record<string, unknown>,
  { width = D, contextWidth = width, frames = N, seed = 1 }: Making = {},
) {
  const backbone = standInBackbone({ width, contextWidth })
  return createMethod('x-mic', options, { backbone, components: ['noun'], generator: new Generator(seed), frames })
}

function makeBatch(contextWidth = D): Batch {
  const view = (width: number, step: number, start: number) => formula([B, N, width], { step, start, scale: 3 })
  const [hand, full] = [view(D, 0.43, 0.3), view(D, 0.29, 0.7)]
  const context =
    contextWidth === D ? { hand, full } : { hand: view(contextWidth, 0.43, 0.3), full: view(contextWidth, 0.29, 0.7) }
  return { ids: ['a', 'b', 'c'], features: { hand, full }, context, pixels: {}, labels: {} }
}

const texts = () => ({ noun: formula([K, D], { step: 0.57, start: 0.2, scale: 2 }) })

/** Every parameter by formula, in the order of the names; without a meta-net its four names are passed over. */
function fillByFormula(method: ReturnType<typeof make>): void {
  const names = method.module.namedParameters().filter(([name]) => name.startsWith('adapter.'))
  const offset = names.some(([name]) => name.includes('metaNet')) ? 0 : 4
  names
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .forEach(([, parameter], i) => {
      const values = formula(parameter.shape, { step: 0.61, start: 0.2 + 0.05 * (i + offset), scale: 0.5 })
      noGrad(() => parameter.copy_(values))
    })
}

function logitsOf(options: Record<string, unknown>, making: Making = {}): number[][] {
  return scope(() => {
    const method = make(options, making)
    fillByFormula(method)
    return method.forward(makeBatch(making.contextWidth), texts()).logits.noun!.tolist() as number[][]
  })
}

const near = (rows: number[][]) => rows.map((row) => row.map((value) => expect.closeTo(value, 3)))

describe('X-MIC', () => {
  it('has 3,594,657 parameters at d = D = 512 with 16 frames, as the public code', () => {
    const method = make({}, { width: 512, frames: 16 })
    expect(method.module.parameters().reduce((sum, { numel }) => sum + numel, 0)).toBe(3_594_657)
    method.module.dispose()
  })

  // Logits of a reference of the same forward pass in plain PyTorch 1.13, with the same numbers by formula.
  it('agrees with a reference: code preset', () => {
    expect(logitsOf({ preset: 'code' })).toEqual(
      near([
        [38.5154, 52.12077, 3.6588, 40.29257, 11.56307],
        [-8.31955, -19.46417, -39.40268, 32.94456, 5.56939],
        [-5.64374, -0.55444, 8.9662, -15.39922, -6.00933],
      ]),
    )
  })

  it('agrees with a reference: paper preset', () => {
    expect(logitsOf({ preset: 'paper' })).toEqual(
      near([
        [-35.25319, -42.58918, -13.63334, -5.66323, 1.08976],
        [66.65435, 69.96882, 46.08036, 84.17469, 64.12145],
        [-20.61605, -27.74612, -29.85216, -18.94264, -21.62169],
      ]),
    )
  })

  it('gives a gradient to every parameter', () => {
    scope(() => {
      const method = make({ learnLambda: true, metaNet: 'mlp16-signed' })
      fillByFormula(method)
      F.crossEntropy(method.forward(makeBatch(), texts()).logits.noun!, zerosInt(B)).backward()
      const untouched = method.module.namedParameters().filter(([, { grad }]) => !grad || grad.abs().sum().item() === 0)
      expect(untouched.map(([name]) => name)).toEqual([])
    })
  })

  it('begins with the same values for the same seed, and others for another', () => {
    scope(() => {
      const values = (seed: number) =>
        JSON.stringify(
          make({}, { seed })
            .module.parameters()
            .map((p) => p.tolist()),
        )
      expect(values(3)).toBe(values(3))
      expect(values(3)).not.toBe(values(4))
    })
  })
})

const zerosInt = (count: number): Tensor => formula([count]).mul(0).long()

describe('training X-MIC', () => {
  // Losses of six steps of AdamW in the same reference, on the same batch.
  it('takes the steps of a reference', () => {
    const method = make({})
    fillByFormula(method)
    const optimizer = new optim.AdamW(method.module.parameters(), { lr: 1e-2, betas: [0.9, 0.98], weightDecay: 0.01 })
    const losses = Array.from({ length: 6 }, () =>
      scope(() => {
        const { logits } = method.forward(makeBatch(), texts())
        const loss = F.crossEntropy(logits.noun!, tensor([1, 4, 0], { dtype: 'int64' }))
        optimizer.zeroGrad()
        loss.backward()
        optimizer.step()
        return loss.item()
      }),
    )
    expect(losses).toEqual(
      [13.99506, 10.53703, 8.28902, 6.73396, 5.60295, 4.74989].map((loss) => expect.closeTo(loss, 3)),
    )
    expect(method.diagnostics!().logitScale).toBeCloseTo(94.21666, 3)
  })
})

/** The largest change of a logit that options make. */
function change(a: Record<string, unknown>, b: Record<string, unknown>): number {
  const [left, right] = [logitsOf(a).flat(), logitsOf(b).flat()]
  return Math.max(...left.map((value, i) => Math.abs(value - right[i]!)))
}

describe('switches of X-MIC', () => {
  it.each([
    ['classifyFeature', { classifyFeature: 'full' }, { classifyFeature: 'hand' }],
    ['frameNorm', { frameNorm: 'none', classifyFeature: 'full' }, { frameNorm: 'l2', classifyFeature: 'full' }],
    ['n1', { norms: [] }, { norms: ['n1'] }],
    ['n2', { norms: ['n1'] }, { norms: ['n1', 'n2'] }],
    ['n3', { norms: ['n1'] }, { norms: ['n1', 'n3'] }],
    ['lambda', { lambda: 2 }, { lambda: 1 }],
    ['input', { input: 'full' }, { input: 'hand' }],
    ['metaNet', { metaNet: 'mlp16' }, { metaNet: 'mlp16-signed' }],
    ['heads', { heads: 4 }, { heads: 2 }],
  ])('%s changes the logits', (_, a, b) => {
    expect(change(a, b)).toBeGreaterThan(0.01)
  })

  it('every pooling is another one', () => {
    const poolings = ['space-time', 'space-joint', 'space', 'time', 'joint', 'mean', 'max']
    const seen = poolings.map((pooling) =>
      logitsOf({ pooling, metaNet: 'none' })
        .flat()
        .map((x) => x.toFixed(2))
        .join(),
    )
    expect(new Set(seen).size).toBe(poolings.length)
  })

  it('n2 makes the condition as long as lambda', () => {
    // With a condition of no length the classifier is the frozen one, whatever the adapter says.
    expect(change({ lambda: 0, norms: ['n1', 'n2'] }, { lambda: 0, norms: [] })).toBeLessThan(1e-3)
  })

  it('the single views have no attention between views, but between frames', () => {
    const names = (options: Record<string, unknown>) =>
      make(options)
        .module.namedParameters()
        .map(([name]) => name)
    expect(names({ input: 'full' }).some((name) => name.includes('spatial'))).toBe(false)
    expect(names({ input: 'full' }).some((name) => name.includes('temporal.1'))).toBe(true)
    expect(names({ input: 'full' })).toContain('adapter.positions')
    expect(names({ pooling: 'mean' }).filter((name) => /spatial|temporal|positions/.test(name))).toEqual([])
    expect(names({ pooling: 'space' }).some((name) => /temporal|positions/.test(name))).toBe(false)
    expect(names({ pooling: 'space-joint' })).not.toContain('adapter.positions')
  })

  it('layers, width of the MLP and kind of meta-net change the parameters', () => {
    const count = (options: Record<string, unknown>) =>
      make(options)
        .module.parameters()
        .reduce((sum, { numel }) => sum + numel, 0)
    const block = (ratio: number) => 4 * D * D + 4 * D + 4 * D + 2 * D * D * ratio + D * ratio + D
    expect(count({ temporalLayers: 3 }) - count({})).toBe(block(0.25))
    expect(count({ spatialLayers: 2, mlpRatio: 4 }) - count({ mlpRatio: 4 })).toBe(block(4))
    expect(count({ metaNet: 'none' })).toBe(count({}) - (D + 1 + D + D))
    expect(count({ metaNet: 'linear' })).toBe(count({ metaNet: 'none' }) + D * D + D)
  })

  it('lambda and the logit scale train where they are asked to', () => {
    const trained = (options: Record<string, unknown>) =>
      make(options)
        .module.namedParameters()
        .map(([name]) => name)
        .filter((name) => !name.startsWith('adapter.'))
    expect(trained({})).toEqual(['logitScale'])
    expect(trained({ learnLambda: true })).toEqual(['lambda', 'logitScale'])
    expect(trained({ logitScale: 'frozen' })).toEqual([])
    expect(make({ logitScale: 'frozen' }).diagnostics!()).toEqual({ lambda: 2, logitScale: expect.closeTo(100, 3) })
  })

  it('reads the views that it needs and no others', () => {
    expect(make({}).needs).toMatchObject({ views: ['hand'], context: ['hand', 'full'], text: 'embeddings' })
    expect(make({ preset: 'paper', input: 'full' }).needs).toMatchObject({ views: ['full'], context: ['full'] })
  })

  it('takes a second encoder of another width through the meta-net', () => {
    expect(logitsOf({ heads: 2 }, { contextWidth: 12 })).toHaveLength(B)
    expect(() => make({ metaNet: 'none' }, { contextWidth: 12 })).toThrow(
      'adds a vector of 12 numbers to class vectors of 8',
    )
  })

  it('puts class names into the prompt', () => {
    const backbone = standInBackbone()
    const setting = { backbone, components: ['noun' as const], generator: new Generator(1), frames: N }
    const method = createMethod('x-mic', { prompt: 'image of a {}' }, setting)
    scope(() => method.classes({ noun: standInLabels(['cup', 'pan']) }))
    expect((backbone.text as unknown as { seen: string[] }).seen).toEqual(['image of a cup', 'image of a pan'])
  })

  it('refuses what makes no sense', () => {
    expect(() => make({ input: 'hand', pooling: 'space' })).toThrow('attends between two views')
    expect(() => make({ prompt: 'a photo' })).toThrow('{} exactly once')
    expect(() => make({ norms: ['n4'] })).toThrow('norms.0')
    const blind = { ...makeBatch(), context: {} }
    expect(() => make({}).forward(blind, texts())).toThrow('no context features of the hand view')
  })
})
