import { join } from 'node:path'
import { z } from 'zod'
import { EgoLensError } from '../errors.js'
import { statusOf } from '../files/read.js'
import { at, labelCell, readRows, readTable } from './csv.js'
import { firstExisting, makeDataset } from './dataset.js'
import { boxFrames, detectionPlaces } from './detections.js'
import { labelSet } from './labels.js'
import { parsePythonNumbers } from './python-list.js'
import { checkRoom } from './room.js'
import { ownText, Strings, TableClip } from './table-clip.js'
import { parseTime } from './time.js'
import type { Clip, Component, DatasetReader, LabelSet, OnFault } from './types.js'
import { plainName } from './video-path.js'

const options = z.strictObject({
  /** The folder that holds everything; the other folders default to it. */
  root: z.string(),
  /** The folder of the EPIC_100_*.csv files. */
  annotations: z.string().optional(),
  /** The folder of P01, P02, ... with `videos/` or `rgb_frames/` inside. */
  videos: z.string().optional(),
  /** The folder of hand-object detections, `P01/P01_01.pkl` or `.json`, or X-MIC's one file for all videos. */
  detections: z.string().optional(),
  /** Sizes and rates for files of detections that count pixels and frames. */
  boxFrames: boxFrames.optional(),
  /** Annotation files by split, beside or instead of the defaults. */
  splits: z.record(z.string(), z.string()).optional(),
})

export type EpicKitchensOptions = z.infer<typeof options>

/** The validation set is the test set, as X-MIC uses it: the labels of the real test set are not public. */
const defaultSplits: Record<string, string> = {
  train: 'EPIC_100_train.csv',
  test: 'EPIC_100_validation.csv',
  untrimmed_train: 'EPIC_100_untrimmed_train.csv',
  untrimmed_test: 'EPIC_100_untrimmed_validation.csv',
}

const columns = [
  'narration_id',
  'participant_id',
  'video_id',
  'start_timestamp',
  'stop_timestamp',
  'narration',
  'verb_class',
  'noun_class',
] as const

/**
 * EPIC-KITCHENS-100 action recognition (Damen et al., IJCV 2022). Clips are cut by timestamp: the frame columns
 * count a 60 or 50 frames-a-second dump and do not fit the videos.
 */
export const epicKitchens100: DatasetReader<EpicKitchensOptions> = {
  name: 'epic-kitchens-100',
  title: 'EPIC-KITCHENS-100: 97 verbs, 300 nouns, trimmed segments of long kitchen videos',
  options,
  async open({ root, annotations = annotationFolder(root), videos = root, detections, boxFrames, splits }, onFault) {
    const [verb, noun] = await Promise.all([readClasses(annotations, 'verb'), readClasses(annotations, 'noun')])
    const clips = new Map<string, Clip[]>()
    for (const [split, file] of Object.entries({ ...defaultSplits, ...splits })) {
      const path = firstExisting([join(annotations, file)])
      if (path) {
        clips.set(split, await readClips(path, { labels: { verb, noun }, videos, onFault }))
      } else if (splits?.[split])
        throw new EgoLensError('dataset/no-file', 'no such file', { where: join(annotations, file) })
    }
    if (clips.size === 0) {
      throw new EgoLensError('dataset/no-file', `neither ${defaultSplits.train} nor ${defaultSplits.test} is there`, {
        where: annotations,
        cure: 'set annotations to the folder of the EPIC_100_*.csv files',
      })
    }
    return makeDataset({
      name: 'epic-kitchens-100',
      root,
      labels: { verb, noun },
      clips,
      onFault,
      ...detectionPlaces(detections ?? join(root, 'hand-objects'), candidates, boxFrames),
    })
  },
}

/**
 * The number (from 1) of the frame at a time, in the image dump that `start_frame` and `stop_frame` count:
 * max(1, floor(seconds * rate)), with {@link epicFrameRate}. Fits all 69,680 published values.
 */
export function epicFrame(seconds: number, video: string): number {
  return Math.max(1, Math.floor(seconds * epicFrameRate(video)))
}

/** Frames a second of the image dump: 50 for the extension's videos (three digits, P01_101), else 60, whatever the mp4 has. */
export function epicFrameRate(video: string): 50 | 60 {
  return /_\d{3}$/.test(video) ? 50 : 60
}

/** The class text of methods.md: `board:chopping` is "chopping board", `turn-on` is "turn on". */
export function epicClassName(key: string): string {
  const name = key.split(':').reverse().join(' ').replaceAll('-', ' ').trim()
  return shorter[name] ?? name
}

/** X-MIC's special cases. */
const shorter: Record<string, string> = { 'use to': 'use', 'end of': 'end', 'bring into': 'bring' }

function annotationFolder(root: string): string {
  const folders = [root, join(root, 'annotations'), join(root, 'epic-kitchens-100-annotations')]
  return folders.find((folder) => firstExisting([join(folder, 'EPIC_100_verb_classes.csv')])) ?? root
}

async function readClasses(folder: string, component: Component): Promise<LabelSet> {
  const table = await readTable(
    join(folder, `EPIC_100_${component}_classes.csv`),
    ['id', 'key'],
    'set annotations to the folder of the EPIC_100_*.csv files',
  )
  const entries = table.rows.map(({ line, cells }, i) => {
    if (cells.id !== String(i)) {
      throw new EgoLensError('dataset/class-order', `class id ${cells.id} where ${i} is due`, {
        where: at(table, line),
      })
    }
    return { key: cells.key!, name: epicClassName(cells.key!), where: at(table, line) }
  })
  return labelSet('epic-kitchens-100', component, entries, { where: table.path })
}

interface Reading {
  labels: { verb: LabelSet; noun: LabelSet }
  videos: string
  onFault: OnFault | undefined
}

async function readClips(path: string, { labels, videos, onFault }: Reading): Promise<Clip[]> {
  const { size } = await statusOf(path)
  // A row of the published files has 190 bytes, and its clip takes 330.
  checkRoom(2 * size, `the clips of ${Math.round(size / 2 ** 20)} MB`, path)
  const clips: Clip[] = []
  const row = new EpicClipReader(path, labels, videos)
  const open = (names: readonly string[]) => {
    const place = Object.fromEntries(names.map((name, i) => [name, i]))
    return (cells: readonly string[], line: number) => void clips.push(row.read((name) => cells[place[name]!], line))
  }
  await readRows(path, columns, open, { onFault })
  // Published rows are in string order: P01_01_10 before P01_01_2.
  return clips.sort((a, b) => compare(a.video, b.video) || a.start - b.start || number(a.id) - number(b.id))
}

type Cell = (column: (typeof columns)[number] | 'all_noun_classes') => string | undefined

/** Makes clips of rows; what many rows have in common is kept once. */
class EpicClipReader {
  readonly #sources = new Map<string, Source & { video: string }>()
  readonly #nouns = new Map<string, number[]>()
  readonly #strings = new Strings()

  constructor(
    private readonly path: string,
    private readonly labels: Reading['labels'],
    private readonly videos: string,
  ) {}

  read(cell: Cell, line: number): Clip {
    const where = at({ path: this.path }, line)
    const { verb, noun } = this.labels
    const nouns = cell('all_noun_classes')
    const clip: Clip = {
      id: ownText(cell('narration_id')!),
      ...this.#source(cell('video_id')!, where),
      ...times(cell, where),
      participant: this.#strings.one(cell('participant_id')!),
      narration: this.#strings.one(cell('narration')!),
      verb: labelCell(cell('verb_class')!, verb.names.length, 'verb', where),
      noun: labelCell(cell('noun_class')!, noun.names.length, 'noun', where),
    }
    if (nouns !== undefined) clip.nouns = this.#classes(nouns, where)
    return new TableClip(clip, this.path, line)
  }

  #source(cell: string, where: string): Source & { video: string } {
    let found = this.#sources.get(cell)
    if (!found) {
      const video = ownText(plainName(cell, 'video_id', where))
      found = { video, ...findVideo(this.videos, video) }
      this.#sources.set(video, found)
    }
    return found
  }

  /** Some published rows name a class twice. */
  #classes(cell: string, where: string): number[] {
    let found = this.#nouns.get(cell)
    if (!found) {
      found = [...new Set(parsePythonNumbers(cell, where))]
      if (this.#nouns.size < MOST_LISTS) this.#nouns.set(ownText(cell), found)
    }
    return found
  }
}

const MOST_LISTS = 1 << 16

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const number = (id: string) => Number(id.slice(id.lastIndexOf('_') + 1))

function times(cell: Cell, where: string): { start: number; end: number } {
  const [start, end] = (['start_timestamp', 'stop_timestamp'] as const).map((column) => {
    const text = cell(column)!
    const seconds = /^\d+:\d+:/.test(text) ? parseTime(text) : undefined
    if (seconds !== undefined) return seconds
    throw new EgoLensError('dataset/time', `"${text}" is not a time`, { where, cure: 'times are HH:MM:SS.ff' })
  })
  if (!(end! > start!)) {
    const message = `${cell('narration_id')} ends at ${end} s and starts at ${start} s`
    throw new EgoLensError('dataset/empty-clip', message, { where })
  }
  return { start: start!, end: end! }
}

type Source = Pick<Clip, 'source' | 'frameRate' | 'zeroNumber'>

/**
 * The mp4, or the folder or tar of its images; the official place of the mp4 if nothing is there. Images are numbered by
 * {@link epicFrame}, so number `n` is shown from `n / rate` on: number 0 would be at time 0, and there is none.
 */
function findVideo(root: string, video: string): Source {
  const folder = join(root, video.slice(0, video.indexOf('_')))
  const file = firstExisting([
    join(folder, 'videos', `${video}.MP4`),
    join(folder, 'videos', `${video}.mp4`),
    join(root, `${video}.MP4`),
    join(root, `${video}.mp4`),
  ])
  if (file) return { source: file }
  const images = firstExisting([join(folder, 'rgb_frames', video), join(folder, 'rgb_frames', `${video}.tar`)])
  return images
    ? { source: images, frameRate: epicFrameRate(video), zeroNumber: 0 }
    : { source: join(folder, 'videos', `${video}.MP4`) }
}

function candidates(root: string, video: string): string[] {
  const folders = [join(root, video.slice(0, video.indexOf('_'))), root]
  return ['.pkl', '.json'].flatMap((extension) => folders.map((folder) => join(folder, `${video}${extension}`)))
}
