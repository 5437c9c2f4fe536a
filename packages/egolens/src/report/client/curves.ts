// Training curves, drawn by uPlot.

import type UPlot from 'uplot'
import { palette } from './colours.js'
import { element } from './dom.js'
import type { Curve } from './page.js'

/** Defined by uPlot's own script, which stands before this one in the page. */
declare const uPlot: typeof UPlot

export function curve(data: Curve): HTMLElement {
  const holder = element('div', { class: 'plot' })
  const root = element('figure', { class: 'curve' }, element('figcaption', {}, data.title), holder)
  const x = [...new Set(data.series.flatMap((s) => s.points.map((p) => p[0])))].sort((a, b) => a - b)
  const columns = data.series.map((s) => {
    const at = new Map(s.points)
    return x.map((value) => at.get(value) ?? null)
  })
  const draw = () => {
    const css = getComputedStyle(document.documentElement)
    const ink = css.getPropertyValue('--soft').trim()
    const grid = { stroke: css.getPropertyValue('--line').trim(), width: 1 }
    const font = '12px system-ui, sans-serif'
    const axis = { stroke: ink, grid, ticks: grid, font, labelFont: font }
    holder.replaceChildren()
    new uPlot(
      {
        width: Math.max(240, holder.clientWidth),
        height: 220,
        scales: { x: { time: false } },
        legend: { live: false },
        axes: [
          { ...axis, label: data.x, labelSize: 20 },
          { ...axis, label: data.y, labelSize: 20, size: 62, values: (_: UPlot, at: number[]) => at.map(short) },
        ],
        series: [
          { label: data.x },
          ...data.series.map((s, i) => ({
            label: s.name,
            stroke: palette[i % palette.length]!,
            width: 2,
            dash: i >= palette.length ? [6, 4] : undefined,
            spanGaps: true,
            points: { show: s.points.length < 40, size: 5 },
          })),
        ],
      },
      [x, ...columns],
      holder,
    )
  }
  let width = 0
  new ResizeObserver(() => {
    if (holder.clientWidth !== width) {
      width = holder.clientWidth
      draw()
    }
  }).observe(holder)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw)
  return root
}

/** 0.0005 -> "5e-4"; uPlot's own labels round it to 0. */
function short(value: number): string {
  const size = Math.abs(value)
  if (size === 0 || (size >= 0.01 && size < 10_000)) return String(Number(value.toPrecision(3)))
  return Number(value.toPrecision(2)).toExponential()
}
