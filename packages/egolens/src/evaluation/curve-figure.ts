import { colours, line, svg, text } from './svg.js'

/** A line chart's data. */
export interface CurveFigure {
  title: string
  x: string
  y: string
  series: { name: string; points: [number, number][] }[]
}

const size = { width: 720, height: 320, left: 52, right: 12, top: 58, bottom: 40 }

/**
 * Lines over a common axis as a drawing: SVG that needs nothing but a sans-serif font, on white.
 *
 * @example
 * curvesSvg({ title: 'Loss', x: 'step', y: 'loss', series: [{ name: 'seed 1', points: [[1, 2.3], [2, 2.1]] }] })
 */
export function curvesSvg({ title, x, y, series }: CurveFigure): string {
  const points = series.flatMap((one) => one.points)
  const [xs, ys] = [axis(points.map(([at]) => at)), axis(points.map(([, value]) => value))]
  const across = (value: number) =>
    size.left + ((value - xs.from) / (xs.to - xs.from)) * (size.width - size.left - size.right)
  const up = (value: number) =>
    size.height - size.bottom - ((value - ys.from) / (ys.to - ys.from)) * (size.height - size.top - size.bottom)
  const [floor, right] = [size.height - size.bottom, size.width - size.right]
  const lines = [
    text(size.left, 20, title, 'font-size="15" font-weight="600"'),
    ...legend(series.map(({ name }) => name)),
    ...ys.ticks.flatMap((value) => [
      line(size.left, up(value), right, up(value), '#e2e3df'),
      text(size.left - 6, up(value) + 4, String(value), 'text-anchor="end" fill="#5b6270"'),
    ]),
    ...xs.ticks.map((value) => text(across(value), floor + 15, String(value), 'text-anchor="middle" fill="#5b6270"')),
    text((size.left + right) / 2, size.height - 8, x, 'text-anchor="middle" fill="#5b6270"'),
    text(
      14,
      (size.top + floor) / 2,
      y,
      `fill="#5b6270" text-anchor="middle" transform="rotate(-90 14 ${(size.top + floor) / 2})"`,
    ),
    ...series.map(({ points: own }, i) => {
      const path = own.map(([at, value]) => `${across(at).toFixed(1)},${up(value).toFixed(1)}`).join(' ')
      return `<polyline points="${path}" fill="none" stroke="${colours[i % colours.length]}" stroke-width="1.8"/>`
    }),
  ]
  return svg([0, 0, size.width, size.height], lines)
}

/** From 0, or from the lowest value where that is far from 0, to the highest, with some five round ticks. */
function axis(values: readonly number[]): { from: number; to: number; ticks: number[] } {
  const [least, most] = values.length > 0 ? [Math.min(...values), Math.max(...values)] : [0, 1]
  const low = least > 0.5 * most ? least : Math.min(0, least)
  const rough = (most - low || 1) / 5
  const scale = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * scale).find((one) => one >= rough)!
  const first = Math.floor(low / step + 1e-9)
  const last = Math.ceil(most / step - 1e-9)
  const ticks = Array.from({ length: Math.max(1, last - first) + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(6)),
  )
  return { from: ticks[0]!, to: ticks.at(-1)!, ticks }
}

function legend(names: readonly string[]): string[] {
  let from = size.left
  return names.flatMap((name, i) => {
    const parts = [
      `<rect x="${from}" y="34" width="14" height="3" fill="${colours[i % colours.length]}"/>`,
      text(from + 20, 40, name),
    ]
    from += 34 + 7 * name.length
    return parts
  })
}
