/** A value of a CSV cell; undefined is an empty cell. */
export type Cell = string | number | boolean | undefined

/**
 * CSV with a header and CRLF (RFC 4180), safe to open in a spreadsheet: a text that a spreadsheet would run as a
 * formula gets a leading apostrophe. Numbers stay numbers.
 */
export function toCsv(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

function cell(value: Cell): string {
  if (value === undefined) return ''
  if (typeof value !== 'string') return String(value)
  const safe = /^[\s\uFEFF]*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
