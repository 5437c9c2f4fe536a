/** A value of a CSV cell; undefined is an empty cell. */
export type Cell = string | number | boolean | undefined

/**
 * CSV with a header and CRLF (RFC 4180), safe to open in a spreadsheet: what a spreadsheet would run as a formula gets
 * an apostrophe before it, also inside a text, after a semicolon, a tab or a line break: a spreadsheet that does not
 * expect commas between cells starts a new cell there, quotes or not. Numbers stay numbers.
 */
export function toCsv(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

const FORMULA = /^(?=[\s\uFEFF]*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20])/
const FORMULA_WITHIN = /(?:\r\n|[;\t\r\n])(?=[^\S\t\r\n]*["\uFEFF]*[^\S\t\r\n]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g

function cell(value: Cell): string {
  if (value === undefined) return ''
  if (typeof value !== 'string') return String(value)
  const safe = value.replace(FORMULA, "'").replace(FORMULA_WITHIN, "$&'")
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
