import { describe, expect, it } from 'vitest'
import {
  autocast,
  enableGrad,
  expectNoLeak,
  F,
  grad,
  isGradEnabled,
  memory,
  nn,
  noGrad,
  ones,
  optim,
  randint,
  randn,
  scope,
  tensor,
} from './index.js'

const check = (name: string, body: () => void) => it(name, () => expectNoLeak(() => scope(body)))

describe('autograd', () => {
  check('accumulates gradients in leaves', () => {
    const x = tensor([1, 2, 3], { requiresGrad: true })
    expect(x.isLeaf).toBe(true)
    expect(x.grad).toBe(null)
    x.pow(2).sum().backward()
    expect(x.grad!.tolist()).toEqual([2, 4, 6])
    x.sum().backward()
    expect(x.grad!.tolist()).toEqual([3, 5, 7])
    x.grad = null
    expect(x.grad).toBe(null)
    x.mul(2).backward(tensor([1, 0, 1]))
    expect(x.grad!.tolist()).toEqual([2, 0, 2])
    x.grad = null
  })

  check('gives gradients of outputs by inputs without touching grad', () => {
    const [x, y] = [tensor([2], { requiresGrad: true }), tensor([5], { requiresGrad: true })]
    const [dx, dy] = grad([x.mul(y)], [x, y])
    expect([dx!.item(), dy!.item()]).toEqual([5, 2])
    expect(x.grad).toBe(null)
    const [, unused] = grad([x.mul(2)], [x, y], null, { allowUnused: true })
    expect(unused).toBe(null)
    expect(() => grad([x.mul(2)], [y])).toThrow(/not have been used/)
    const seeded = grad([x.mul(3)], [x], [tensor([10])])
    expect(seeded[0]!.item()).toBe(30)
  })

  check('differentiates gradients', () => {
    const x = tensor([2], { requiresGrad: true })
    const [first] = grad([x.pow(3)], [x], null, { createGraph: true })
    const [second] = grad([first!], [x])
    expect([first!.item(), second!.item()]).toEqual([12, 12])
  })

  check('keeps the graph only when asked', () => {
    const x = tensor([2], { requiresGrad: true })
    const y = x.pow(2)
    y.backward(null, { retainGraph: true })
    y.backward()
    expect(x.grad!.item()).toBe(8)
    expect(() => y.backward()).toThrow(/second time/)
    x.grad = null
  })

  check('has modes that end with their function', () => {
    const x = tensor([1], { requiresGrad: true })
    expect(noGrad(() => x.mul(2).requiresGrad)).toBe(false)
    expect(noGrad(() => enableGrad(() => x.mul(2).requiresGrad))).toBe(true)
    expect(() =>
      noGrad(() => {
        throw new Error('inside')
      }),
    ).toThrow('inside')
    expect(isGradEnabled()).toBe(true)
    expect(x.detach().requiresGrad).toBe(false)
    expect(() => noGrad(async () => 1)).toThrow(/synchronous/)
    expect(isGradEnabled()).toBe(true)
  })

  check('takes only a gradient of the same kind', () => {
    const x = ones([2], { requiresGrad: true })
    for (const wrong of [ones([1]), ones([2, 1]), ones([2], { dtype: 'float64' })]) {
      expect(() => {
        x.grad = wrong
      }).toThrow(expect.objectContaining({ code: 'BadArgument' }))
    }
    x.grad = tensor([3, 4])
    expect(x.grad.tolist()).toEqual([3, 4])
    x.grad = null
  })

  check('says what cannot require gradients', () => {
    expect(() => ones([2], { dtype: 'int64' }).requiresGrad_()).toThrow(/floating dtype/)
    expect(() => ones([2], { requiresGrad: true }).mul(2).requiresGrad_(false)).toThrow(/detach\(\)/)
  })
})

describe('autocast', () => {
  check('computes products in bfloat16 and losses in float32', () => {
    const [x, w] = [randn([2, 3]), randn([4, 3], { requiresGrad: true })]
    const [product, loss] = autocast({ dtype: 'bfloat16' }, () => {
      const y = F.linear(x, w)
      return [y, F.mseLoss(y, randn([2, 4]).bfloat16())] as const
    })
    expect(product.dtype).toBe('bfloat16')
    expect(loss.dtype).toBe('float32')
    expect(F.linear(x, w).dtype).toBe('float32')
    expect(autocast({ dtype: 'bfloat16', enabled: false }, () => F.linear(x, w).dtype)).toBe('float32')
    const inner = autocast({ dtype: 'bfloat16' }, () =>
      autocast({ dtype: 'bfloat16', enabled: false }, () => F.linear(x, w).dtype),
    )
    expect(inner).toBe('float32')
  })

  check('lets norms with float32 weights take what products give', () => {
    // Small whole numbers are exact in bfloat16 too.
    const x = tensor([
      [1, 2, 3, 4],
      [3, -1, 0, 2],
    ])
    const w = tensor([
      [1, 2, 0, 0],
      [0, 1, 3, 0],
      [0, 0, 1, 2],
      [1, 0, 0, 1],
    ])
    const [layer, group] = [new nn.LayerNorm(4), new nn.GroupNorm(2, 4)]
    const forward = () => [layer, group].map((norm) => norm.forward(F.linear(x, w)))
    const [cast, exact] = [autocast({ dtype: 'bfloat16' }, forward), forward()]
    expect(cast.map(({ dtype }) => dtype)).toEqual(['float32', 'float32'])
    expect(cast.map((y) => y.tolist())).toEqual(exact.map((y) => y.tolist()))
    for (const norm of [layer, group]) norm.dispose()
  })

  check('keeps no cast of a weight that was made without recording, or before a step', () => {
    const [x, w] = [ones([1, 2]), ones([1, 2], { requiresGrad: true })]
    autocast({ dtype: 'bfloat16' }, () => {
      expect(noGrad(() => F.linear(x, w)).item()).toBe(2)
      F.linear(x, w).float().sum().backward()
      expect(w.grad!.tolist()).toEqual([[1, 1]])
      noGrad(() => w.fill_(3))
      expect(F.linear(x, w).item()).toBe(6)
    })
    w.grad = null
  })

  it('is switched off again when its function throws', () => {
    scope(() => {
      expect(() =>
        autocast({ dtype: 'bfloat16' }, () => {
          throw new Error('inside')
        }),
      ).toThrow('inside')
      expect(randn([2, 2]).mm(randn([2, 2])).dtype).toBe('float32')
    })
  })
})

describe('a training loop', () => {
  it('keeps live tensors and bytes constant and lowers the loss', () => {
    const model = new nn.Sequential(new nn.Linear(8, 16), new nn.GELU(), new nn.Linear(16, 3))
    const optimizer = new optim.AdamW(model.parameters(), { lr: 0.01 })
    const [x, labels] = [randn([32, 8]), randint(0, 3, [32])]
    const losses: number[] = []
    const live: number[] = []
    const bytes: number[] = []
    for (let step = 0; step < 60; step++) {
      const loss = scope(() => {
        const value = F.crossEntropy(model.forward(x), labels)
        value.backward()
        optimizer.step()
        optimizer.zeroGrad()
        return value.item()
      })
      losses.push(loss)
      live.push(memory().tensors)
      bytes.push(memory().bytes)
    }
    expect(losses.at(-1)).toBeLessThan(losses[0]! * 0.8)
    expect(new Set(live.slice(2)).size).toBe(1)
    expect(new Set(bytes.slice(2)).size).toBe(1)
  })
})
