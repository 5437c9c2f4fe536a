import { Generator, randn, scope } from '@egolens/torch'
import { expect, it } from 'vitest'
import { KeyValueCache } from './cache.js'
import { expectNear } from './language.testing.js'

const keysValues = (batch: number, tokens: number, seed: number) => {
  const generator = new Generator(seed)
  return { k: randn([batch, 2, tokens, 4], { generator }), v: randn([batch, 2, tokens, 4], { generator }) }
}

it('keeps what it was given while it grows, and forgets what it is told to', () =>
  scope(() => {
    const cache = new KeyValueCache(1, 2, 4)
    const given = [3, 200, 1].map((tokens, i) => keysValues(2, tokens, i))
    let seen = given[0]!
    for (const tokens of given) {
      seen = cache.append(0, tokens)[0]!
      cache.advance(tokens.k.shape[2]!)
    }
    expect(cache.length).toBe(204)
    expect(seen.k.shape).toEqual([2, 2, 204, 4])
    expectNear(seen.k.narrow(2, 0, 3), given[0]!.k, 1e-9)
    expectNear(seen.v.narrow(2, 3, 200), given[1]!.v, 1e-9)
    cache.crop(2)
    const [again] = cache.append(0, given[2]!)
    expectNear(again!.k.narrow(2, 0, 2), given[0]!.k.narrow(2, 0, 2), 1e-9)
    expectNear(again!.k.narrow(2, 2, 1), given[2]!.k, 1e-9)
    expect(() => cache.crop(3)).toThrow('a cache of 2 tokens cannot be cut to 3')
    cache.dispose()
  }))

it('shares a prefix without copying it, and copies of copies', () =>
  scope(() => {
    const [first, second, third] = [keysValues(1, 5, 1), keysValues(1, 2, 2), keysValues(3, 1, 3)]
    const cache = new KeyValueCache(1)
    cache.append(0, first)
    cache.advance(5)
    const one = cache.fork(1)
    one.append(0, second)
    one.advance(2)
    const three = one.fork(3)
    const parts = three.append(0, third)
    expect(parts.map(({ k }) => k.shape)).toEqual([
      [1, 2, 5, 4],
      [1, 2, 2, 4],
      [3, 2, 1, 4],
    ])
    expectNear(parts[1]!.v, second.v, 1e-9)
    expect(() => three.crop(6)).toThrow('a cache of 7 tokens, 7 of them shared, cannot be cut to 6')
    expect(() => three.fork(2)).toThrow('a cache of 3 rows is not a prefix that others can share')
    for (const each of [three, one, cache]) each.dispose()
  }))

it('refuses what it cannot hold', () =>
  scope(() => {
    const cache = new KeyValueCache(1, 2)
    const { k, v } = keysValues(3, 1, 1)
    expect(() => cache.append(0, { k, v })).toThrow('the cache has 2 rows, the tokens 3')
    expect(() => cache.append(0, { k: k.requiresGrad_(true), v })).toThrow('a cache keeps no gradients')
    expect(() => cache.advance(1, { side: 'left', lengths: [1, 2] })).toThrow('are not those of 2 rows of 1 tokens')
    cache.dispose()
  }))
