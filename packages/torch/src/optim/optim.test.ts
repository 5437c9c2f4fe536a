import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { noGrad } from '../autograd.js'
import { arange, tensor, zeros } from '../creation.js'
import { TorchError } from '../errors.js'
import * as F from '../functional.js'
import { Generator } from '../generator.js'
import { memory } from '../memory.js'
import * as nn from '../nn/index.js'
import { digest, ramp } from '../nn/test-support.js'
import { load, save } from '../safetensors/index.js'
import { scope } from '../scope.js'
import type { Tensor } from '../tensor.js'
import { AdamW, clipGradNorm, SGD } from './index.js'

// Made by nn/golden/make.py with PyTorch 1.13.1.
const golden = JSON.parse(readFileSync(new URL('../nn/golden/golden.json', import.meta.url), 'utf8')) as {
  steps: Record<string, number[][]>
  clipped: { norm: number; grads: number[][] }
  mlp: number[]
}

interface AnyOptimizer {
  step(): void
  dispose(): void
}

const disposables: { dispose(): void }[] = []
const own = <T extends { dispose(): void }>(thing: T): T => {
  disposables.push(thing)
  return thing
}
afterEach(() => {
  for (const thing of disposables.splice(0)) thing.dispose()
})

const parameters = (...shapes: number[][]) =>
  shapes.map((shape, i) =>
    own(
      scope(() => ramp(shape, i))
        .requiresGrad_()
        .keep(),
    ),
  )

function closeTo(got: number[][], wanted: number[][]): void {
  got.flat().forEach((value, i) => {
    expect(value).toBeCloseTo(wanted.flat()[i]!, 11)
  })
}

// The gradients of golden/make.py; the second parameter has none in the first two steps.
function giveGradients(params: Tensor[], step: number): void {
  noGrad(() =>
    scope(() => {
      params.forEach((param, i) => {
        param.grad =
          i === 1 && step < 2
            ? null
            : param
                .detach()
                .pow(2)
                .add(ramp(param.shape, 50 + step))
      })
    }),
  )
}

function setGrad(param: Tensor, value: Tensor | number[]): void {
  param.grad = Array.isArray(value) ? tensor(value, { dtype: 'float64' }) : value
}

describe('steps give the values of PyTorch', () => {
  const cases: Record<string, (params: Tensor[]) => AnyOptimizer> = {
    AdamW: (p) => new AdamW(p, { lr: 0.1, betas: [0.9, 0.98], weightDecay: 0.01 }),
    'AdamW without decay': (p) => new AdamW(p, { lr: 0.1, eps: 1e-3, weightDecay: 0 }),
    'AdamW in groups': (p) =>
      new AdamW([{ params: p.slice(0, 1) }, { params: p.slice(1), lr: 0.3, weightDecay: 0.2 }], {
        lr: 0.1,
      }),
    SGD: (p) => new SGD(p, { lr: 0.1 }),
    'SGD with momentum and decay': (p) => new SGD(p, { lr: 0.1, momentum: 0.9, weightDecay: 0.05 }),
    "SGD with Nesterov's step": (p) => new SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true }),
    'SGD with dampening': (p) => new SGD(p, { lr: 0.1, momentum: 0.9, dampening: 0.3 }),
  }

  it('for every case', () => expect(Object.keys(cases)).toEqual(Object.keys(golden.steps)))

  it.each(Object.entries(cases))('%s', (name, make) => {
    const params = parameters([2, 3], [4], [])
    const optimizer = own(make(params))
    for (let step = 0; step < 5; step++) {
      giveGradients(params, step)
      optimizer.step()
    }
    closeTo(params.map(digest), golden.steps[name]!)
  })

  it('clipGradNorm', () => {
    const params = parameters([2, 3], [4])
    for (const param of params)
      setGrad(
        param,
        noGrad(() => param.detach().mul(3)),
      )
    expect(clipGradNorm(params, 1.5)).toBeCloseTo(golden.clipped.norm, 12)
    closeTo(
      scope(() => params.map((param) => digest(param.grad!))),
      golden.clipped.grads,
    )
  })
})

const mlp = (generator: Generator) => {
  const dtype = 'float64'
  const before = new nn.Sequential(
    new nn.Linear(4, 8, { generator }),
    new nn.GELU(),
    new nn.Linear(8, 3, { generator }),
  )
  return own(before.to(dtype))
}

function trainStep(model: nn.Sequential, optimizer: AdamW): number {
  return scope(() => {
    const target = arange(0, 12, 1, { dtype: 'int64' }).remainder(3)
    optimizer.zeroGrad()
    const loss = F.crossEntropy(model.forward(ramp([12, 4], 3)), target)
    loss.backward()
    optimizer.step()
    return loss.item()
  })
}

describe('training a small network', () => {
  it('gives the losses of PyTorch from the same seed', () => {
    const model = mlp(new Generator(7))
    const optimizer = own(new AdamW(model.parameters(), { lr: 0.02 }))
    const losses = golden.mlp.map(() => trainStep(model, optimizer))
    losses.forEach((loss, i) => {
      expect(loss).toBeCloseTo(golden.mlp[i]!, 11)
    })
  })

  it('leaves no tensor behind after the first step', () => {
    const model = mlp(new Generator(7))
    const optimizer = own(new AdamW(model.parameters()))
    trainStep(model, optimizer)
    const before = memory()
    for (let step = 0; step < 50; step++) trainStep(model, optimizer)
    expect(memory().tensors).toBeLessThanOrEqual(before.tensors)
    // What the allocator rounds up differs by some bytes; a leak of 50 steps is far more.
    expect(memory().bytes).toBeLessThan(before.bytes + 4096)
  })

  it('updates in place: parameters keep their memory', () => {
    const model = mlp(new Generator(7))
    const optimizer = own(new AdamW(model.parameters(), { lr: 0.1 }))
    const view = model.parameters()[0]!.detach().dataView()
    const before = view[0]
    trainStep(model, optimizer)
    expect(view[0]).not.toBe(before)
  })

  it('resumes bit for bit from saved files', () => {
    const directory = mkdtempSync(join(tmpdir(), 'optim-'))
    const straight = mlp(new Generator(7))
    const optimizer = own(new AdamW(straight.parameters(), { lr: 0.02 }))
    optimizer.scaleLr(0.5)
    for (let step = 0; step < 3; step++) trainStep(straight, optimizer)
    scope(() => {
      save(join(directory, 'model'), straight.stateDict())
      save(join(directory, 'optimizer'), optimizer.stateDict())
    })
    const resumed = mlp(new Generator(8))
    const second = own(new AdamW(resumed.parameters(), { lr: 1 }))
    scope(() => {
      resumed.loadStateDict(load(join(directory, 'model')))
      second.loadStateDict(load(join(directory, 'optimizer')))
    })
    expect(second.groups[0]!.lr).toBe(0.01)
    const after = (model: nn.Sequential, by: AdamW) => [
      trainStep(model, by),
      trainStep(model, by),
      trainStep(model, by),
    ]
    expect(after(resumed, second)).toEqual(after(straight, optimizer))
    rmSync(directory, { recursive: true })
  })
})

describe('an optimiser', () => {
  const code = (run: () => unknown): string | undefined => {
    try {
      run()
    } catch (error) {
      if (error instanceof TorchError) return error.code
      throw error
    }
    return undefined
  }

  it('refuses nothing to train, doubles, and results of operations', () => {
    const [x] = parameters([2])
    expect(code(() => new AdamW([]))).toBe('BadArgument')
    expect(code(() => new AdamW([x!, x!]))).toBe('BadArgument')
    expect(code(() => new AdamW([x!.mul(2)]))).toBe('BadArgument')
    expect(code(() => new SGD([x!], { nesterov: true }))).toBe('BadArgument')
  })

  it('frees gradients, or sets them to zero', () => {
    const params = parameters([2])
    const optimizer = own(new SGD(params))
    giveGradients(params, 3)
    optimizer.zeroGrad({ setToNull: false })
    expect(params[0]!.grad!.tolist()).toEqual([0, 0])
    optimizer.zeroGrad()
    expect(params[0]!.grad).toBeNull()
  })

  it('takes its own state again', () => {
    const params = parameters([2])
    const optimizer = own(new AdamW(params))
    giveGradients(params, 3)
    optimizer.step()
    const before = optimizer.stateDict()['state.0.exp_avg']!.tolist()
    optimizer.loadStateDict(optimizer.stateDict())
    expect(optimizer.stateDict()['state.0.exp_avg']!.tolist()).toEqual(before)
  })

  it('names what a state lacks', () => {
    const params = parameters([2], [3])
    const optimizer = own(new AdamW(params))
    giveGradients(params, 3)
    optimizer.step()
    const dict = { ...optimizer.stateDict(), 'state.1.exp_avg': zeros([4]), 'state.2.step': tensor(1) }
    delete (dict as Record<string, Tensor>)['state.0.exp_avg_sq']
    expect(() => optimizer.loadStateDict(dict)).toThrow(
      /misshapen state\.1\.exp_avg: \[4\] given, \[3\] wanted\n {2}missing state\.0\.exp_avg_sq.*\n {2}unexpected state\.2\.step/,
    )
  })

  it('keeps infinite parameters out of its state', () => {
    const params = parameters([2])
    noGrad(() => params[0]!.fill_(Number.POSITIVE_INFINITY))
    const optimizer = own(new SGD(params, { lr: 1, momentum: 0.9 }))
    setGrad(params[0]!, [1, 2])
    optimizer.step()
    expect(optimizer.stateDict()['state.0.momentum_buffer']!.tolist()).toEqual([1, 2])
  })
})

describe('clipGradNorm', () => {
  it('leaves short gradients as they are', () => {
    const params = parameters([2])
    setGrad(params[0]!, [3, 4])
    expect(clipGradNorm(params, 6)).toBe(5)
    expect(params[0]!.grad!.tolist()).toEqual([3, 4])
  })

  it('gives 0 without gradients', () => expect(clipGradNorm(parameters([2]), 1)).toBe(0))

  it('refuses a norm that is not finite', () => {
    const params = parameters([2])
    setGrad(params[0]!, [Number.NaN, 4])
    expect(() => clipGradNorm(params, 1)).toThrow(/norm is NaN/)
  })
})
