import type { z } from 'zod'
import { EgoLensError, nearest } from '../errors.js'
import { replaceFile } from '../files.js'
import { textLines } from './text.js'
import type { OnFault } from './types.js'

/** Bytes that are gathered before they are written. */
const CHUNK = 1 << 16

/** A record with the file and line that it is from. */
export interface Placed<T> {
  value: T
  where: string
}

/**
 * Reads a file of one JSON record a line, however long it is; empty lines are left out.
 *
 * @param onFault told of each faulty line, which is then left out; without it the first one is thrown
 * @throws EgoLensError `dataset/json` and `dataset/unknown-key` with file and line, and as `readText`
 * @example for await (const { value } of readJsonl('pairs.jsonl', z.object({ text: z.string() }))) console.log(value.text)
 */
export async function* readJsonl<T>(
  path: string,
  schema: z.ZodType<T>,
  onFault?: OnFault,
): AsyncGenerator<Placed<T>, void, undefined> {
  for await (const { text, line } of textLines(path)) {
    if (text.trim() === '') continue
    const where = `${path}:${line}`
    let value: T
    try {
      value = checked(schema, parsed(text, where), where)
    } catch (error) {
      if (!onFault || !(error instanceof EgoLensError)) throw error
      onFault(error)
      continue
    }
    yield { value, where }
  }
}

/** What a line of JSON says. @throws EgoLensError `dataset/json` */
export function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new EgoLensError('dataset/json', (error as Error).message, { where })
  }
}

/** A record as a schema wants it. @throws EgoLensError `dataset/json` or `dataset/unknown-key` naming the key */
export function checked<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  if (issue.code === 'unrecognized_keys') {
    const known = 'shape' in schema ? Object.keys(schema.shape as object) : []
    const [similar] = nearest(issue.keys[0]!, known)
    throw new EgoLensError('dataset/unknown-key', `unknown key "${issue.keys[0]}"`, {
      where,
      ...(similar ? { cure: `did you mean "${similar}"?` } : {}),
    })
  }
  throw new EgoLensError('dataset/json', `${issue.path.join('.') || 'the record'}: ${issue.message}`, { where })
}

/**
 * Writes records as one JSON document a line, while they come; the file appears when it is whole.
 *
 * @returns how many there were
 * @throws EgoLensError `disk/full`, `disk/read-only`, `disk/failed`
 */
export async function writeJsonl<T>(path: string, records: Iterable<T> | AsyncIterable<T>): Promise<number> {
  let count = 0
  await replaceFile(path, async (file) => {
    let text = ''
    for await (const record of records) {
      text += `${JSON.stringify(record)}\n`
      count++
      if (text.length < CHUNK) continue
      await file.write(text)
      text = ''
    }
    await file.write(text)
  })
  return count
}
