import { describe, expect, it } from 'vitest'
import { curvesSvg } from './curve-figure.js'

const drawn = curvesSvg({
  title: 'Loss & <more>',
  x: 'step',
  y: 'loss',
  series: [
    {
      name: 'a',
      points: [
        [0, 0],
        [50, 1],
        [100, 2],
      ],
    },
    {
      name: 'b',
      points: [
        [0, 2],
        [100, 0],
      ],
    },
  ],
})
const lines = [...drawn.matchAll(/points="([^"]+)"/g)].map(([, points]) =>
  points!.split(' ').map((point) => point.split(',').map(Number) as [number, number]),
)

describe('a line chart', () => {
  it('has a line for each series, within its axes', () => {
    expect(lines.map((line) => line.length)).toEqual([3, 2])
    const [first, second] = lines
    // Proportional, upwards, and both over the same axes.
    expect(first![1]![0] - first![0]![0]).toBeCloseTo(first![2]![0] - first![1]![0], 1)
    expect(first![0]![1] - first![1]![1]).toBeCloseTo(first![1]![1] - first![2]![1], 1)
    expect(second![0]![1]).toBe(first![2]![1])
    expect(second![1]![1]).toBe(first![0]![1])
  })

  it('names its axes and series, and escapes what it is given', () => {
    for (const word of ['step', '>loss<', '>a<', '>b<', 'Loss &amp; &lt;more&gt;']) expect(drawn).toContain(word)
  })

  it('begins near the lowest value where that is far from 0, and stands where there is nothing', () => {
    const far = curvesSvg({
      title: '',
      x: '',
      y: '',
      series: [
        {
          name: 'a',
          points: [
            [1, 1.6],
            [2, 1.9],
          ],
        },
      ],
    })
    expect(far).toContain('>1.6<')
    expect(far).not.toContain('text-anchor="end" fill="#5b6270">0<')
    expect(curvesSvg({ title: '', x: '', y: '', series: [] })).not.toContain('NaN')
  })
})
