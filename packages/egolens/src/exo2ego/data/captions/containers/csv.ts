import { CsvRecords } from '../../../../datasets/csv-records.js'
import { textPieces } from '../../../../datasets/text.js'
import { EgoLensError } from '../../../../errors.js'
import type { RowReader, SourceRow } from '../types.js'
import { HeaderedRows } from './headered.js'

/**
 * Rows of a comma-separated table with a header. A record with a quote in the wrong place is a fault, and reading goes
 * on with the line after it.
 *
 * @throws EgoLensError `dataset/no-file`, `dataset/not-utf8`, `dataset/csv`
 */
export const csvRows: RowReader = async function* (path, onFault) {
  let ready: SourceRow[] = []
  const rows = new HeaderedRows(path, (row) => ready.push(row), onFault)
  const records = new CsvRecords(path, ',', (cells, line) => rows.add(cells, line), onFault)
  for await (const piece of textPieces(path)) {
    records.add(piece)
    yield* ready
    ready = []
  }
  records.end()
  yield* ready
  if (!rows.begun) throw new EgoLensError('dataset/csv', 'the file is empty', { where: path })
}
