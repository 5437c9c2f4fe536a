import { describe, expect, it } from 'vitest'
import { tableSvg } from './figure.js'
import { spread } from './spread.js'
import type { Table } from './table.js'

const table: Table = {
  title: 'Top-1 <of all>',
  groups: [
    {
      title: 'Trained on kitchen',
      groups: [
        { title: 'Nouns', columns: ['kitchen', 'hm'] },
        { title: 'Nouns, published', columns: ['E4D'], kind: 'published' },
        { title: 'Verbs', columns: ['kitchen'] },
      ],
    },
  ],
  rows: [
    { name: 'ZS CLIP', kind: 'measured', cells: [spread([0.1]), spread([0.2]), spread([0.9]), spread([0.3])] },
    { name: 'X & MIC', kind: 'measured', cells: [spread([0.4, 0.5]), undefined, spread([0.9]), undefined] },
    { name: 'paper', kind: 'published', cells: [spread([0.9]), spread([0.9]), spread([0.9]), spread([0.9])] },
  ],
  notes: [],
}

describe('a table as a drawing', () => {
  const svg = tableSvg(table)
  const bars = [...svg.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="7"/g)].map(([, x, width]) => ({
    x: Number(x),
    width: Number(width),
  }))

  it('has a panel for each heading and a bar for each measured cell, as long as its share', () => {
    expect(svg).toContain('>Trained on kitchen: Nouns</text>')
    expect(svg).toContain('>Trained on kitchen: Verbs: kitchen</text>')
    expect(svg).not.toContain('published')
    expect(svg).not.toContain('>paper<')
    expect(bars).toHaveLength(4)
    const [zero, , measured] = bars
    expect(measured!.width / zero!.width).toBeCloseTo(4.5, 1)
    expect(bars[0]!.x).toBe(bars[1]!.x)
  })

  it('has the deviation over seeds as an error bar round the end of its bar', () => {
    const errors = [...svg.matchAll(/<line x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="\2" stroke="#1a1d24"/g)]
    expect(errors).toHaveLength(1)
    const [, from, , to] = errors[0]!.map(Number) as [number, number, number, number]
    const { x, width } = bars[2]!
    expect((from + to) / 2).toBeCloseTo(x + width, 0)
    // 0.0707 on an axis where 0.45 is this long.
    expect((to - from) / 2 / width).toBeCloseTo(0.0707 / 0.45, 2)
  })

  it('has room for long names and for legends of many columns', () => {
    const columns = Array.from({ length: 12 }, (_, i) => `a column of ${i}`)
    const name = 'a method with a name of more than forty letters'
    const cells = columns.map(() => spread([0.5]))
    const wide = tableSvg({
      ...{
        title: 'a title of many words '.repeat(9).trim(),
        groups: [{ title: '', groups: [{ title: 'all', columns }] }],
        notes: [],
      },
      rows: [{ name, kind: 'measured', cells }],
    })
    const at = (label: string) => new RegExp(`<text x="([\\d.]+)" y="([\\d.]+)"[^>]*>${label}</text>`).exec(wide)!
    const titles = [...wide.matchAll(/font-size="15"[^>]*>([^<]*)</g)].map(([, line]) => line!)
    expect(titles.join(' ')).toBe('a title of many words '.repeat(9).trim())
    expect(Math.max(...titles.map((line) => line.length))).toBeLessThan(112)
    const [, end] = at(name)
    expect(Number(end)).toBeGreaterThan(6 * name.length)
    const places = columns.map((column) => at(column).slice(1).map(Number) as [number, number])
    expect(Math.max(...places.map(([x]) => x))).toBeLessThan(470 - 6 * columns[11]!.length)
    expect(new Set(places.map(String)).size).toBe(12)
    const bars = [...wide.matchAll(/<rect x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="7"/g)].map((m) => Number(m[1]))
    const ticks = [...wide.matchAll(/<text x="([\d.]+)"[^>]*>\d+ %</g)].map((m) => Number(m[1]))
    expect(Math.min(...ticks.slice(1).map((x, i) => x - ticks[i]!))).toBeGreaterThan(30)
    expect(Math.min(...bars)).toBeGreaterThan(Math.max(...places.map(([, y]) => y)))
  })

  it('is well-formed, whatever names say', () => {
    expect(svg).toContain('Top-1 &lt;of all&gt;')
    expect(svg).toContain('X &amp; MIC')
    expect(svg.match(/<(rect|line|text|svg)/g)!.length).toBe((svg.match(/\/>|<\/text>|<\/svg>/g) ?? []).length)
  })
})
