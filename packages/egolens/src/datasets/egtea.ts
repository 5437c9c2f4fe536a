import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { EgoLensError } from '../errors.js'
import { makeDataset } from './dataset.js'
import { boxFrames, detectionPlaces } from './detections.js'
import { placed, readEach } from './faults.js'
import { labelSet } from './labels.js'
import { readText } from './text.js'
import type { Clip, Component, DatasetReader, LabelSet, OnFault } from './types.js'
import { plainName } from './video-path.js'

const options = z.strictObject({
  /** The folder that holds everything; the other folders default to it. */
  root: z.string(),
  /** The folder of train_split1.txt, verb_idx.txt, ... */
  annotations: z.string().optional(),
  /** The folder of `cropped_clips/<session>/<clip>.mp4`, or of `videos/<session>.mp4`. */
  videos: z.string().optional(),
  /** The folder of detections, `<session>/<clip>.json` for trimmed clips, `<session>.json` for whole sessions, or one file. */
  detections: z.string().optional(),
  /** Sizes and rates for files of detections that count pixels and frames. */
  boxFrames: boxFrames.optional(),
  /**
   * Keep a class 0 without a name, as X-MIC's code does: ids start at 1 and are used as they are, so the paper
   * counts 20 verbs and 54 nouns where there are 19 and 53.
   */
  emptyClass: z.boolean().default(false),
  /** Annotation files by split, beside or instead of the defaults; several files are merged. */
  splits: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
})

export type EgteaOptions = z.input<typeof options>

/** X-MIC tests on the three test splits together. They share no clip; a training split shares clips with two of them. */
const defaultSplits: Record<string, string[]> = {
  train: ['train_split1.txt'],
  train1: ['train_split1.txt'],
  train2: ['train_split2.txt'],
  train3: ['train_split3.txt'],
  test: ['test_split1.txt', 'test_split2.txt', 'test_split3.txt'],
  test1: ['test_split1.txt'],
  test2: ['test_split2.txt'],
  test3: ['test_split3.txt'],
}

/** EGTEA Gaze+ (Li, Liu and Rehg, ECCV 2018): trimmed actions; a clip's noun is its first, the rest is in `nouns`. */
export const egtea: DatasetReader<z.infer<typeof options>> = {
  name: 'egtea',
  title: 'EGTEA Gaze+: 19 verbs, 53 nouns, three splits of trimmed cooking actions',
  options,
  async open(
    { root, annotations = annotationFolder(root), videos = root, detections, boxFrames, emptyClass, splits },
    onFault,
  ) {
    // One after the other, so that where both files are missing it is always the same that is named.
    const verb = await readClasses(annotations, 'verb', emptyClass)
    const noun = await readClasses(annotations, 'noun', emptyClass)
    const clips = new Map<string, Clip[]>()
    for (const [split, names] of Object.entries({ ...defaultSplits, ...splits })) {
      const files = [names].flat().map((name) => join(annotations, name))
      if (!files.every((path) => existsSync(path)) && !splits?.[split]) continue
      const read = await Promise.all(files.map((path) => readClips(path, { verb, noun }, emptyClass, videos, onFault)))
      clips.set(split, read.flat())
    }
    if (clips.size === 0) {
      throw new EgoLensError('dataset/no-file', 'neither train_split1.txt nor the three test splits are there', {
        where: annotations,
        cure: 'set annotations to the folder of train_split1.txt',
      })
    }
    return makeDataset({
      name: 'egtea',
      root,
      labels: { verb, noun },
      clips,
      onFault,
      ...detectionPlaces(detections ?? join(root, 'detections'), candidates, boxFrames),
    })
  },
}

/** `Divide/Pull Apart` is "divide pull apart", `eating_utensil` is "eating utensil". */
export function egteaClassName(key: string): string {
  return key
    .replace(/[/_,]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase()
}

function annotationFolder(root: string): string {
  const folders = [root, join(root, 'action_annotation'), join(root, 'annotations')]
  return folders.find((folder) => existsSync(join(folder, 'verb_idx.txt'))) ?? root
}

/** `<name> <id>` a line, ids from 1; a name may hold blanks. */
async function readClasses(folder: string, component: Component, emptyClass: boolean): Promise<LabelSet> {
  const path = join(folder, `${component}_idx.txt`)
  const lines = (await readText(path)).split(/\r?\n/).filter((line) => line.trim() !== '')
  const entries = lines.map((line, i) => {
    const match = /^(.+?)\s+(\d+)\s*$/.exec(line)
    if (Number(match?.[2]) !== i + 1) {
      throw new EgoLensError('dataset/class-order', `"${line}" is not a name and the number ${i + 1}`, {
        where: `${path}:${i + 1}`,
      })
    }
    return { key: match![1]!, name: egteaClassName(match![1]!), where: `${path}:${i + 1}` }
  })
  if (emptyClass) entries.unshift({ key: '', name: '', where: path })
  return labelSet('egtea', component, entries, { where: path, allowEmpty: emptyClass ? [0] : [] })
}

interface Source {
  /** The name of the file's video: the clip when it is trimmed, else the session. */
  video: string
  source: string
  /** Where the session's time 0 lies in the file, in milliseconds. */
  zero: number
}

/** The trimmed clip, in which time starts with it, or the whole session if only that is there. */
function sourceOf(videos: string, session: string, clip: string, start: number): Source {
  const trimmed = join(videos, 'cropped_clips', session, `${clip}.mp4`)
  const whole = join(videos, 'videos', `${session}.mp4`)
  return existsSync(trimmed) || !existsSync(whole)
    ? { video: clip, source: trimmed, zero: start }
    : { video: session, source: whole, zero: 0 }
}

async function readClips(
  path: string,
  labels: { verb: LabelSet; noun: LabelSet },
  emptyClass: boolean,
  videos: string,
  onFault?: OnFault,
): Promise<Clip[]> {
  const lines = (await readText(path)).split(/\r?\n/).map((line, i) => ({ line, where: `${path}:${i + 1}` }))
  const read = ({ line, where }: { line: string; where: string }): Clip => {
    const [id, , verb, ...nouns] = line.trim().split(/\s+/)
    if (verb === undefined || nouns.length === 0) {
      throw new EgoLensError('dataset/egtea-line', 'a line is: clip action verb noun [noun ...]', { where })
    }
    const label = (cell: string, component: Component) => classOf(cell, labels[component], emptyClass, where)
    const { session, start, end } = clipTimes(plainName(id!, 'the clip', where), where)
    const { video, source, zero } = sourceOf(videos, session, id!, start)
    const times = { start: (start - zero) / 1000, end: (end - zero) / 1000 }
    const all = nouns.map((cell) => label(cell, 'noun'))
    const participant = session.slice(0, session.indexOf('-'))
    const clip = { id: id!, video, source, ...times, participant, verb: label(verb, 'verb'), noun: all[0]!, nouns: all }
    return placed(clip, where)
  }
  return readEach(
    lines.filter(({ line }) => line.trim() !== ''),
    read,
    onFault,
  )
}

function classOf(cell: string, labels: LabelSet, emptyClass: boolean, where: string): number {
  const id = /^\d{1,6}$/.test(cell) ? Number(cell) : 0
  const label = emptyClass ? id : id - 1
  if (id >= 1 && label < labels.names.length) return label
  throw new EgoLensError('dataset/label-out-of-range', `${labels.component} ${cell} is not a class`, {
    where,
    cure: `ids go from 1 to ${labels.names.length - (emptyClass ? 1 : 0)}`,
  })
}

function candidates(folder: string, video: string): string[] {
  const folders = [join(folder, sessionOf(video)), folder]
  return folders.flatMap((place) => ['.json', '.pkl'].map((extension) => join(place, `${video}${extension}`)))
}

/** The session of a trimmed clip's name, or the name itself. */
function sessionOf(video: string): string {
  return /^(.+)-\d+-\d+-F\d+-F\d+$/.exec(video)?.[1] ?? video
}

/** `P21-R04-ContinentalBreakfast-291175-294945-F006979-F007088`: everything before the last four fields is the session. */
function clipTimes(id: string, where: string): { session: string; start: number; end: number } {
  const match = /^(.+)-(\d+)-(\d+)-F\d+-F\d+$/.exec(id)
  const [start, end] = [Number(match?.[2]), Number(match?.[3])]
  if (match && end > start) return { session: match[1]!, start, end }
  throw new EgoLensError('dataset/egtea-line', `"${id}" is not <session>-<start ms>-<end ms>-F<frame>-F<frame>`, {
    where,
  })
}
