import { describe, expect, it } from 'vitest'
import { arange, callOp, F, Generator, ones, randn, scope, type Tensor, tensor, zeros } from '../index.js'

const check = (name: string, body: () => void) => it(name, () => scope(body))
const close = (a: Tensor, b: Tensor, atol = 1e-6) => expect(a.allclose(b, 1e-5, atol)).toBe(true)

describe('network', () => {
  check('linear', () => {
    const [x, w, b] = [tensor([[1, 2]]), tensor([[3, 4]]), tensor([10])]
    expect(F.linear(x, w, b).tolist()).toEqual([[21]])
    expect(F.linear(x, w).tolist()).toEqual([[11]])
  })

  check('layerNorm gives mean 0 and variance 1', () => {
    const y = F.layerNorm(randn([4, 16]), [16])
    close(y.mean(1), zeros([4]))
    close(y.varr(1, 0), ones([4]), 1e-3)
  })

  check('groupNorm over groups of channels', () => {
    const y = F.groupNorm(randn([2, 4, 5]), 2).reshape([2, 2, 10])
    close(y.mean(2), zeros([2, 2]))
  })

  check('normalize, also of a zero vector', () => {
    const y = F.normalize(
      tensor([
        [3, 4],
        [0, 0],
      ]),
    )
    close(
      y,
      tensor([
        [0.6, 0.8],
        [0, 0],
      ]),
    )
    expect(F.normalize(tensor([[1, 3]]), { p: 1 }).tolist()).toEqual([[0.25, 0.75]])
  })

  check('cosineSimilarity', () => {
    expect(F.cosineSimilarity(tensor([[1, 0]]), tensor([[1, 1]])).item()).toBeCloseTo(Math.SQRT1_2, 6)
  })

  check('embedding and oneHot', () => {
    const table = tensor([
      [1, 2],
      [3, 4],
    ])
    const labels = tensor([1, 0], { dtype: 'int64' })
    expect(F.embedding(labels, table).tolist()).toEqual([
      [3, 4],
      [1, 2],
    ])
    expect(F.oneHot(labels, 3).tolist()).toEqual([
      [0, 1, 0],
      [1, 0, 0],
    ])
  })

  check('dropout keeps the mean, repeats by generator, and is off outside training', () => {
    const x = ones([2000])
    const first = F.dropout(x, 0.25, true, new Generator(3))
    expect(first.equal(F.dropout(x, 0.25, true, new Generator(3)))).toBe(true)
    expect(first.mean().item()).toBeCloseTo(1, 1)
    const values = new Set(first.tolist() as number[])
    expect([...values].sort()).toEqual([0, Math.fround(1 / 0.75)])
    expect(F.dropout(x, 0.25, false)).toBe(x)
    expect(F.dropout(x, 1, true, new Generator(1)).sum().item()).toBe(0)
    expect(() => F.dropout(x, 2)).toThrow(/between 0 and 1/)
  })

  check('pad', () => {
    expect(F.pad(tensor([[1, 2]]), [1, 1, 0, 1], 'constant', 9).tolist()).toEqual([
      [9, 1, 2, 9],
      [9, 9, 9, 9],
    ])
    expect(F.pad(tensor([[1, 2, 3]]), [1, 1], 'reflect').tolist()).toEqual([[2, 1, 2, 3, 2]])
    expect(F.pad(arange(4).float().reshape([1, 1, 2, 2]), [1, 0, 0, 0], 'replicate').tolist()).toEqual([
      [
        [
          [0, 0, 1],
          [2, 2, 3],
        ],
      ],
    ])
  })
})

describe('losses', () => {
  const logits = () =>
    tensor([
      [2, 0],
      [0, 0],
    ])
  const labels = () => tensor([0, 1], { dtype: 'int64' })
  const expected = [Math.log(1 + Math.exp(-2)), Math.LN2]

  check('crossEntropy with every option', () => {
    const each = F.crossEntropy(logits(), labels(), { reduction: 'none' }).tolist() as number[]
    expect(each[0]).toBeCloseTo(expected[0]!, 6)
    expect(each[1]).toBeCloseTo(expected[1]!, 6)
    expect(F.crossEntropy(logits(), labels()).item()).toBeCloseTo((expected[0]! + expected[1]!) / 2, 6)
    expect(F.crossEntropy(logits(), labels(), { reduction: 'sum' }).item()).toBeCloseTo(expected[0]! + expected[1]!, 6)
    expect(F.crossEntropy(logits(), labels(), { ignoreIndex: 0 }).item()).toBeCloseTo(Math.LN2, 6)
    const smooth = F.crossEntropy(logits().narrow(0, 0, 1), labels().narrow(0, 0, 1), { labelSmoothing: 0.2 }).item()
    expect(smooth).toBeCloseTo(expected[0]! + 0.1 * 2, 6)
  })

  check('regression and divergence', () => {
    const [a, b] = [tensor([1, 4]), tensor([2, 2])]
    expect(F.mseLoss(a, b).item()).toBe(2.5)
    expect(F.l1Loss(a, b, 'sum').item()).toBe(3)
    expect(F.smoothL1Loss(a, b, 'none').tolist()).toEqual([0.5, 1.5])
    expect(F.nllLoss(logits().logSoftmax(1), labels()).item()).toBeCloseTo((expected[0]! + expected[1]!) / 2, 6)
    const p = tensor([[0.5, 0.5]])
    expect(F.klDiv(p.log(), p, 'sum').item()).toBeCloseTo(0, 6)
    expect(F.binaryCrossEntropyWithLogits(tensor([0]), tensor([1])).item()).toBeCloseTo(Math.LN2, 6)
  })
})

describe('convolution and pooling', () => {
  check('conv2d of a known picture', () => {
    const x = arange(9).float().reshape([1, 1, 3, 3])
    expect(F.conv2d(x, ones([1, 1, 2, 2])).tolist()).toEqual([
      [
        [
          [8, 12],
          [20, 24],
        ],
      ],
    ])
    expect(F.conv2d(x, ones([1, 1, 2, 2]), { stride: 2, padding: 1, bias: tensor([1]) }).shape).toEqual([1, 1, 2, 2])
    expect(F.conv2d(randn([1, 4, 5, 5]), randn([4, 1, 3, 3]), { groups: 4, dilation: [2, 2] }).shape).toEqual([
      1, 4, 1, 1,
    ])
    expect(F.conv1d(randn([1, 2, 8]), randn([3, 2, 3])).shape).toEqual([1, 3, 6])
    expect(F.conv3d(randn([1, 2, 4, 4, 4]), randn([3, 2, 2, 2, 2]), { stride: 2 }).shape).toEqual([1, 3, 2, 2, 2])
  })

  check('convTranspose2d undoes the sizes of conv2d', () => {
    const x = randn([1, 2, 4, 4])
    expect(F.convTranspose2d(x, randn([2, 3, 2, 2]), { stride: 2 }).shape).toEqual([1, 3, 8, 8])
    expect(F.convTranspose2d(x, randn([2, 3, 3, 3]), { stride: 2, padding: 1, outputPadding: 1 }).shape).toEqual([
      1, 3, 8, 8,
    ])
  })

  check('pools', () => {
    const x = arange(16).float().reshape([1, 1, 4, 4])
    expect(F.maxPool2d(x, 2).flatten().tolist()).toEqual([5, 7, 13, 15])
    expect(F.avgPool2d(x, 2).flatten().tolist()).toEqual([2.5, 4.5, 10.5, 12.5])
    expect(F.adaptiveAvgPool2d(x, 1).item()).toBe(7.5)
  })

  check('interpolate', () => {
    const x = arange(4).float().reshape([1, 1, 2, 2])
    expect(
      F.interpolate(x, { size: [4, 4] })
        .flatten()
        .tolist(),
    ).toEqual([0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3])
    expect(
      F.interpolate(x, { size: [3, 3], mode: 'bilinear', alignCorners: true })
        .flatten()
        .tolist(),
    ).toEqual([0, 0.5, 1, 1, 1.5, 2, 2, 2.5, 3])
    const constant = ones([1, 1, 8, 8])
    for (const mode of ['bilinear', 'bicubic'] as const) {
      close(F.interpolate(constant, { size: [3, 5], mode, antialias: true }), ones([1, 1, 3, 5]), 1e-5)
    }
    expect(() => F.interpolate(x, { size: [1, 1], antialias: true })).toThrow(/bilinear/)
  })
})

describe('scaledDotProductAttention', () => {
  const plain = (q: Tensor, k: Tensor, v: Tensor, scale: number) =>
    q.matmul(k.transpose(-2, -1)).mul(scale).softmax(-1).matmul(v)

  check('is softmax of scaled products', () => {
    const [q, k, v] = [randn([2, 3, 4, 8]), randn([2, 3, 5, 8]), randn([2, 3, 5, 6])]
    close(F.scaledDotProductAttention(q, k, v), plain(q, k, v, 1 / Math.sqrt(8)))
    close(F.scaledDotProductAttention(q, k, v, { scale: 0.2 }), plain(q, k, v, 0.2))
  })

  check('hides what masks hide', () => {
    const [q, k, v] = [randn([1, 3, 8]), randn([1, 3, 8]), randn([1, 3, 6])]
    const causal = F.scaledDotProductAttention(q, k, v, { isCausal: true })
    close(causal.select(1, 0), v.select(1, 0))
    const allowed = ones([3, 3], { dtype: 'bool' }).tril()
    close(F.scaledDotProductAttention(q, k, v, { mask: allowed }), causal)
    const added = zeros([3, 3]).maskedFill(allowed.logicalNot(), Number.NEGATIVE_INFINITY)
    close(F.scaledDotProductAttention(q, k, v, { mask: added }), causal)
    close(F.scaledDotProductAttention(q, k, v, { mask: ones([3, 3], { dtype: 'bool' }), isCausal: true }), causal)
  })
})

describe('callOp', () => {
  check('reaches operators that have no wrapper', () => {
    const [values, indices] = callOp('kthvalue', '', [tensor([5, 1, 3]), 2]) as [Tensor, Tensor]
    expect([values.item(), indices.item()]).toEqual([3, 2])
    const parts = callOp('aten::tensor_split.sections'.split('.')[0]!, 'sections', [tensor([1, 2, 3]), 2]) as Tensor[]
    expect(parts.map((part) => part.tolist())).toEqual([[1, 2], [3]])
    expect(callOp('is_floating_point', '', [tensor([1])])).toBe(true)
    expect(callOp('size', 'int', [zeros([4, 7]), 1])).toBe(7)
  })
})
