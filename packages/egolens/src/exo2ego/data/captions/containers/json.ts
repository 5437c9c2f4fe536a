import { join } from 'node:path'
import { z } from 'zod'
import { checked, parsed } from '../../../../datasets/jsonl.js'
import { textPieces } from '../../../../datasets/text.js'
import { EgoLensError } from '../../../../errors.js'
import { namesIn, statusOf } from '../../../../files/read.js'
import type { RowReader, SourceRow } from '../types.js'
import { type JsonMember, JsonMembers } from './json-members.js'

const object = z.record(z.string(), z.unknown())

/**
 * Objects of one JSON list, or of one JSON object, whose names become the field `key`; or a folder of files with one
 * object each.
 *
 * @throws EgoLensError `dataset/json`, `dataset/no-file`, `file/unreadable`
 */
export const jsonRows: RowReader = async function* (path, onFault) {
  const row = (text: string, where: string, key?: string): SourceRow | undefined => {
    try {
      const value = checked(object, parsed(text, where), where)
      return { fields: key === undefined ? value : { key, ...value }, where }
    } catch (error) {
      if (!(error instanceof EgoLensError)) throw error
      onFault(error)
      return undefined
    }
  }
  if ((await statusOf(path)).isDirectory()) {
    for (const name of (await namesIn(path)).sort()) {
      if (!name.endsWith('.json')) continue
      const file = join(path, name)
      let text = ''
      for await (const piece of textPieces(file)) text += piece
      const found = row(text, file)
      if (found) yield found
    }
    return
  }
  let ready: JsonMember[] = []
  const members = new JsonMembers(path, (member) => ready.push(member))
  const told = () => ready.flatMap(({ key, text, line }) => row(text, `${path}:${line}`, key) ?? [])
  for await (const piece of textPieces(path)) {
    members.add(piece)
    yield* told()
    ready = []
  }
  members.end()
}
