import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { tensor, zeros } from '../creation.js'
import { Generator } from '../generator.js'
import { scope } from '../scope.js'
import type { Tensor } from '../tensor.js'
import * as nn from './index.js'
import { digest, fill, ramp } from './test-support.js'

interface LayerGolden {
  shape: number[]
  output: number[]
  inputs: number[][]
  grads: Record<string, number[]>
  buffers: Record<string, number[]>
}

// Made by golden/make.py with PyTorch 1.13.1.
const golden = JSON.parse(readFileSync(new URL('./golden/golden.json', import.meta.url), 'utf8')) as {
  layers: Record<string, LayerGolden>
  inits: Record<string, Record<string, number[]>>
}

const dtype = 'float64'
const batchFirst = true
const picture = [2, 4, 5, 6]

class Block extends nn.Module {
  ln_1 = new nn.LayerNorm(8, { dtype })
  attn = new nn.MultiheadAttention(8, 2, { batchFirst, dtype })
  ln_2 = new nn.LayerNorm(8, { dtype })
  mlp = new nn.Sequential(new nn.Linear(8, 16, { dtype }), new nn.QuickGELU(), new nn.Linear(16, 8, { dtype }))

  forward(x: Tensor): Tensor {
    const y = x.add(this.attn.forward(this.ln_1.forward(x)))
    return y.add(this.mlp.forward(this.ln_2.forward(y)))
  }
}

interface Case {
  make: () => nn.Module
  inputs: (number[] | (() => Tensor))[]
  call?: (module: nn.Module, ...inputs: Tensor[]) => Tensor
  train?: boolean
}

const layer = (make: () => nn.Module, input: Case['inputs'][number], train = false): Case => ({
  make,
  inputs: [input],
  train,
})

const attention = (
  heads: number,
  options: nn.AttentionOptions,
  inputs: number[][],
  masks?: () => nn.AttentionMasks,
): Case => ({
  make: () => new nn.MultiheadAttention(8, heads, { dtype, ...options }),
  inputs,
  call: (module, q, k = q!, v = k) => (module as nn.MultiheadAttention).forward(q!, k, v, masks?.()),
})

const causal = () =>
  tensor([
    [0, 1, 1],
    [0, 0, 1],
    [0, 0, 0],
  ]).ne(0)
const padded = () =>
  tensor([
    [0, 0, 1],
    [0, 0, 0],
  ]).ne(0)

const cases: Record<string, Case> = {
  Linear: layer(() => new nn.Linear(5, 3, { dtype }), [2, 4, 5]),
  'Linear without bias': layer(() => new nn.Linear(5, 3, { bias: false, dtype }), [2, 5]),
  LayerNorm: layer(() => new nn.LayerNorm(6, { dtype }), [2, 3, 6]),
  'LayerNorm of two dimensions': layer(() => new nn.LayerNorm([3, 6], { eps: 1e-3, dtype }), [2, 3, 6]),
  LayerNorm2d: layer(() => new nn.LayerNorm2d(4, { eps: 1e-6, dtype }), picture),
  RMSNorm: layer(() => new nn.RMSNorm(6, { dtype }), [2, 3, 6]),
  GroupNorm: layer(() => new nn.GroupNorm(2, 4, { dtype }), picture),
  'GroupNorm without affine': layer(() => new nn.GroupNorm(2, 4, { affine: false }), picture),
  InstanceNorm1d: layer(() => new nn.InstanceNorm1d(4), [2, 4, 5]),
  InstanceNorm2d: layer(() => new nn.InstanceNorm2d(4), picture),
  'InstanceNorm2d with affine and statistics': layer(
    () => new nn.InstanceNorm2d(4, { affine: true, trackRunningStats: true, dtype }),
    picture,
    true,
  ),
  'BatchNorm1d in training': layer(() => new nn.BatchNorm1d(5, { dtype }), [4, 5], true),
  'BatchNorm2d in training': layer(() => new nn.BatchNorm2d(4, { dtype }), picture, true),
  'BatchNorm2d in inference': layer(() => new nn.BatchNorm2d(4, { dtype }), picture),
  Embedding: layer(
    () => new nn.Embedding(7, 3, { dtype }),
    () =>
      tensor(
        [
          [1, 4, 1],
          [0, 2, 6],
        ],
        { dtype: 'int64' },
      ),
  ),
  Conv1d: layer(() => new nn.Conv1d(4, 6, 3, { stride: 2, padding: 1, dtype }), [2, 4, 7]),
  Conv2d: layer(() => new nn.Conv2d(4, 6, [3, 2], { stride: 2, padding: [1, 0], dtype }), picture),
  'Conv2d in groups, dilated': layer(
    () => new nn.Conv2d(4, 8, 2, { groups: 4, dilation: 2, bias: false, dtype }),
    picture,
  ),
  Conv3d: layer(() => new nn.Conv3d(2, 3, [2, 3, 3], { padding: [0, 1, 1], dtype }), [2, 2, 3, 4, 4]),
  ConvTranspose2d: layer(
    () => new nn.ConvTranspose2d(4, 3, 3, { stride: 2, padding: 1, outputPadding: 1, dtype }),
    picture,
  ),
  'ConvTranspose2d in groups': layer(
    () => new nn.ConvTranspose2d(4, 6, 2, { stride: 2, groups: 2, bias: false, dtype }),
    picture,
  ),
  MultiheadAttention: attention(2, {}, [[3, 2, 8]]),
  'MultiheadAttention, batch first, without bias': attention(4, { bias: false, batchFirst }, [[2, 3, 8]]),
  'MultiheadAttention, queries over memory': attention(2, { batchFirst }, [
    [2, 3, 8],
    [2, 4, 8],
    [2, 4, 8],
  ]),
  'MultiheadAttention, causal and padded': attention(2, { batchFirst }, [[2, 3, 8]], () => ({
    attnMask: causal(),
    keyPaddingMask: padded(),
  })),
  'MultiheadAttention, added mask a head': attention(2, { batchFirst }, [[2, 3, 8]], () => ({
    attnMask: ramp([4, 3, 3], 40),
  })),
  'MultiheadAttention, its weights': {
    ...attention(2, { batchFirst }, [[2, 3, 8]]),
    call: (module, x) => (module as nn.MultiheadAttention).forwardWithWeights(x!)[1],
  },
  GELU: layer(() => new nn.GELU(), [3, 5]),
  'GELU by tanh': layer(() => new nn.GELU('tanh'), [3, 5]),
  QuickGELU: layer(() => new nn.QuickGELU(), [3, 5]),
  SiLU: layer(() => new nn.SiLU(), [3, 5]),
  ReLU: layer(() => new nn.ReLU(), [3, 5]),
  LeakyReLU: layer(() => new nn.LeakyReLU(0.2), [3, 5]),
  Tanh: layer(() => new nn.Tanh(), [3, 5]),
  Sigmoid: layer(() => new nn.Sigmoid(), [3, 5]),
  'Dropout in inference': layer(() => new nn.Dropout(0.5), [3, 5]),
  ReflectionPad2d: layer(() => new nn.ReflectionPad2d([1, 2, 0, 3]), picture),
  AvgPool2d: layer(() => new nn.AvgPool2d(2, { stride: 1, padding: 1 }), picture),
  MaxPool2d: layer(() => new nn.MaxPool2d(3, { stride: 2, padding: 1 }), picture),
  AdaptiveAvgPool2d: layer(() => new nn.AdaptiveAvgPool2d([2, 3]), picture),
  'a pre-LN transformer block': layer(() => new Block(), [2, 3, 8]),
}

const forward = (module: nn.Module, x?: Tensor): Tensor => (module as nn.Layer).forward(x!)

function run({ make, inputs, call = forward, train = false }: Case): LayerGolden {
  return scope(() => {
    using module = fill(make()).train(train)
    const xs = inputs.map((input, i) => (Array.isArray(input) ? ramp(input, 20 + i).requiresGrad_() : input()))
    const y = call(module, ...xs)
    y.mul(ramp(y.shape, 30)).sum().backward()
    const grads = module.namedParameters().flatMap(([name, { grad }]) => (grad ? [[name, digest(grad)] as const] : []))
    const buffers = train ? module.namedBuffers().map(([name, buffer]) => [name, digest(buffer)] as const) : []
    return {
      shape: y.shape,
      output: digest(y),
      inputs: xs.filter((x) => x.requiresGrad).map((x) => digest(x.grad!)),
      grads: Object.fromEntries(grads),
      buffers: Object.fromEntries(buffers),
    }
  })
}

describe('layers give the values and gradients of PyTorch', () => {
  it('for every case', () => expect(Object.keys(cases)).toEqual(Object.keys(golden.layers)))

  it.each(Object.entries(cases))('%s', (name, { ...layerCase }) => {
    const wanted = golden.layers[name]!
    const got = run(layerCase)
    expect(got.shape).toEqual(wanted.shape)
    expect(Object.keys(got.grads)).toEqual(Object.keys(wanted.grads))
    expect(Object.keys(got.buffers)).toEqual(Object.keys(wanted.buffers))
    const flat = (at: LayerGolden) =>
      [at.output, ...at.inputs, ...Object.values(at.grads), ...Object.values(at.buffers)].flat()
    flat(got).forEach((value, i) => {
      expect(value).toBeCloseTo(flat(wanted)[i]!, 10)
    })
  })
})

describe('the same seed gives the first weights of PyTorch', () => {
  const module = (make: (generator: Generator) => nn.Module) => (generator: Generator) => make(generator).stateDict()
  const alone = (make: (generator: Generator) => Tensor) => (generator: Generator) => ({ '': make(generator) })
  const inits: Record<string, (generator: Generator) => Record<string, Tensor>> = {
    Linear: module((generator) => new nn.Linear(40, 30, { generator })),
    Embedding: module((generator) => new nn.Embedding(7, 5, { generator })),
    Conv2d: module((generator) => new nn.Conv2d(4, 6, 3, { groups: 2, generator })),
    ConvTranspose2d: module((generator) => new nn.ConvTranspose2d(4, 6, 3, { generator })),
    MultiheadAttention: module((generator) => new nn.MultiheadAttention(16, 2, { generator })),
    truncNormal_: alone((generator) =>
      nn.init.truncNormal_(zeros([6, 7]), { mean: 0.1, std: 0.5, low: -0.4, high: 0.9, generator }),
    ),
    xavierNormal_: alone((generator) => nn.init.xavierNormal_(zeros([6, 7]), 2, generator)),
    kaimingNormal_: alone((generator) => nn.init.kaimingNormal_(zeros([6, 7, 3]), 0.1, generator)),
  }

  it.each(Object.entries(inits))('%s', (name, make) => {
    const got = scope(() =>
      Object.entries(make(new Generator(1235))).map(([key, value]) => [key, digest(value)] as const),
    )
    const wanted = golden.inits[name]!
    expect(got.map(([key]) => key)).toEqual(Object.keys(wanted))
    for (const [key, sums] of got) {
      sums.forEach((value, i) => {
        expect(value).toBeCloseTo(wanted[key]![i]!, 12)
      })
    }
  })
})
