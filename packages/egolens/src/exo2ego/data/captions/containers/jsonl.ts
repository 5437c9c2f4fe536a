import { z } from 'zod'
import { readJsonl } from '../../../../datasets/jsonl.js'
import type { RowReader } from '../types.js'

/** A JSON object a line. @throws EgoLensError as `readJsonl` */
export const jsonlRows: RowReader = async function* (path, onFault) {
  for await (const { value, where } of readJsonl(path, z.record(z.string(), z.unknown()), onFault))
    yield { fields: value, where }
}
