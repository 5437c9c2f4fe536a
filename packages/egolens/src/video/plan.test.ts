import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plan } from './plan.js'
import { selectExpression, selectTests } from './select.js'
import type { Timeline } from './timeline.js'

/** What FFmpeg computes for `expression` at a timestamp. */
function selected(expression: string, pts: number): boolean {
  const functions = {
    if: (test: number, yes: number, no: number) => (test ? yes : no),
    lt: (a: number, b: number) => Number(a < b),
    eq: (a: number, b: number) => Number(a === b),
    between: (x: number, low: number, high: number) => Number(x >= low && x <= high),
    not: (a: number) => Number(a === 0),
    mod: (a: number, b: number) => a % b,
  }
  const script = expression.replaceAll('if(', 'when(')
  const names = Object.keys(functions).map((name) => (name === 'if' ? 'when' : name))
  return new Function('pts', ...names, `return ${script}`)(pts, ...Object.values(functions)) !== 0
}

const timestamps = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 60 }).map((gaps) =>
  Float64Array.from(
    gaps,
    (
      (at: number) => (gap: number) =>
        (at += gap)
    )(-3),
  ),
)

describe('selectExpression', () => {
  it('is true for exactly the wanted frames', () => {
    fc.assert(
      fc.property(timestamps, fc.array(fc.nat(59)), (ticks, picks) => {
        const wanted = [...new Set(picks.map((pick) => pick % ticks.length))].sort((a, b) => a - b)
        const expression = selectExpression(ticks, wanted)
        expect([...ticks.keys()].filter((i) => selected(expression, ticks[i]!))).toEqual(wanted)
      }),
    )
  })

  it('is one test for a grid and one for neighbours, and a tree for the rest', () => {
    const ticks = Float64Array.from({ length: 1000 }, (_, i) => i * 512)
    const every = (step: number) => Array.from({ length: 1000 / step }, (_, k) => k * step)
    expect(selectExpression(ticks, every(8))).toBe('between(pts,0,507904)*not(mod(pts-0,4096))')
    expect(selectExpression(ticks, every(1))).toBe('between(pts,0,511488)')
    expect(selectExpression(ticks, [3])).toBe('eq(pts,1536)')
    expect(selectExpression(ticks, [1, 5, 100])).toBe(
      'if(lt(pts,51200),between(pts,512,2560)*not(mod(pts-512,2048)),eq(pts,51200))',
    )
    expect(selectTests(ticks, [1, 5, 100])).toBe(2)
  })
})

describe('plan', () => {
  const timeline = (frames: number, keyEvery: number, side: number) =>
    ({
      info: { width: side, height: side },
      ticks: Float64Array.from({ length: frames }, (_, i) => i),
      keys: Uint8Array.from({ length: frames }, (_, i) => (i % keyEvery === 0 ? 1 : 0)),
    }) as unknown as Timeline

  it('reads on across short gaps and seeks to the key frame across long ones', () => {
    const wanted = [4, 30, 31, 3000, 3030]
    expect(plan(timeline(5000, 50, 1000), wanted)).toEqual([
      { wanted: [4, 30, 31], key: 0 },
      { wanted: [3000, 3030], key: 3000 },
    ])
    expect(plan(timeline(5000, 50, 64), wanted)).toEqual([{ wanted, key: 0 }])
    expect(plan(timeline(5000, 5000, 1000), wanted)).toEqual([{ wanted, key: 0 }])
    expect(plan(timeline(5000, 50, 1000), [4020])).toEqual([{ wanted: [4020], key: 4000 }])
  })

  it('splits what would not fit on a command line', () => {
    const ticks = Float64Array.from({ length: 20_000 }, (_, i) => i * 10 + (i % 3))
    const wanted = Array.from({ length: 5_000 }, (_, k) => 4 * k - (k % 2))
    wanted[0] = 0
    const passes = plan({ ...timeline(20_000, 10, 64), ticks }, wanted)
    expect(passes.flatMap((pass) => pass.wanted)).toEqual(wanted)
    for (const pass of passes) expect(selectExpression(ticks, pass.wanted).length).toBeLessThan(131_072)
  })
})
