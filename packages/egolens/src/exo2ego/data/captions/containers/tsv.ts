import { textLines } from '../../../../datasets/text.js'
import { EgoLensError } from '../../../../errors.js'
import type { RowReader, SourceRow } from '../types.js'
import { HeaderedRows } from './headered.js'

/** What a program that quotes needlessly has put about a cell. */
const bare = (cell: string): string =>
  /^".*"$/s.test(cell) && cell.length > 1 ? cell.slice(1, -1).replaceAll('""', '"') : cell

/**
 * Rows of a tab-separated table with a header, a line each whatever quotes stand in it: such files hold people's
 * sentences as they were typed, and a stray quote must not swallow the lines after it.
 *
 * @throws EgoLensError `dataset/no-file`, `dataset/not-utf8`, `dataset/csv`
 */
export const tsvRows: RowReader = async function* (path, onFault) {
  let ready: SourceRow[] = []
  const rows = new HeaderedRows(path, (row) => ready.push(row), onFault)
  for await (const { text, line } of textLines(path)) {
    if (text === '') continue
    rows.add(text.split('\t').map(bare), line)
    yield* ready
    ready = []
  }
  if (!rows.begun) throw new EgoLensError('dataset/csv', 'the file is empty', { where: path })
}
