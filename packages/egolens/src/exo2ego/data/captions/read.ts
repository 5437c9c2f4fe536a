import { posix } from 'node:path'
import { checked } from '../../../datasets/jsonl.js'
import type { OnFault } from '../../../datasets/types.js'
import { EgoLensError } from '../../../errors.js'
import { containers, formatOf } from './containers/index.js'
import { captionMapping } from './mappings/index.js'
import type { Caption, CaptionMapping, Format, MappedCaption, SourceRow } from './types.js'

export interface CaptionOptions {
  /** The data set that wrote the files, or how it writes. */
  mapping: string | CaptionMapping
  /** Files, in the order in which they are read. */
  files: readonly string[]
  /** The folder of pictures and videos; not used for what lies in archives. */
  media?: string
  /** How the files are written, where neither their names nor the data set say it. */
  format?: Format
  /** Told of each faulty row beside its being counted. */
  onFault?: OnFault
}

export interface CaptionCounts {
  /** Rows that could be read as such. */
  rows: number
  captions: number
  /** Rows that were left out, and those of the first ones' faults, a line each with file and line. */
  faults: number
  first: string[]
}

/** Faults that are kept in words. */
const KEPT = 20

/**
 * Captions of pictures and videos, one after the other, whatever the size of the files. Rows with a fault are named with
 * file and line, counted and left out; the reading goes on.
 *
 * @example
 * const webvid = openCaptions({ mapping: 'webvid', files: ['results_10M_train.csv'], media: '/data/webvid' })
 * for await (const { media, caption } of webvid) learn(media, caption)
 * console.log(webvid.counts) // { rows: 10000000, captions: 9999998, faults: 2, first: ['results_10M_train.csv:17: ...'] }
 */
export function openCaptions(options: CaptionOptions): AsyncIterable<Caption> & { readonly counts: CaptionCounts } {
  const mapping = typeof options.mapping === 'string' ? captionMapping(options.mapping) : options.mapping
  const counts: CaptionCounts = { rows: 0, captions: 0, faults: 0, first: [] }
  return { counts, [Symbol.asyncIterator]: () => captions(mapping, options, counts) }
}

async function* captions(
  mapping: CaptionMapping,
  { files, media = '', format, onFault }: CaptionOptions,
  counts: CaptionCounts,
): AsyncGenerator<Caption, void, undefined> {
  Object.assign(counts, { rows: 0, captions: 0, faults: 0, first: [] })
  const told = (fault: EgoLensError) => {
    if (counts.first.length < KEPT) counts.first.push(fault.line)
    counts.faults++
    onFault?.(fault)
  }
  for (const path of files) {
    const rows = containers[format ?? mapping.format ?? formatOf(path)](path, told)
    for await (const row of rows) {
      counts.rows++
      let found: Caption[]
      try {
        found = mapped(mapping, row, path, media)
      } catch (error) {
        if (!(error instanceof EgoLensError)) throw error
        told(error)
        continue
      }
      counts.captions += found.length
      yield* found
    }
  }
}

function mapped(mapping: CaptionMapping, { fields, where, member }: SourceRow, path: string, media: string): Caption[] {
  return mapping.read(checked(mapping.fields, fields, where), where).map((found) => {
    check(found, member !== undefined, where)
    const caption = found.caption.trim()
    if (member) return { ...found, media: path, member, caption }
    return { ...found, media: posix.join(media, found.media), caption }
  })
}

function check({ media, start, end, caption }: MappedCaption, inArchive: boolean, where: string): void {
  if (caption.trim() === '') throw new EgoLensError('dataset/no-caption', 'the caption is empty', { where })
  if (media === '' && !inArchive) throw new EgoLensError('dataset/no-media', 'no picture or video is named', { where })
  if (/^[/\\]|^[a-z]+:|(^|[/\\])\.\.([/\\]|$)|\0/i.test(media))
    throw new EgoLensError('dataset/outside-root', `"${media}" leads out of the folder of media`, { where })
  if ((start ?? 0) < 0 || (end !== undefined && end <= (start ?? 0)))
    throw new EgoLensError('dataset/bad-time', `it begins at ${start ?? 0} s and ends at ${end ?? '?'} s`, { where })
}
