import { EgoLensError } from '../errors.js'
import { ownLabel } from './own-classes.js'
import type { OwnCells, OwnColumn } from './own-rows.js'
import { ownText, Strings, TableClip } from './table-clip.js'
import { parseTime } from './time.js'
import type { Clip, Component, LabelSets } from './types.js'
import { videoPath } from './video-path.js'

interface Settings {
  /** The folder that paths start from. */
  root: string
  followLinks: boolean
  /** Where the names of a component stand. */
  columnOf(component: Component): OwnColumn | undefined
  /** Where a class list is given, numbers are labels too. */
  classes: { verb?: unknown; noun?: unknown }
}

/**
 * Makes clips of rows. What many rows have in common is looked at and kept once: a video's path, a label's number,
 * a participant's name.
 */
export class OwnClipReader {
  readonly #videos = new Map<string, { video: string; source: string }>()
  readonly #participants = new Strings()
  readonly #labels: LabelColumn[]

  constructor(
    private readonly file: string,
    labels: LabelSets,
    private readonly settings: Settings,
  ) {
    this.#labels = (['verb', 'noun'] as const).flatMap((component) => {
      const [set, column] = [labels[component], settings.columnOf(component)]
      const numbers = settings.classes[component] !== undefined
      const read = (cell: string, where: string) => ownLabel(cell, set!, numbers, where)
      return set && column ? [{ component, column, read, known: new Map<string, number>() }] : []
    })
  }

  /** @throws EgoLensError with file and line */
  read(cells: OwnCells, line: number): TableClip {
    const where = `${this.file}:${line}`
    const [start, end] = [seconds(cells.start, 'start', where), seconds(cells.end, 'end', where)]
    if (end <= start) {
      throw new EgoLensError('dataset/empty-clip', `the clip ends at ${end} s and starts at ${start} s`, {
        where,
        cure: 'end must be after start',
      })
    }
    const clip: Clip = { id: cells.id ? ownText(cells.id) : '', ...this.#video(cells.video ?? '', where), start, end }
    if (cells.participant) clip.participant = this.#participants.one(cells.participant)
    if (cells.narration) clip.narration = ownText(cells.narration)
    if (cells.frame_rate) clip.frameRate = frameRate(cells.frame_rate, where)
    for (const column of this.#labels) {
      const cell = cells[column.column]
      if (cell) clip[column.component] = label(column, cell, where)
    }
    if (clip.verb === undefined && clip.noun === undefined) {
      throw new EgoLensError('dataset/no-label', 'the clip has no label', { where })
    }
    return new TableClip(clip, this.file, line)
  }

  #video(cell: string, where: string): { video: string; source: string } {
    let found = this.#videos.get(cell)
    if (!found) {
      const { root, followLinks } = this.settings
      const video = ownText(cell)
      found = { video, source: videoPath(video, root, where, { followLinks }) }
      this.#videos.set(video, found)
    }
    return found
  }
}

interface LabelColumn {
  component: Component
  column: OwnColumn
  read(cell: string, where: string): number
  known: Map<string, number>
}

function label({ known, read }: LabelColumn, cell: string, where: string): number {
  let found = known.get(cell)
  if (found === undefined) {
    found = read(cell, where)
    known.set(ownText(cell), found)
  }
  return found
}

function frameRate(cell: string, where: string): number {
  const rate = Number(cell)
  if (rate > 0 && rate <= 1000) return rate
  throw new EgoLensError('dataset/frame-rate', `"${cell}" is not a frame rate`, { where })
}

function seconds(cell: string | undefined, column: string, where: string): number {
  const value = cell ? parseTime(cell) : undefined
  if (value !== undefined) return value
  const comma = cell && /^\d+,\d+$/.test(cell)
  throw new EgoLensError('dataset/time', cell ? `${column} "${cell}" is not a time` : `the clip has no ${column}`, {
    where,
    cure: comma ? `write ${cell.replace(',', '.')}` : 'write seconds (12.5) or HH:MM:SS.ff (00:00:12.50)',
  })
}
