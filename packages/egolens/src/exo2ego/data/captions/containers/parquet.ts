import { type AsyncBuffer, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { EgoLensError } from '../../../../errors.js'
import { type DiskReader, disk } from '../../../../files/disk.js'
import { readFault } from '../../../../files/fault.js'
import { readFully } from '../../../../files/read.js'
import type { RowReader } from '../types.js'

/**
 * Rows of a Parquet file, a row group at a time; whole numbers of 64 bits become plain ones. Compression may be none or
 * Snappy. A group that cannot be decoded is one fault, and the groups after it still come.
 *
 * @throws EgoLensError `file/unreadable`, `dataset/parquet` where the file is none
 */
export const parquetRows: RowReader = async function* (path, onFault) {
  const reader = await disk()
    .openToRead(path)
    .catch((error: unknown) => {
      throw readFault(error, path)
    })
  try {
    const file = bufferOf(reader, path)
    const metadata = await told(path, 'the footer cannot be read', parquetMetadataAsync(file))
    let rowStart = 0
    for (const [i, { num_rows }] of metadata.row_groups.entries()) {
      const rowEnd = rowStart + Number(num_rows)
      const what = `row group ${i} (rows ${rowStart} to ${rowEnd - 1}) cannot be read`
      try {
        const rows = await told(path, what, parquetReadObjects({ file, metadata, rowStart, rowEnd }))
        for (const [k, row] of rows.entries()) yield { fields: plain(row), where: `${path}: row ${rowStart + k}` }
      } catch (error) {
        if (!(error instanceof EgoLensError) || error.code !== 'dataset/parquet') throw error
        onFault(error)
      }
      rowStart = rowEnd
    }
  } finally {
    await reader.close().catch(() => {})
  }
}

function bufferOf(reader: DiskReader, path: string): AsyncBuffer {
  return {
    byteLength: reader.size,
    async slice(start, end = reader.size) {
      const bytes = new Uint8Array(end - start)
      const got = await readFully(reader, bytes, start)
      if (got < bytes.length)
        throw new EgoLensError('file/truncated', `the file ends before byte ${end}`, { where: path })
      return bytes.buffer
    },
  }
}

async function told<T>(path: string, what: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const fault = readFault(error, path)
    if (fault instanceof EgoLensError) throw fault
    throw new EgoLensError('dataset/parquet', `${what}: ${(error as Error).message}`, {
      where: path,
      cure: 'the file is damaged, or compressed by something other than Snappy: write it anew so',
      cause: error,
    })
  }
}

const plain = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value]),
  )
