import type { z } from 'zod'
import type { OnFault } from '../../../datasets/types.js'

/** A file inside an archive: where its bytes lie. */
export interface Member {
  name: string
  offset: number
  size: number
}

/** A picture or a piece of a video with words about it. */
export interface Caption {
  /** The video's or picture's file; with `member`, the archive that holds it. */
  media: string
  member?: Member
  /** Seconds; the whole video if not said. */
  start?: number
  end?: number
  caption: string
}

/** What a file of captions holds, one at a time: a table's row, a line of JSON, a sample of an archive. */
export interface SourceRow {
  fields: Record<string, unknown>
  /** File and line, or what takes the line's place. */
  where: string
  /** The picture or video that lies beside the words in an archive. */
  member?: Member
}

/** How rows come out of a file; faults that concern one row go to `onFault` and the rows after it still come. */
export type RowReader = (path: string, onFault: OnFault) => AsyncGenerator<SourceRow, void, undefined>

export type Format = 'csv' | 'tsv' | 'jsonl' | 'json' | 'parquet' | 'webdataset'

/** A piece of media and its caption before the media's folder is known. */
export type MappedCaption = Omit<Caption, 'member'>

/** How a data set writes captions. */
export interface CaptionMapping<Fields = unknown> {
  name: string
  title: string
  /** Where a file's name does not say how it is written. */
  format?: Format
  /** The columns that are read, as they come: a CSV's are all text. */
  fields: z.ZodType<Fields>
  /** @throws EgoLensError about the row */
  read(fields: Fields, where: string): MappedCaption[]
}

/** Keeps the type of the fields between `fields` and `read`. */
export const defineMapping = <Fields>(mapping: CaptionMapping<Fields>): CaptionMapping<Fields> => mapping
