import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { EgoLensError } from '../errors.js'
import { makeDataset } from './dataset.js'
import { boxFrames, detectionPlaces } from './detections.js'
import { placed, readEach } from './faults.js'
import { ownClasses, ownLabel } from './own-classes.js'
import { type OwnRow, readOwnRows } from './own-rows.js'
import { leaks, nameClips, splitByColumn, splitByVideo } from './own-splits.js'
import { parseTime } from './time.js'
import type { Clip, Component, DatasetReader, LabelSets } from './types.js'
import { videoPath } from './video-path.js'

const classList = z.union([z.string(), z.array(z.string()).min(1)])

const options = z.strictObject({
  /** The CSV, TSV or JSONL file with one clip a line. */
  file: z.string(),
  /** The folder that the videos' paths start from and must stay in; the file's own folder by default. */
  root: z.string().optional(),
  /** What a single `label` column holds. */
  component: z.enum(['verb', 'noun']).default('noun'),
  /** Class lists, as names or as files with one name a line; derived from the clips by default. */
  classes: z.strictObject({ verb: classList.optional(), noun: classList.optional() }).default({}),
  /** Without a `split` column: the share of videos that is kept for the test. */
  test: z.number().gt(0).lt(1).default(0.2),
  /** Without a `split` column: seeds the choice of the test videos. */
  seed: z.int().default(1),
  /** The folder of detections, `<name of the video without extension>.json` or `.pkl`, or one file for all videos. */
  detections: z.string().optional(),
  /** Sizes and rates for files of detections that count pixels and frames. */
  boxFrames: boxFrames.optional(),
})

export type OwnOptions = z.input<typeof options>

/**
 * Your own clips: a table with the columns video, start, end and verb, noun or label. Times are seconds or
 * HH:MM:SS.ff; a `split` column says train or test, else videos (never clips of one video) are drawn for the test.
 *
 * @example
 * // clips.csv:  video,start,end,verb,noun
 * //             kitchen/a.mp4,12.4,15.0,cut,onion
 * const dataset = await openDataset('own', { file: 'clips.csv' })
 */
export const own: DatasetReader<z.infer<typeof options>> = {
  name: 'own',
  title: 'your own clips: CSV or JSONL with video, start, end and verb, noun or label',
  options,
  async open({ file, root = dirname(file), component, classes, test, seed, detections, boxFrames }, onFault) {
    const { rows, columns } = await readOwnRows(file, onFault)
    const source = (c: Component) =>
      columns.has('label') ? (c === component ? 'label' : undefined) : columns.has(c) ? c : undefined
    const labels: LabelSets = {}
    for (const c of ['verb', 'noun'] as const) {
      const column = source(c)
      if (column) labels[c] = await ownClasses(c, column, rows, classes[c], file)
    }
    // Tables have many clips of each video.
    const sources = new Map<string, string>()
    const sourceOf = (video: string, where: string) => {
      const known = sources.get(video) ?? videoPath(video, resolve(root), where)
      sources.set(video, known)
      return known
    }
    const readRow = (row: OwnRow) => {
      const clip = readClip(row, sourceOf)
      for (const c of ['verb', 'noun'] as const) {
        const cell = row.cells[source(c) ?? c]
        if (labels[c] && cell) clip[c] = ownLabel(cell, labels[c], classes[c] !== undefined, row.where)
      }
      if (clip.verb === undefined && clip.noun === undefined) {
        throw new EgoLensError('dataset/no-label', 'the clip has no label', { where: row.where })
      }
      placed(clip, row.where)
      return { clip, split: row.cells.split, where: row.where }
    }
    const read = nameClips(readEach(rows, readRow, onFault), onFault)
    const clips = columns.has('split') ? splitByColumn(read, onFault) : splitByVideo(read, test, seed, file)
    return makeDataset({
      name: 'own',
      root: resolve(root),
      labels,
      clips,
      onFault,
      ...(detections === undefined
        ? { detections: () => undefined }
        : detectionPlaces(resolve(detections), candidates, boxFrames, withoutExtension)),
      warnings: leaks(clips),
    })
  },
}

const withoutExtension = (video: string): string => video.replace(/\.\w+$/, '')

const candidates = (folder: string, video: string): string[] =>
  ['.json', '.pkl'].map((extension) => resolve(folder, `${withoutExtension(video)}${extension}`))

function readClip({ cells, where }: OwnRow, sourceOf: (video: string, where: string) => string): Clip {
  const [start, end] = [seconds(cells.start, 'start', where), seconds(cells.end, 'end', where)]
  if (end <= start) {
    throw new EgoLensError('dataset/empty-clip', `the clip ends at ${end} s and starts at ${start} s`, {
      where,
      cure: 'end must be after start',
    })
  }
  const clip: Clip = {
    id: cells.id ?? '',
    video: cells.video ?? '',
    source: sourceOf(cells.video ?? '', where),
    start,
    end,
  }
  if (cells.participant) clip.participant = cells.participant
  if (cells.narration) clip.narration = cells.narration
  if (cells.frame_rate) {
    const rate = Number(cells.frame_rate)
    if (!(rate > 0 && rate <= 1000)) {
      throw new EgoLensError('dataset/frame-rate', `"${cells.frame_rate}" is not a frame rate`, { where })
    }
    clip.frameRate = rate
  }
  return clip
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
