import { describe, expect, it } from 'vitest'
import { addon } from './addon.js'
import {
  autocast,
  callOp,
  cudaAvailable,
  isGradEnabled,
  memory,
  nn,
  noGrad,
  ones,
  randn,
  scope,
  type Tensor,
  TorchError,
  tensor,
} from './index.js'

const code = (name: TorchError['code']) => expect.objectContaining({ code: name })
const pause = () => new Promise((resolve) => setTimeout(resolve, 1))

describe('a tensor that was disposed', () => {
  it('while asynchronous work waits is refused when the work goes on', async () => {
    const shared = ones([4])
    const work = scope(async () => {
      const own = shared.add(1)
      await pause()
      return own.add(shared)
    })
    shared.dispose()
    await expect(work).rejects.toThrow(code('TensorDisposed'))
  })

  it('still gives its part of a gradient', () => {
    const x = tensor([1, 2], { requiresGrad: true })
    const square = x.pow(2)
    const loss = square.sum()
    square.dispose()
    loss.backward()
    expect(x.grad!.tolist()).toEqual([2, 4])
    for (const each of [x, loss]) each.dispose()
  })

  it('is refused as a gradient, in a list, and by every question about it', () => {
    scope(() => {
      const stale = ones([2])
      stale.dispose()
      const live = ones([2], { requiresGrad: true })
      expect(() => live.backward(stale)).toThrow(code('TensorDisposed'))
      expect(() => callOp('aten::cat', '', [[live, stale], 0])).toThrow(code('TensorDisposed'))
      const questions: ((of: Tensor) => unknown)[] = [
        (of) => of.shape,
        (of) => of.dtype,
        (of) => of.grad,
        (of) => of.requiresGrad_(),
        (of) => of.toTypedArray(),
        (of) => of.dataView(),
      ]
      for (const ask of questions) expect(() => ask(stale)).toThrow(code('TensorDisposed'))
    })
  })
})

describe('arguments that no operator takes', () => {
  it('are refused with the names and shapes of what was given: dtypes', () => {
    scope(() => {
      const [float, long] = [ones([2, 2]), ones([2, 2], { dtype: 'int64' })]
      expect(() => float.matmul(long)).toThrow(/aten::matmul: .*float32 \[2, 2\].*int64 \[2, 2\]/s)
      expect(() => ones([2], { dtype: 'int64', requiresGrad: true })).toThrow(/floating dtype/)
      expect(() => ones([2], { dtype: 'complex' as 'float32' })).toThrow(/'complex' is not a dtype/)
    })
  })

  it.skipIf(cudaAvailable())('are refused: devices that are not there (skipped: this machine has a GPU)', () => {
    expect(() => ones([2], { device: 'cuda' })).toThrow(code('OperatorFailed'))
    expect(() => ones([2], { device: 'no such device' })).toThrow(/device/)
  })

  it('are refused where no cast of a number would be defined', () => {
    const data = new Float32Array(2)
    for (const odd of [1e300, Number.POSITIVE_INFINITY, Number.NaN, 2 ** 53 + 2, 0.5]) {
      expect(() => addon.fromData(data, [odd], 'float32', true)).toThrow(code('BadArgument'))
      expect(() => addon.setNumThreads(odd)).toThrow(code('BadArgument'))
      expect(() => addon.manualSeed(odd)).toThrow(code('BadArgument'))
      expect(() => addon.call(odd)).toThrow(code('BadArgument'))
      expect(() => addon.releaseMany(new Float64Array(2), odd)).toThrow(code('BadArgument'))
      expect(() => addon.fromData(data, [2], odd as unknown as string, true)).toThrow(code('BadArgument'))
      expect(addon.isLive(odd)).toBe(false)
    }
    expect(() => addon.fromData(data, [-1], 'float32', true)).toThrow(code('BadArgument'))
    expect(() => addon.setNumThreads(0)).toThrow(code('BadArgument'))
    expect(() => addon.call(-1)).toThrow(code('NoSuchOperator'))
    expect(() => addon.fromData(data, [2], 99 as unknown as string, true)).toThrow('not the number of a dtype')
  })
})

describe('a function of the caller that throws', () => {
  const boom = () => {
    throw new Error('on purpose')
  }

  it('leaves recording, autocast and scopes as they were', () => {
    const before = memory().tensors
    for (const run of [
      () => noGrad(boom),
      () => autocast({ dtype: 'bfloat16' }, boom),
      () => scope(() => noGrad(() => autocast({ dtype: 'bfloat16' }, () => scope(boom)))),
    ]) {
      expect(run).toThrow('on purpose')
    }
    expect(isGradEnabled()).toBe(true)
    scope(() => expect(ones([2, 2]).matmul(ones([2, 2])).dtype).toBe('float32'))
    expect(memory().tensors).toBe(before)
  })

  it('by a type that autocast does not have leaves autocast as it was', () => {
    // libtorch 1.13 has bfloat16 alone on processors.
    try {
      autocast({ dtype: 'float16' }, () => {})
    } catch (error) {
      expect(error).toBeInstanceOf(TorchError)
    }
    scope(() => expect(ones([2, 2]).matmul(ones([2, 2])).dtype).toBe('float32'))
    expect(() => autocast({ dtype: 'int64' }, () => {})).toThrow(TorchError)
    scope(() => expect(ones([2, 2]).matmul(ones([2, 2])).dtype).toBe('float32'))
  })

  it('between the blocks of a backward pass frees what was kept', () => {
    const block = new nn.Linear(2, 2)
    const x = ones([1, 2])
    const before = memory().tensors
    const run = nn.checkpointSequential([block, block], x)
    scope(() => run.output.sum().backward())
    expect(() => run.backward(boom)).toThrow('on purpose')
    run.dispose()
    for (const parameter of block.parameters()) parameter.grad = null
    expect(memory().tensors).toBe(before)
  })
})

describe('a million tensors in one loop that never yields', () => {
  const [a, b] = [tensor([1]), tensor([2])]

  it('are freed at the end of their scope, and their slots are used again', () => {
    const before = memory()
    for (let time = 0; time < 2; time++) {
      scope(() => {
        for (let i = 0; i < 500_000; i++) a.add(b)
        expect(memory().tensors).toBe(before.tensors + 500_000)
      })
      expect(memory()).toMatchObject({ tensors: before.tensors, bytes: before.bytes })
    }
  })

  it('are freed one by one by dispose(), with an old handle that never finds a later tensor', () => {
    const before = memory().tensors
    const first = a.add(b)
    first.dispose()
    for (let i = 0; i < 1_000_000; i++) a.add(b).dispose()
    expect(memory().tensors).toBe(before)
    expect(first.disposed).toBe(true)
    expect(() => first.item()).toThrow(code('TensorDisposed'))
  })

  it('of random sizes leave no bytes behind', () => {
    const before = memory().bytes
    for (let i = 0; i < 1000; i++) {
      scope(() => {
        randn([1 + (i % 97), 1 + (i % 13)])
          .exp()
          .sum()
      })
    }
    expect(memory().bytes).toBe(before)
  })
})
