import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { EgoLensError } from '../errors.js'
import { makeDataset } from './dataset.js'
import { boxFrames, detectionPlaces } from './detections.js'
import { tellFaults } from './faults.js'
import { ownClasses } from './own-classes.js'
import { OwnClipReader } from './own-clips.js'
import { eachOwnRow, type OwnCells, surveyOwnRows } from './own-rows.js'
import { leaks, NamedClips, splitByVideo, splitOf } from './own-splits.js'
import { bytesOfClips, checkRoom } from './room.js'
import type { Clip, Component, DatasetReader, LabelSets } from './types.js'

const classList = z.union([z.string(), z.array(z.string()).min(1)])

const options = z.strictObject({
  /** The CSV, TSV or JSONL file with one clip a line. */
  file: z.string(),
  /** The folder that the videos' paths start from and must stay in; the file's own folder by default. */
  root: z.string().optional(),
  /** Take videos that are links out of `root`. */
  followLinks: z.boolean().default(false),
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
  async open(given, onFault) {
    const { file, root = dirname(file), followLinks, component, classes, test, seed, detections, boxFrames } = given
    // Twice: for the classes and the size, then for the clips, so that a table of millions of rows is never in memory.
    const survey = await surveyOwnRows(file, onFault)
    checkRoom(bytesOfClips(survey), `${survey.rows} clips`, file)
    const { columns } = survey
    const source = (c: Component) =>
      columns.has('label') ? (c === component ? 'label' : undefined) : columns.has(c) ? c : undefined
    const labels: LabelSets = {}
    for (const c of ['verb', 'noun'] as const) {
      const column = source(c)
      if (column) labels[c] = await ownClasses(c, column, survey.names[column], classes[c], file)
    }
    const reader = new OwnClipReader(file, labels, { root: resolve(root), followLinks, columnOf: source, classes })
    const named = new NamedClips(survey.rows)
    const splits = new Map<string, Clip[]>()
    const read = (cells: OwnCells, line: number) => {
      const clip = reader.read(cells, line)
      const split = columns.has('split') ? splitOf(cells.split, `${file}:${line}`) : undefined
      named.add(clip)
      if (split === undefined) return
      const clips = splits.get(split)
      if (clips) clips.push(clip)
      else splits.set(split, [clip])
    }
    let rows = 0
    const each = (cells: OwnCells, line: number) => {
      rows++
      tellFaults(() => read(cells, line), onFault)
    }
    // Rows that are no rows were told of by the survey.
    await eachOwnRow(file, each, onFault && (() => {}))
    if (rows !== survey.rows) throw changed(file)
    const clips = columns.has('split') ? splits : splitByVideo(named.clips, test, seed, file)
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

function changed(file: string): EgoLensError {
  return new EgoLensError('dataset/changed', 'the file became another one between the two times that it is read', {
    where: file,
    cure: 'read it when it is written to its end; save what comes from a pipe to a file first',
  })
}

const withoutExtension = (video: string): string => video.replace(/\.\w+$/, '')

const candidates = (folder: string, video: string): string[] =>
  ['.json', '.pkl'].map((extension) => resolve(folder, `${withoutExtension(video)}${extension}`))
