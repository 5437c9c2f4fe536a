import { open } from 'node:fs/promises'
import { basename, dirname, extname } from 'node:path'
import { z } from 'zod'
import { checked, parsed } from '../../../../datasets/jsonl.js'
import type { OnFault } from '../../../../datasets/types.js'
import { EgoLensError } from '../../../../errors.js'
import { readFault } from '../../../../files/fault.js'
import { readAt, type TarEntry, tarEntries } from '../../../../video/tar.js'
import type { RowReader, SourceRow } from '../types.js'

const media = /^\.(jpe?g|png|webp|bmp|mp4|webm|mkv|mov|avi|m4v)$/
const words = new Set(['.txt', '.json', '.caption'])
/** Longer texts are no captions. */
const longest = 1 << 22

/** Files of one name with different endings, which follow one another in the archive. */
interface Sample {
  key: string
  files: Map<string, TarEntry>
}

/**
 * Samples of a WebDataset tar: a picture or video and, under the same name, its words as `.txt` or `.json`. The fields
 * are those of the JSON, with the text as `txt` and the name as `key`. Media are not read, only found.
 *
 * @throws EgoLensError `tar/damaged`, `file/unreadable`
 */
export const webdatasetRows: RowReader = async function* (path, onFault) {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw readFault(error, path)
  })
  const read = async (entry: TarEntry) => {
    if (entry.size > longest)
      throw new EgoLensError('dataset/json', `${entry.size} bytes of words`, { where: `${path}:${entry.name}` })
    return new TextDecoder().decode(await readAt(file, entry.offset, entry.size))
  }
  try {
    for await (const sample of samplesOf(path)) {
      const row = await rowOf(sample, path, read, onFault)
      if (row) yield row
    }
  } finally {
    await file.close()
  }
}

async function* samplesOf(path: string): AsyncGenerator<Sample> {
  let sample: Sample | undefined
  for await (const entry of tarEntries(path)) {
    // As WebDataset does: the name ends at the first dot of the file's own name.
    const own = basename(entry.name)
    const dot = own.indexOf('.')
    if (dot < 1) continue
    const folder = dirname(entry.name)
    const key = `${folder === '.' ? '' : `${folder}/`}${own.slice(0, dot)}`
    if (sample && sample.key !== key) {
      yield sample
      sample = undefined
    }
    sample ??= { key, files: new Map() }
    sample.files.set(extname(own).toLowerCase(), entry)
  }
  if (sample) yield sample
}

async function rowOf(
  { key, files }: Sample,
  path: string,
  read: (entry: TarEntry) => Promise<string>,
  onFault: OnFault,
): Promise<SourceRow | undefined> {
  const where = `${path}:${key}`
  const member = [...files].find(([ending]) => media.test(ending))?.[1]
  try {
    if (!member) throw new EgoLensError('dataset/no-media', 'no picture or video lies beside the words', { where })
    if (![...files.keys()].some((ending) => words.has(ending)))
      throw new EgoLensError('dataset/no-caption', 'no words lie beside the picture or video', { where })
    const fields: Record<string, unknown> = {}
    const record = files.get('.json')
    if (record)
      Object.assign(fields, checked(z.record(z.string(), z.unknown()), parsed(await read(record), where), where))
    const text = files.get('.txt') ?? files.get('.caption')
    if (text) fields.txt = (await read(text)).trim()
    return { fields: { ...fields, key }, where, member }
  } catch (error) {
    if (!(error instanceof EgoLensError)) throw error
    onFault(error)
    return undefined
  }
}
