import { describe, expect, it } from 'vitest'
import { expectNoLeak, memory, ones, scope, Tensor, TorchError, tensor } from './index.js'

const pause = () => new Promise((resolve) => setTimeout(resolve, 1))

describe('scope', () => {
  it('frees what was made inside and keeps what is returned', () => {
    const before = memory().tensors
    let lost: Tensor | undefined
    const kept = scope(() => {
      lost = ones([2])
      return lost.add(1)
    })
    expect(memory().tensors).toBe(before + 1)
    expect(kept.tolist()).toEqual([2, 2])
    expect(lost!.disposed).toBe(true)
    kept.dispose()
    expect(memory().tensors).toBe(before)
  })

  it('finds tensors in arrays, objects, maps, sets and class instances', () => {
    class Holder {
      inner = { tensor: tensor([5]) }
    }
    expectNoLeak(() =>
      scope(() => {
        const found = scope(() => {
          const shared = tensor([4])
          const cyclic: Record<string, unknown> = { shared, again: shared }
          cyclic.self = cyclic
          return {
            list: [tensor([1]), [tensor([2])]],
            map: new Map([['three', tensor([3])]]),
            set: new Set([tensor([6])]),
            holder: new Holder(),
            cyclic,
            text: 'text',
            nothing: null,
          }
        })
        expect(found.list[0]).toBeInstanceOf(Tensor)
        expect((found.list[0] as Tensor).item()).toBe(1)
        expect(((found.list[1] as Tensor[])[0] as Tensor).item()).toBe(2)
        expect(found.map.get('three')!.item()).toBe(3)
        expect((found.cyclic.shared as Tensor).item()).toBe(4)
        expect(found.holder.inner.tensor.item()).toBe(5)
        expect([...found.set][0]!.item()).toBe(6)
      }),
    )
  })

  it('gives a returned tensor to the enclosing scope', () => {
    expectNoLeak(() => {
      scope(() => {
        const inner = scope(() => scope(() => tensor([7])))
        expect(inner.item()).toBe(7)
      })
    })
  })

  it('frees everything when the function throws', () => {
    expectNoLeak(() => {
      expect(() =>
        scope(() => {
          ones([3]).add(1)
          throw new Error('on purpose')
        }),
      ).toThrow('on purpose')
    })
  })

  it('lets keep() out of every scope', () => {
    const kept = scope(() => scope(() => tensor([1, 2]).keep()))
    expect(kept.tolist()).toEqual([1, 2])
    kept.dispose()
    expect(kept.disposed).toBe(true)
  })

  it('follows an async function across await', async () => {
    await expectNoLeak(async () => {
      await scope(async () => {
        const first = ones([2])
        await pause()
        const second = first.add(1)
        const result = await scope(async () => {
          const inner = second.mul(2)
          await pause()
          return { value: inner.add(1) }
        })
        expect(second.tolist()).toEqual([2, 2])
        expect(result.value.tolist()).toEqual([5, 5])
        const plain = scope(() => result.value.sum().add(1))
        expect(plain.item()).toBe(11)
      })
    })
  })

  it('keeps interleaved async scopes apart', async () => {
    const work = (value: number) =>
      scope(async () => {
        const mine = tensor([value])
        await pause()
        const next = mine.add(1)
        await pause()
        return next
      })
    const before = memory().tensors
    const results = await Promise.all([1, 2, 3].map(work))
    expect(memory().tensors).toBe(before + 3)
    expect(results.map((result) => result.item())).toEqual([2, 3, 4])
    for (const result of results) result.dispose()
  })

  it('frees everything when an async function rejects', async () => {
    await expectNoLeak(async () => {
      const failing = scope(async () => {
        ones([3])
        await pause()
        ones([4])
        throw new Error('later')
      })
      await expect(failing).rejects.toThrow('later')
    })
  })

  it('gives what comes after its end to no scope, and never to a closed one', async () => {
    let late: Promise<Tensor> | undefined
    await scope(async () => {
      late = (async () => {
        await pause()
        await pause()
        return tensor([8])
      })()
    })
    // An open async scope elsewhere keeps the asynchronous look-up in use.
    await scope(async () => {
      const made = await late!
      expect(made.item()).toBe(8)
      expect(made.owner).toBe(null)
      made.dispose()
    })
  })

  it('refuses a promise from a function that is not async, with the cure', () => {
    expect(() => scope(() => Promise.resolve(1))).toThrow(/scope\(async \(\) => ...\)/)
  })
})

describe('lifetimes', () => {
  it('names the operator and the argument of a stale tensor', () => {
    const stale = scope(() => {
      const made = tensor([1])
      return { get: () => made }
    }).get()
    const live = tensor([1])
    expect(() => live.mul(stale)).toThrow(/^aten::mul\.Tensor: the tensor given as 'other' was disposed/)
    expect(() => stale.shape).toThrow(TorchError)
    try {
      stale.add(1)
    } catch (error) {
      expect(error).toMatchObject({ code: 'TensorDisposed', op: 'aten::add.Scalar' })
    }
    expect(String(stale)).toBe('Tensor(disposed)')
    live.dispose()
  })

  it('never reads another tensor through an old handle', () => {
    const old = tensor([1])
    old.dispose()
    const others = Array.from({ length: 10 }, (_, i) => tensor([i]))
    expect(() => old.item()).toThrow(/disposed/)
    for (const other of others) other.dispose()
  })

  it('can be disposed twice, and by Symbol.dispose', () => {
    const before = memory().tensors
    const made = tensor([1, 2])
    made.dispose()
    made.dispose()
    expect(memory().tensors).toBe(before)
    const used = tensor([3])
    used[Symbol.dispose]()
    expect(used.disposed).toBe(true)
  })

  it('keeps the memory of a view whose base was disposed', () => {
    const base = tensor([
      [1, 2],
      [3, 4],
    ])
    const view = base.select(0, 1)
    base.dispose()
    expect(view.tolist()).toEqual([3, 4])
    view.dispose()
  })

  it('leaves nothing behind after a million operators', () => {
    const [a, b] = [tensor([1]), tensor([2])]
    const before = memory()
    for (let i = 0; i < 1000; i++) {
      scope(() => {
        for (let k = 0; k < 1000; k++) a.add(b)
      })
    }
    expect(memory().tensors).toBe(before.tensors)
    expect(memory().bytes).toBe(before.bytes)
    a.dispose()
    b.dispose()
  })

  it('reports a leak with the cure', () => {
    const leaked: Tensor[] = []
    expect(() => expectNoLeak(() => leaked.push(tensor([1])))).toThrow(/1 tensors were left alive/)
    for (const each of leaked) each.dispose()
  })
})
