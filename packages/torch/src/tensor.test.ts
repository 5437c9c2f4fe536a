import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  arange,
  cat,
  einsum,
  expectNoLeak,
  eye,
  fromTypedArray,
  full,
  linspace,
  ones,
  randint,
  randn,
  randperm,
  scope,
  stack,
  type Tensor,
  type TorchError,
  tensor,
  where,
  zeros,
  zerosLike,
} from './index.js'

/** A test in a scope of its own. */
const check = (name: string, body: () => void) => it(name, () => scope(body))
const codeOf = (fn: () => unknown) => {
  try {
    fn()
  } catch (error) {
    return (error as TorchError).code
  }
  return undefined
}

describe('factories', () => {
  check('take shape and values from nested arrays', () => {
    const made = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect(made.shape).toEqual([2, 3])
    expect(made.dtype).toBe('float32')
    expect(made.strides).toEqual([3, 1])
    expect(made.numel).toBe(6)
    expect(made.ndim).toBe(2)
    expect(tensor(7).shape).toEqual([])
    expect(tensor([]).shape).toEqual([0])
    expect(tensor([true, false], { dtype: 'bool' }).tolist()).toEqual([1, 0])
    expect(tensor([[2 ** 40]], { dtype: 'int64' }).tolist()).toEqual([[2 ** 40]])
    expect(tensor(new Float64Array([1.5])).dtype).toBe('float64')
    const whole = [2 ** 24 + 1, 2 ** 31 - 1, -(2 ** 31)]
    expect(tensor(whole, { dtype: 'int32' }).tolist()).toEqual(whole)
  })

  check('refuse ragged rows', () => {
    expect(() => tensor([[1, 2], [3]])).toThrow(/same length/)
    expect(() => tensor([[1], 2])).toThrow(/same length/)
    expect(() => tensor([1, [2]])).toThrow(/same length/)
  })

  check('refuse numbers outside an integer dtype', () => {
    expect(tensor([255.9, -0.5], { dtype: 'uint8' }).tolist()).toEqual([255, 0])
    expect(tensor([-(2 ** 63), 2 ** 53], { dtype: 'int64' }).tolist()).toEqual([-(2 ** 63), 2 ** 53])
    expect(() => tensor([1, 256], { dtype: 'uint8' })).toThrow(/256 lies outside uint8/)
    expect(() => tensor(-1, { dtype: 'uint8' })).toThrow(/outside uint8/)
    expect(() => tensor(2 ** 31, { dtype: 'int32' })).toThrow(/outside int32/)
    expect(() => tensor(2 ** 63, { dtype: 'int64' })).toThrow(/outside int64/)
    expect(() => tensor(Number.NaN, { dtype: 'int64' })).toThrow(/outside int64/)
  })

  check('give float32 unless indices are meant', () => {
    expect(zeros([2]).dtype).toBe('float32')
    expect(full([2], 3).dtype).toBe('float32')
    expect(full([2], 3).tolist()).toEqual([3, 3])
    expect(arange(3).dtype).toBe('int64')
    expect(arange(1, 2, 0.25).tolist()).toEqual([1, 1.25, 1.5, 1.75])
    expect(linspace(0, 1, 3).tolist()).toEqual([0, 0.5, 1])
    expect(eye(2).tolist()).toEqual([
      [1, 0],
      [0, 1],
    ])
    expect(randint(0, 5, [4]).dtype).toBe('int64')
    expect((randperm(5).sort()[0].tolist() as number[]).join()).toBe('0,1,2,3,4')
    expect(zerosLike(ones([2], { dtype: 'float64' })).dtype).toBe('float64')
    expect(randn([2], { requiresGrad: true }).requiresGrad).toBe(true)
  })

  check('join, choose and sum products', () => {
    const [a, b] = [tensor([1, 2]), tensor([3, 4])]
    expect(cat([a, b]).tolist()).toEqual([1, 2, 3, 4])
    expect(stack([a, b], 1).tolist()).toEqual([
      [1, 3],
      [2, 4],
    ])
    expect(where(a.gt(1), a, 0).tolist()).toEqual([0, 2])
    expect(where(a.gt(1), -1, b).tolist()).toEqual([3, -1])
    const whole = tensor([3, 4], { dtype: 'int64' })
    const mixed = where(a.gt(1), 0.5, whole)
    expect([mixed.dtype, mixed.tolist()]).toEqual(['float32', [3, 0.5]])
    expect(where(a.gt(1), whole, -1).dtype).toBe('int64')
    expect(where(a.gt(1), a.gt(5), 2).tolist()).toEqual([2, 0])
    expect(einsum('i,j->ij', [a, b]).tolist()).toEqual([
      [3, 4],
      [6, 8],
    ])
  })
})

describe('methods', () => {
  let x: Tensor
  beforeAll(() => {
    x = tensor([
      [3, 1, 2],
      [-1, 5, 0],
    ])
  })
  afterAll(() => x.dispose())

  check('arithmetic broadcasts and takes numbers', () => {
    expect(x.add(tensor([1, 0, 0])).tolist()).toEqual([
      [4, 1, 2],
      [0, 5, 0],
    ])
    expect(x.add(x, 2).tolist()).toEqual([
      [9, 3, 6],
      [-3, 15, 0],
    ])
    expect(x.sub(1).mul(2).div(4).tolist()).toEqual([
      [1, 0, 0.5],
      [-1, 2, -0.5],
    ])
    expect(x.div(2, 'floor').tolist()).toEqual([
      [1, 0, 1],
      [-1, 2, 0],
    ])
    expect(x.pow(2).sum().item()).toBe(40)
    expect(tensor([1, 2], { dtype: 'int64' }).add(1).dtype).toBe('int64')
    expect(tensor([1, 2], { dtype: 'int64' }).mul(0.5).dtype).toBe('float32')
  })

  check('reductions', () => {
    expect(x.sum(1).tolist()).toEqual([6, 4])
    expect(x.sum([0, 1]).item()).toBe(10)
    expect(x.mean(0, true).shape).toEqual([1, 3])
    expect(x.argmax(1).tolist()).toEqual([0, 1])
    expect(x.argmax().item()).toBe(4)
    expect(x.amax().item()).toBe(5)
    expect(x.max().item()).toBe(5)
    const [values, indices] = x.max(1)
    expect([values.tolist(), indices.tolist()]).toEqual([
      [3, 5],
      [0, 1],
    ])
    const [top, at] = x.topk(2)
    expect([top.tolist(), at.tolist()]).toEqual([
      [
        [3, 2],
        [5, 0],
      ],
      [
        [0, 2],
        [1, 2],
      ],
    ])
    expect(x.sort(1, true)[0].tolist()).toEqual([
      [3, 2, 1],
      [5, 0, -1],
    ])
    expect(x.std().item()).toBeCloseTo(2.160247, 5)
    expect(x.varr(0).tolist()).toEqual([8, 8, 2])
    expect(x.norm(2, 1).tolist()).toEqual([Math.fround(Math.sqrt(14)), Math.fround(Math.sqrt(26))])
    expect(x.gt(4).any().item()).toBe(1)
    expect(x.cumsum(1).tolist()).toEqual([
      [3, 4, 6],
      [-1, 4, 4],
    ])
  })

  check('shapes and parts', () => {
    expect(x.t().shape).toEqual([3, 2])
    expect(x.view([-1]).shape).toEqual([6])
    expect(x.unflatten(1, [3, 1]).shape).toEqual([2, 3, 1])
    expect(x.unsqueeze(0).expand([4, 2, 3]).shape).toEqual([4, 2, 3])
    expect(x.select(0, 1).tolist()).toEqual([-1, 5, 0])
    expect(x.slice(1, 0, 3, 2).tolist()).toEqual([
      [3, 2],
      [-1, 0],
    ])
    expect(x.narrow(1, 1, 1).squeeze(1).tolist()).toEqual([1, 5])
    expect(x.chunk(2, 0).map((part) => part.shape)).toEqual([
      [1, 3],
      [1, 3],
    ])
    expect(x.split([1, 2], 1)[1]!.tolist()).toEqual([
      [1, 2],
      [5, 0],
    ])
    expect(x.index([tensor([1, 0], { dtype: 'int64' }), null]).tolist()).toEqual([
      [-1, 5, 0],
      [3, 1, 2],
    ])
    expect(x.maskedFill(x.lt(1), 9).tolist()).toEqual([
      [3, 1, 2],
      [9, 5, 9],
    ])
    expect(x.roll(1, 1).select(0, 0).tolist()).toEqual([2, 3, 1])
    expect(x.flip([0]).select(0, 0).tolist()).toEqual([-1, 5, 0])
    expect(x.tril().tolist()).toEqual([
      [3, 0, 0],
      [-1, 5, 0],
    ])
  })

  check('in-place methods change and return the tensor itself', () => {
    const y = x.clone()
    expect(y.add_(1).mul_(2)).toBe(y)
    expect(y.tolist()).toEqual([
      [8, 4, 6],
      [0, 12, 2],
    ])
    expect(
      y
        .zero_()
        .fill_(2)
        .copy_(tensor([1, 2, 3]))
        .select(0, 1)
        .tolist(),
    ).toEqual([1, 2, 3])
    expect(y.clamp_(2, null).select(0, 0).tolist()).toEqual([2, 2, 3])
  })

  check('conversions', () => {
    expect(x.to('float64').dtype).toBe('float64')
    expect(x.half().tolist()).toEqual(x.tolist())
    expect(x.bfloat16().dtype).toBe('bfloat16')
    expect(x.to({ dtype: 'int32', device: 'cpu' }).tolist()).toEqual(x.tolist())
    expect(x.to('cpu').device).toBe('cpu')
    expect(x.bool().tolist()).toEqual([
      [1, 1, 1],
      [1, 1, 0],
    ])
  })
})

describe('errors', () => {
  check('name the operator, shapes and dtypes', () => {
    expect(() => zeros([2, 3]).mm(zeros([4, 5], { dtype: 'float64' }))).toThrow(
      /^aten::mm: .*\(self: float32 \[2, 3\], mat2: float64 \[4, 5\]\)$/s,
    )
    expect(() => cat([zeros([1]), zeros([2, 2])])).toThrow(/tensors: \(float32 \[1\], float32 \[2, 2\]\)/)
  })

  check('tell when memory runs out', () => {
    expect(codeOf(() => zeros([2 ** 20, 2 ** 25]))).toBe('OutOfMemory')
  })

  check('have a code, and none of the C++ stack', () => {
    expect(codeOf(() => zeros([2]).view([3]))).toBe('OperatorFailed')
    expect(codeOf(() => zeros([2]).select(0.5, 0))).toBe('BadArgument')
    expect(codeOf(() => zeros([2]).item())).toBe('BadArgument')
    expect(codeOf(() => zeros([2]).to('nonsense'))).toBe('OperatorFailed')
    try {
      zeros([2]).view([3])
    } catch (error) {
      expect((error as Error).message).not.toMatch(/frame #|Exception raised/)
    }
  })
})

describe('typed arrays', () => {
  check('share memory in both directions', () => {
    const data = new Float32Array([1, 2, 3, 4])
    const made = fromTypedArray(data, [2, 2])
    data[0] = 9
    expect(made.tolist()).toEqual([
      [9, 2],
      [3, 4],
    ])
    made.mul_(2)
    expect([...data]).toEqual([18, 4, 6, 8])
    const view = made.dataView()
    view[3] = 1
    expect(data[3]).toBe(1)
  })

  check('respect an offset into a larger buffer', () => {
    const whole = new Float32Array([0, 1, 2, 3])
    expect(fromTypedArray(whole.subarray(1, 3), [2]).tolist()).toEqual([1, 2])
  })

  check('copy on request', () => {
    const data = new Int32Array([1, 2])
    const made = fromTypedArray(data, [2], { copy: true })
    data[0] = 5
    expect(made.tolist()).toEqual([1, 2])
    expect(made.dtype).toBe('int32')
  })

  check('work over a SharedArrayBuffer', () => {
    const shared = new Float32Array(new SharedArrayBuffer(8))
    fromTypedArray(shared, [2]).fill_(3)
    expect([...shared]).toEqual([3, 3])
  })

  check('give float16 and bfloat16 as bits, int64 as BigInt, bool as bytes', () => {
    expect(tensor([1, -2]).half().toTypedArray()).toEqual(new Uint16Array([0x3c00, 0xc000]))
    expect(tensor([1]).bfloat16().toTypedArray()).toEqual(new Uint16Array([0x3f80]))
    expect(fromTypedArray(new Uint16Array([0x3c00]), [1], { dtype: 'float16' }).tolist()).toEqual([1])
    expect(tensor([3], { dtype: 'int64' }).toTypedArray()).toEqual(new BigInt64Array([3n]))
    expect(tensor([0, 5], { dtype: 'bool' }).toTypedArray()).toEqual(new Uint8Array([0, 1]))
    expect(x2().t().toTypedArray()).toEqual(new Float32Array([1, 3, 2, 4]))
    const half = tensor([1]).half()
    expect(expectNoLeak(() => half.tolist())).toEqual([1])
  })

  const x2 = () =>
    tensor([
      [1, 2],
      [3, 4],
    ])

  check('refuse what does not fit', () => {
    expect(() => fromTypedArray(new Float32Array(3), [2])).toThrow(/needs 2 elements, the array has 3/)
    expect(() => fromTypedArray(new Uint16Array(1), [1])).toThrow(/float16/)
    expect(() => fromTypedArray(new Float32Array(1), [1], { dtype: 'int64' })).toThrow(/does not hold int64/)
    expect(() => x2().t().dataView()).toThrow(/contiguous/)
    expect(() => fromTypedArray(new Float32Array(4), [2 ** 33, 2 ** 33, 2 ** 33])).toThrow(/too large/)
    const Resizable = ArrayBuffer as new (size: number, options: { maxByteLength: number }) => ArrayBuffer
    const growing = new Float32Array(new Resizable(8, { maxByteLength: 16 }))
    expect(() => fromTypedArray(growing, [2])).toThrow(/can shrink/)
    expect(fromTypedArray(growing, [2], { copy: true }).tolist()).toEqual([0, 0])
  })

  check('take only 0 and 1 as the bytes of bool, and make others so where they copy', () => {
    const bytes = new Uint8Array([0, 2, 255])
    expect(() => fromTypedArray(bytes, [3], { dtype: 'bool' })).toThrow(/bytes 0 or 1/)
    expect(fromTypedArray(bytes, [3], { dtype: 'bool', copy: true }).sum().item()).toBe(2)
    expect(tensor(bytes, { dtype: 'bool' }).toTypedArray()).toEqual(new Uint8Array([0, 1, 1]))
    expect(fromTypedArray(new Uint8Array([1, 0]), [2], { dtype: 'bool' }).tolist()).toEqual([1, 0])
  })

  it('keep the buffer while a view of the tensor lives, and its memory while a data view lives', () => {
    const row = scope(() => fromTypedArray(new Float32Array([1, 2, 3, 4]), [2, 2]).select(0, 1))
    expect(row.tolist()).toEqual([3, 4])
    const view = scope(() => tensor([5, 6]).dataView())
    expect([...view]).toEqual([5, 6])
    row.dispose()
  })
})
