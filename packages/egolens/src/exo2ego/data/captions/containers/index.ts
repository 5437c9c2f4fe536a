import { EgoLensError } from '../../../../errors.js'
import type { Format, RowReader } from '../types.js'
import { csvRows } from './csv.js'
import { jsonRows } from './json.js'
import { jsonlRows } from './jsonl.js'
import { parquetRows } from './parquet.js'
import { tsvRows } from './tsv.js'
import { webdatasetRows } from './webdataset.js'

export const containers: Readonly<Record<Format, RowReader>> = {
  csv: csvRows,
  tsv: tsvRows,
  jsonl: jsonlRows,
  json: jsonRows,
  parquet: parquetRows,
  webdataset: webdatasetRows,
}

const endings: readonly (readonly [RegExp, Format])[] = [
  [/\.csv$/i, 'csv'],
  [/\.tsv$/i, 'tsv'],
  [/\.(jsonl|ndjson)$/i, 'jsonl'],
  [/\.json$|[/\\]$/i, 'json'],
  [/\.parquet$/i, 'parquet'],
  [/\.tar$/i, 'webdataset'],
]

/** How a file is written, by its name. @throws EgoLensError `dataset/unknown-format` */
export function formatOf(path: string): Format {
  const format = endings.find(([ending]) => ending.test(path))?.[1]
  if (format) return format
  throw new EgoLensError('dataset/unknown-format', 'its name does not say how it is written', {
    where: path,
    cure: 'files of captions end in .csv, .tsv, .jsonl, .json, .parquet or .tar; a folder of JSON files in "/"',
  })
}
