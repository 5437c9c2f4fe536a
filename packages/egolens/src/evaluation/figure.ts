import type { Spread } from './spread.js'
import { colours, line, svg, text } from './svg.js'
import { publishedColumns, type Table } from './table.js'

const size = { width: 960, gap: 24, names: 150, letter: 6.3, head: 22, legend: 18, foot: 22, bar: 8, group: 8 }

/** The columns of a table under one heading, as bars. */
interface Panel {
  title: string
  /** One colour each. */
  columns: string[]
  rows: { name: string; cells: (Spread | undefined)[] }[]
}

/**
 * A table of shares as a drawing: a panel for each heading, a bar for each cell, with the standard deviation over seeds as an
 * error bar. Published numbers are left out. SVG that needs nothing but a sans-serif font, on white.
 *
 * @example await writeAtomic('methods.svg', tableSvg(crossTable(results)))
 */
export function tableSvg(table: Table): string {
  const panels = panelsOf(table)
  const width = (size.width - size.gap) / 2
  const heights = panels.map((panel) => panelHeight(panel, width))
  const lines: string[] = []
  const titles = titleLines(table.title)
  let top = 24 + 20 * titles.length
  for (let i = 0; i < panels.length; i += 2) {
    lines.push(...panelSvg(panels[i]!, 0, top, width))
    if (panels[i + 1]) lines.push(...panelSvg(panels[i + 1]!, width + size.gap, top, width))
    top += Math.max(heights[i]!, heights[i + 1] ?? 0) + size.gap
  }
  const title = titles.map((line, i) => text(0, 18 + 20 * i, line, 'font-size="15" font-weight="600"'))
  return svg([-12, -4, size.width + 24, top], [...title, ...lines])
}

/** Words in lines that the drawing has room for. */
function titleLines(title: string): string[] {
  const lines: string[] = ['']
  for (const word of title.split(' ')) {
    const last = lines.at(-1)!
    if (last === '') lines[lines.length - 1] = word
    else if (last.length + word.length < size.width / 8.6) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

function panelsOf(table: Table): Panel[] {
  const published = publishedColumns(table)
  let from = 0
  return table.groups.flatMap((group) =>
    group.groups.flatMap(({ title, columns }): Panel[] => {
      const [first, count] = [from, columns.length]
      from += count
      if (published[first]) return []
      const measured = table.rows.filter(({ kind }) => kind === 'measured')
      const rows = measured.map(({ name, cells }) => ({ name, cells: cells.slice(first, first + count) }))
      return [
        {
          title: headingOf(group.title, title, columns),
          columns,
          rows: rows.filter(({ cells }) => cells.some(Boolean)),
        },
      ]
    }),
  )
}

/** A column alone needs no colour to be told by: it is named above. */
function headingOf(outer: string, inner: string, columns: string[]): string {
  const parts = [outer, inner, ...(columns.length === 1 ? columns : [])]
  return parts.filter((part, i) => part !== '' && part !== parts[i - 1]).join(': ')
}

const rowHeight = ({ columns }: Panel): number => columns.length * size.bar + size.group
const headHeight = ({ columns }: Panel, width: number): number =>
  size.head + size.legend * legendLines(columns, width).length
const panelHeight = (panel: Panel, width: number): number =>
  headHeight(panel, width) + panel.rows.length * rowHeight(panel) + size.foot
/** Room for the longest name, so that none is cut off. */
const namesWidth = ({ rows }: Panel): number =>
  Math.max(size.names, ...rows.map(({ name }) => 10 + size.letter * name.length))

function panelSvg(panel: Panel, x: number, y: number, width: number): string[] {
  const cells = panel.rows.flatMap((row) => row.cells).flatMap((cell) => cell ?? [])
  const most = Math.max(0.05, ...cells.map(({ mean, deviation = 0 }) => mean + deviation))
  const names = namesWidth(panel)
  const ticks = Math.min(6, (width - names) / 38)
  const step = [0.01, 0.02, 0.05, 0.1, 0.2].find((s) => Math.ceil(most / s) <= ticks) ?? 0.25
  const limit = Math.ceil(most / step - 1e-9) * step
  const left = x + names
  const at = (share: number) => left + (share / limit) * (width - names - 8)
  const [top, bottom] = [y + headHeight(panel, width), y + panelHeight(panel, width) - size.foot]
  const grid = Array.from({ length: Math.round(limit / step) + 1 }, (_, i) => i * step).flatMap((share) => [
    line(at(share), top, at(share), bottom, '#e2e3df'),
    text(at(share), bottom + 14, percent(share), 'text-anchor="middle" fill="#5b6270"'),
  ])
  const bars = panel.rows.flatMap(({ name, cells: own }, i) => {
    const from = top + i * rowHeight(panel) + size.group / 2
    const middle = from + (own.length * size.bar) / 2 + 4
    return [
      text(left - 6, middle, name, 'text-anchor="end"'),
      ...own.flatMap((cell, k) => bar(cell, at, from + k * size.bar, colours[k % colours.length]!)),
    ]
  })
  return [
    text(x, y + 14, panel.title, 'font-weight="600"'),
    ...legend(panel.columns, x, y + 32, width),
    ...grid,
    ...bars,
  ]
}

/** The columns' names in lines that the panel has room for; none for one column, which the heading names. */
function legendLines(columns: string[], width: number): { name: string; k: number; from: number }[][] {
  if (columns.length === 1) return []
  const lines: { name: string; k: number; from: number }[][] = [[]]
  let from = 0
  columns.forEach((name, k) => {
    const wide = 28 + 7 * name.length
    if (from > 0 && from + wide > width) {
      lines.push([])
      from = 0
    }
    lines.at(-1)!.push({ name, k, from })
    from += wide
  })
  return lines
}

function legend(columns: string[], x: number, y: number, width: number): string[] {
  return legendLines(columns, width).flatMap((names, row) =>
    names.flatMap(({ name, k, from }) => {
      const [left, base] = [x + from, y + row * size.legend]
      const colour = colours[k % colours.length]
      return [
        `<rect x="${left.toFixed(1)}" y="${base - 9}" width="10" height="10" fill="${colour}"/>`,
        text(left + 14, base, name),
      ]
    }),
  )
}

function bar(cell: Spread | undefined, at: (share: number) => number, y: number, colour: string): string[] {
  if (!cell) return []
  const { mean, deviation } = cell
  const [zero, end] = [at(0), at(mean)]
  const shape = `<rect x="${zero.toFixed(1)}" y="${y}" width="${(end - zero).toFixed(1)}" height="${size.bar - 1}" fill="${colour}"/>`
  if (deviation === undefined || deviation === 0) return [shape]
  const middle = y + (size.bar - 1) / 2
  return [shape, line(at(Math.max(0, mean - deviation)), middle, at(mean + deviation), middle, '#1a1d24')]
}

const percent = (share: number): string => `${Math.round(100 * share)} %`
