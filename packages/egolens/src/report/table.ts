import type { ReportCell, ReportTable } from './data.js'
import { escapeHtml } from './escape.js'

/** A results table; the best measured figure of each column is bold. */
export function tableHtml(table: ReportTable): string {
  const measured = table.rows.filter((row) => row.kind === 'measured')
  const best = table.columns.map((_, column) => bestOf(measured.map((row) => row.cells[column])))
  const borders = groupStarts(table)
  const published = new Set(table.published)
  const first = (column: number) => {
    const names = [...(borders.has(column) ? ['first'] : []), ...(published.has(column) ? ['published'] : [])]
    return names.length > 0 ? ` class="${names.join(' ')}"` : ''
  }
  const heads = table.heads.map((line) => {
    const cells = line.map(({ title, span }) => `<th class="group first" colspan="${span}">${escapeHtml(title)}</th>`)
    return `<tr><th></th>${cells.join('')}</tr>`
  })
  const columns = table.columns.map((column, i) => `<th${first(i)}>${escapeHtml(column)}</th>`).join('')
  const rows = table.rows.map((row) => {
    const cells = table.columns.map((_, i) => {
      const cell = row.cells[i] ?? null
      const isBest = row.kind === 'measured' && !published.has(i) && best[i] !== undefined && numberOf(cell) === best[i]
      return `<td${first(i)}>${isBest ? `<b>${cellText(cell)}</b>` : cellText(cell)}</td>`
    })
    return `<tr class="${row.kind}"><th scope="row">${escapeHtml(row.name)}</th>${cells.join('')}</tr>`
  })
  const notes = table.notes.map((note) => `<p class="table-note">${escapeHtml(note)}</p>`).join('\n')
  return `<figure class="table"><figcaption>${escapeHtml(table.caption)}</figcaption><div class="table-scroll"><table>
<thead>${heads.join('\n')}<tr><th></th>${columns}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>${notes}</figure>`
}

/** Bold means something only where figures differ. */
function bestOf(cells: (ReportCell | undefined)[]): number | undefined {
  const numbers = cells.map((cell) => numberOf(cell ?? null)).filter((value) => value !== undefined)
  const best = Math.max(...numbers)
  return numbers.some((value) => value < best) ? best : undefined
}

function numberOf(cell: ReportCell): number | undefined {
  if (typeof cell === 'number') return cell
  return cell !== null && typeof cell === 'object' ? cell.value : undefined
}

function cellText(cell: ReportCell): string {
  if (cell === null) return '–'
  if (typeof cell === 'number') return cell.toFixed(2)
  return escapeHtml(typeof cell === 'string' ? cell : cell.text)
}

/** Columns at which a group of the lowest heads begins. */
function groupStarts(table: ReportTable): Set<number> {
  const starts = new Set<number>()
  let column = 0
  for (const group of table.heads.at(-1) ?? []) {
    starts.add(column)
    column += group.span
  }
  return starts
}
