import type { ReportTable } from './data.js'
import { escapeHtml } from './escape.js'

/** A results table; the best figure of each column is bold. */
export function tableHtml(table: ReportTable): string {
  const best = table.columns.map((_, column) => bestOf(table.rows.map((row) => row.cells[column])))
  const groupEnds = groupBorders(table)
  const groups = table.groups.length
    ? `<tr><th></th>${table.groups.map((g) => `<th class="group" colspan="${g.span}">${escapeHtml(g.title)}</th>`).join('')}</tr>`
    : ''
  const head = table.columns
    .map((c, i) => `<th${groupEnds.has(i) ? ' class="first"' : ''}>${escapeHtml(c)}</th>`)
    .join('')
  const rows = table.rows.map((row) => {
    const cells = table.columns.map((_, i) => cellHtml(row.cells[i] ?? null, best[i], groupEnds.has(i))).join('')
    return `<tr><th scope="row">${escapeHtml(row.name)}</th>${cells}</tr>`
  })
  const note = table.note ? `<p class="table-note">${escapeHtml(table.note)}</p>` : ''
  return `<figure class="table"><figcaption>${escapeHtml(table.caption)}</figcaption><div class="table-scroll"><table>
<thead>${groups}<tr><th></th>${head}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>${note}</figure>`
}

/** Bold means something only where there are two figures to compare. */
function bestOf(cells: (number | string | null | undefined)[]): number | undefined {
  const numbers = cells.filter((cell) => typeof cell === 'number')
  return numbers.length > 1 ? Math.max(...numbers) : undefined
}

function cellHtml(cell: number | string | null, best: number | undefined, first: boolean): string {
  const text = cell === null ? '–' : typeof cell === 'number' ? cell.toFixed(2) : escapeHtml(cell)
  const shown = best !== undefined && cell === best ? `<b>${text}</b>` : text
  return `<td${first ? ' class="first"' : ''}>${shown}</td>`
}

/** Columns at which a group begins. */
function groupBorders(table: ReportTable): Set<number> {
  const starts = new Set<number>()
  let column = 0
  for (const group of table.groups) {
    starts.add(column)
    column += group.span
  }
  return starts
}
