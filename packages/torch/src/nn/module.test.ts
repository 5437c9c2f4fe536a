import { afterEach, describe, expect, it } from 'vitest'
import { ones, tensor, zeros } from '../creation.js'
import { TorchError } from '../errors.js'
import { Generator } from '../generator.js'
import { expectNoLeak } from '../memory.js'
import { scope } from '../scope.js'
import type { Tensor } from '../tensor.js'
import * as nn from './index.js'

class Tower extends nn.Module {
  class_embedding = this.parameter('class_embedding', zeros([4]))
  positions = this.buffer('positions', ones([2]))
  scratch = this.buffer('scratch', ones([1]), { persistent: false })
  blocks = [new nn.Linear(4, 4), new nn.Linear(4, 4, { bias: false })]
  head = this.register('text_head', new nn.Sequential(new nn.LayerNorm(4), new nn.ReLU(), new nn.Linear(4, 2)))

  forward(x: Tensor): Tensor {
    return this.head.forward(x)
  }
}

const names = [
  'class_embedding',
  'positions',
  'blocks.0.weight',
  'blocks.0.bias',
  'blocks.1.weight',
  'text_head.0.weight',
  'text_head.0.bias',
  'text_head.2.weight',
  'text_head.2.bias',
]

const made: nn.Module[] = []
function tower(): Tower {
  const model = new Tower()
  made.push(model)
  return model
}
afterEach(() => {
  for (const model of made.splice(0)) model.dispose()
})

function message(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof TorchError && error.code === 'StateDictMismatch') return error.message
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('a module', () => {
  it("has PyTorch's names in PyTorch's order", () => {
    const model = tower()
    expect(Object.keys(model.stateDict())).toEqual(names)
    expect(model.namedParameters().map(([name]) => name)).toEqual(names.filter((name) => name !== 'positions'))
    expect(model.namedBuffers().map(([name]) => name)).toEqual(['positions', 'scratch'])
    expect(model.parameters().every((parameter) => parameter.requiresGrad && parameter.isLeaf)).toBe(true)
    expect(model.children()).toHaveLength(3)
    expect(model.namedModules().map(([name]) => name)).toEqual([
      '',
      'blocks.0',
      'blocks.1',
      'text_head',
      'text_head.0',
      'text_head.1',
      'text_head.2',
    ])
  })

  it('counts a shared module once, and names it twice in the state dict', () => {
    const shared = new nn.Linear(2, 2, { bias: false })
    const model = new nn.Sequential(shared, new nn.ReLU(), shared)
    made.push(model)
    expect(model.parameters()).toHaveLength(1)
    expect(Object.keys(model.stateDict())).toEqual(['0.weight', '2.weight'])
  })

  it('lives outside the scope it was made in, until it is disposed', () => {
    expectNoLeak(() => {
      const model = scope(() => new nn.Linear(3, 2))
      expect(model.weight.shape).toEqual([2, 3])
      model.dispose()
      expect(() => model.weight.sum()).toThrow(/disposed/)
    })
  })

  it('zeroes its gradients and leaves no handles on them', () => {
    const model = tower()
    scope(() =>
      model
        .forward(ones([1, 4]))
        .sum()
        .backward(),
    )
    expectNoLeak(() => model.zeroGrad())
    expect(scope(() => model.head.parameters().map(({ grad }) => grad!.abs().sum().item()))).toEqual([0, 0, 0, 0])
  })

  it('switches all of its modules between training and inference', () => {
    const model = tower()
    model.eval()
    expect(model.modules().map((module) => module.training)).toEqual(new Array(7).fill(false))
    model.train()
    expect(model.modules().every((module) => module.training)).toBe(true)
  })

  it('freezes', () => {
    const model = tower().requiresGrad_(false)
    expect(model.parameters().some((parameter) => parameter.requiresGrad)).toBe(false)
  })

  it('changes its floating type in place of its fields', () => {
    const model = new nn.BatchNorm2d(3).to('bfloat16')
    made.push(model)
    expect(Object.values(model.stateDict()).map((value) => value.dtype)).toEqual([
      'bfloat16',
      'bfloat16',
      'bfloat16',
      'bfloat16',
      'int64',
    ])
    expect(model.weight!.dtype).toBe('bfloat16')
    expect(model.weight!.requiresGrad).toBe(true)
    expect(() => model.to('int8')).toThrow(/device or a floating type/)
  })

  it('keeps a tensor that two modules share one tensor when it moves', () => {
    class Tied extends nn.Module {
      embedding = new nn.Embedding(5, 3)
      weight = this.parameter('head', this.embedding.weight)
    }
    const model = new Tied().to('float64')
    made.push(model)
    expect(model.weight).toBe(model.embedding.weight)
    expect(model.parameters()).toHaveLength(1)
    expect(model.weight.dtype).toBe('float64')
  })

  it('refuses two tensors of one name', () => {
    class Twice extends nn.Module {
      a = this.parameter('x', zeros([1]))
      b = this.parameter('x', zeros([1]))
    }
    expect(() => new Twice()).toThrow(/"x"/)
  })
})

describe('loading a state dict', () => {
  it('copies the values', () => {
    const [from, to] = [tower(), tower()]
    expect(to.loadStateDict(from.stateDict())).toEqual({ missing: [], unexpected: [] })
    for (const name of names) expect(to.stateDict()[name]!.tolist()).toEqual(from.stateDict()[name]!.tolist())
    expect(to.blocks[0]!.weight).not.toBe(from.blocks[0]!.weight)
  })

  it('lists all that is missing, unexpected and misshapen, with the nearest names', () => {
    const model = tower()
    const dict = { ...model.stateDict(), positions: zeros([3]), 'text_head.0.wieght': zeros([4]), extra: zeros([1]) }
    delete (dict as Record<string, Tensor>)['text_head.0.weight']
    delete (dict as Record<string, Tensor>)['blocks.1.weight']
    const before = model.positions.tolist()
    expect(message(() => model.loadStateDict(dict)).split('\n')).toEqual([
      'The state dict does not fit Tower:',
      '  misshapen positions: [3] given, [2] wanted',
      '  missing blocks.1.weight',
      '  missing text_head.0.weight (given: text_head.0.wieght?)',
      '  unexpected text_head.0.wieght (wanted: text_head.0.weight?)',
      '  unexpected extra',
    ])
    expect(model.positions.tolist()).toEqual(before)
  })

  it('that is not strict reports names and still refuses shapes', () => {
    const model = tower()
    const report = model.loadStateDict({ positions: tensor([7, 8]), extra: zeros([1]) }, { strict: false })
    expect(report).toEqual({ missing: names.filter((name) => name !== 'positions'), unexpected: ['extra'] })
    expect(model.positions.tolist()).toEqual([7, 8])
    const text = message(() => model.loadStateDict({ positions: zeros([3]) }, { strict: false }))
    expect(text).toBe('The state dict does not fit Tower:\n  misshapen positions: [3] given, [2] wanted')
  })

  it('can take the tensors themselves', () => {
    const model = new nn.Linear(2, 1)
    made.push(model)
    const weight = tensor([[1, 2]])
    model.loadStateDict({ weight, bias: tensor([3]) }, { assign: true })
    weight.fill_(5)
    expect(model.weight.tolist()).toEqual([[5, 5]])
    expect(model.weight.requiresGrad).toBe(true)
    expect(model.forward(tensor([1, 1])).tolist()).toEqual([13])
  })
})

describe('first values', () => {
  it('are the same for the same seed, and inside their bounds', () => {
    const make = () => new nn.Linear(16, 8, { generator: new Generator(3) })
    const [a, b] = [make(), make()]
    made.push(a, b)
    expect(a.weight.tolist()).toEqual(b.weight.tolist())
    expect(a.weight.abs().amax().item()).toBeLessThanOrEqual(0.25)
    expect(a.bias!.abs().amax().item()).toBeLessThanOrEqual(0.25)
  })

  it('are not drawn where weights are loaded next', () => {
    const generator = new Generator(3)
    const before = generator.state()
    made.push(nn.init.skip(() => new nn.MultiheadAttention(8, 2, { generator })))
    expect(generator.state()).toEqual(before)
    made.push(new nn.Linear(2, 2, { generator }))
    expect(generator.state()).not.toEqual(before)
  })

  it('of a truncated normal stay inside, with its mean', () => {
    const values = nn.init.truncNormal_(zeros([10000]), {
      std: 0.02,
      low: -0.04,
      high: 0.04,
      generator: new Generator(1),
    })
    expect(values.abs().amax().item()).toBeLessThanOrEqual(0.04)
    expect(values.mean().item()).toBeCloseTo(0, 3)
  })
})

describe('layers refuse', () => {
  it.each([
    [
      'pictures without a batch',
      () => new nn.Conv2d(3, 4, 3).forward(zeros([3, 8, 8])),
      /Conv2d takes \[n, 3, and 2 sizes\]/,
    ],
    ['groups that do not divide', () => new nn.Conv2d(3, 4, 3, { groups: 2 }), /2 groups do not divide/],
    ['heads that do not divide', () => new nn.MultiheadAttention(8, 3), /3 heads do not divide 8/],
    ['a kernel of another rank', () => new nn.Conv2d(3, 4, [3, 3, 3]), /kernel \[3,3,3\] needs 2/],
    [
      'other ranks than their own',
      () => new nn.BatchNorm2d(3).forward(zeros([2, 3])),
      /BatchNorm2d takes 4 dimensions/,
    ],
    ['one value a channel to train on', () => new nn.BatchNorm1d(3).forward(zeros([1, 3])), /more than one value/],
  ])('%s', (_, run, what) => expect(run).toThrow(what))
})

describe('dropout', () => {
  it('keeps the expected share, scaled, and the same for the same seed', () => {
    const drop = () => new nn.Dropout(0.25, { generator: new Generator(5) }).forward(ones([4000]))
    const values = drop()
    expect(values.gt(0).to('float32').mean().item()).toBeCloseTo(0.75, 1)
    expect(values.amax().item()).toBeCloseTo(4 / 3, 6)
    expect(drop().tolist()).toEqual(values.tolist())
  })

  it('of attention weights is on in training only', () => {
    const attention = new nn.MultiheadAttention(4, 2, { dropout: 0.9, batchFirst: true })
    made.push(attention)
    const x = ones([1, 6, 4])
    const [a, b] = [attention.forward(x), attention.forward(x)]
    expect(a.tolist()).not.toEqual(b.tolist())
    attention.eval()
    expect(attention.forward(x).tolist()).toEqual(attention.forward(x).tolist())
  })
})
