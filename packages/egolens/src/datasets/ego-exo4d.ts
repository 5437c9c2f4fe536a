import { z } from 'zod'
import { EgoLensError } from '../errors.js'
import { readJson } from '../files.js'
import { readEach, tellFaults } from './faults.js'
import { checked } from './jsonl.js'
import type { OnFault } from './types.js'

/** Videos of one moment of one activity: the wearer's and those of the cameras that stand about. */
export interface Take {
  uid: string
  name: string
  /** Seconds. */
  duration: number
  dropped: boolean
  /** Paths from the dataset's root; none where the camera has no frame-aligned video. */
  ego?: string
  exo: { camera: string; video: string }[]
}

/** What somebody says happens at a moment. */
export interface Description {
  /** Its place in the annotation as the file lists it, from 0. */
  index: number
  text: string
  /** Seconds from the take's start. */
  time: number
  /** The camera wearer, or somebody else. */
  subject?: 'C' | 'O'
  egoVisible?: boolean
  unsure?: boolean
  /** The camera that shows it best. */
  bestExo?: string
}

/** All that one annotator says of one take. */
export interface TakeAnnotation {
  uid: string
  annotator: string
  rejected: boolean
  descriptions: Description[]
}

export interface TakeOptions {
  /** The full-size videos, or those scaled down to 448 pixels. */
  videos?: 'full' | '448'
}

const stream = z.looseObject({
  readable_stream_id: z.string().nullish(),
  relative_path: z.string().nullish(),
})

const takeRecord = z.looseObject({
  take_uid: z.string().min(1),
  take_name: z.string().min(1),
  root_dir: z.string().min(1).optional(),
  duration_sec: z.number().positive(),
  is_dropped: z.boolean().nullish(),
  capture: z.looseObject({
    cameras: z.array(z.looseObject({ cam_id: z.string().min(1), is_ego: z.boolean() })),
  }),
  frame_aligned_videos: z.record(z.string(), z.record(z.string(), stream)).default({}),
})

type TakeRecord = z.infer<typeof takeRecord>

/**
 * Reads Ego-Exo4D's `takes.json`. Which camera is the wearer's is what `cameras[].is_ego` says, never its name; of the
 * wearer's streams the colour one is taken.
 *
 * @param onFault told of each faulty take, which is then left out
 * @throws EgoLensError `dataset/json`, `dataset/duplicate-id`, `dataset/outside-root` naming the take
 * @example (await readTakes('egoexo4d/takes.json'))[0]?.ego // 'takes/cmu_bike01_2/frame_aligned_videos/aria01_214-1.mp4'
 */
export async function readTakes(path: string, options: TakeOptions = {}, onFault?: OnFault): Promise<Take[]> {
  const items = z.array(z.unknown()).safeParse(await readJson(path))
  if (!items.success) throw new EgoLensError('dataset/json', 'not a list of takes', { where: path })
  const seen = new Set<string>()
  const read = (item: unknown, i: number): Take => {
    const where = `${path}: [${i}]`
    const record = checked(takeRecord, item, where)
    if (seen.has(record.take_uid))
      throw new EgoLensError('dataset/duplicate-id', `two takes are called "${record.take_uid}"`, { where })
    seen.add(record.take_uid)
    return takeOf(record, options, where)
  }
  return readEach(items.data, read, onFault)
}

function takeOf(record: TakeRecord, { videos = 'full' }: TakeOptions, where: string): Take {
  const root = record.root_dir ?? `takes/${record.take_name}`
  const videoOf = (camera: string): string | undefined => {
    const streams = Object.values(record.frame_aligned_videos[camera] ?? {}).filter((one) => one.relative_path)
    const { relative_path } = streams.find((one) => one.readable_stream_id === 'rgb') ?? streams[0] ?? {}
    if (!relative_path) return undefined
    const scaled = videos === 'full' ? relative_path : relative_path.replace(/\/(?=[^/]*$)/, `/downscaled/${videos}/`)
    return inside(`${root}/${scaled}`, where)
  }
  const cameras = record.capture.cameras.map(({ cam_id, is_ego }) => ({
    camera: cam_id,
    is_ego,
    video: videoOf(cam_id),
  }))
  const ego = cameras.find(({ is_ego, video }) => is_ego && video !== undefined)?.video
  return {
    uid: record.take_uid,
    name: record.take_name,
    duration: record.duration_sec,
    dropped: record.is_dropped === true,
    ...(ego === undefined ? {} : { ego }),
    exo: cameras.flatMap(({ camera, is_ego, video }) => (is_ego || video === undefined ? [] : [{ camera, video }])),
  }
}

function inside(path: string, where: string): string {
  if (!/^[/\\]|^[a-z]:|(^|[/\\])\.\.([/\\]|$)|\0/i.test(path)) return path
  throw new EgoLensError('dataset/outside-root', `"${path}" leads out of the dataset's folder`, { where })
}

/** The files say true, "1", "0" or nothing. */
const flag = z
  .union([z.boolean(), z.enum(['0', '1']), z.null()])
  .optional()
  .transform((value) => (value === null || value === undefined ? undefined : value === true || value === '1'))

const describedBy = z.enum(['C', 'O']).nullish()

const descriptionRecord = z.looseObject({
  text: z.string().trim().min(1),
  timestamp: z.number().min(0),
  subject: describedBy,
  /** What the documentation's example calls the subject. */
  narration_subject: describedBy,
  ego_visible: flag,
  unsure: flag,
  best_exo: z.looseObject({ cam_id: z.string() }).nullish(),
})

const annotationRecord = z.looseObject({
  annotation_uid: z.string().min(1),
  annotator_id: z.coerce.string(),
  rejected: z.boolean().nullish(),
  descriptions: z.array(z.unknown()),
})

/**
 * Reads `atomic_descriptions_<split>.json`: for each take what its annotators say, each on their own, in order of time.
 *
 * @param onFault told of each faulty annotation or description, which is then left out
 * @throws EgoLensError `dataset/json` naming take, annotation and description
 */
export async function readAtomicDescriptions(path: string, onFault?: OnFault): Promise<Map<string, TakeAnnotation[]>> {
  const file = z.object({ annotations: z.record(z.string(), z.array(z.unknown())) }).safeParse(await readJson(path))
  if (!file.success) throw new EgoLensError('dataset/json', 'no atomic descriptions', { where: path })
  const found = new Map<string, TakeAnnotation[]>()
  for (const [uid, annotations] of Object.entries(file.data.annotations)) {
    const place = `${path}: annotations.${uid}`
    const read = (item: unknown, i: number) => annotationOf(item, `${place}[${i}]`, onFault)
    found.set(uid, readEach(annotations, read, onFault))
  }
  return found
}

function annotationOf(item: unknown, where: string, onFault?: OnFault): TakeAnnotation {
  const record = checked(annotationRecord, item, where)
  const descriptions: Description[] = []
  record.descriptions.forEach((value, index) => {
    tellFaults(() => void descriptions.push(descriptionOf(value, index, `${where}.descriptions[${index}]`)), onFault)
  })
  descriptions.sort((a, b) => a.time - b.time)
  const { annotation_uid: uid, annotator_id: annotator } = record
  return { uid, annotator, rejected: record.rejected === true, descriptions }
}

function descriptionOf(value: unknown, index: number, where: string): Description {
  const { text, timestamp, ego_visible, unsure, best_exo, ...rest } = checked(descriptionRecord, value, where)
  const subject = rest.subject ?? rest.narration_subject
  return {
    index,
    text,
    time: timestamp,
    ...(subject ? { subject } : {}),
    ...(ego_visible === undefined ? {} : { egoVisible: ego_visible }),
    ...(unsure === undefined ? {} : { unsure }),
    ...(best_exo ? { bestExo: best_exo.cam_id } : {}),
  }
}

/**
 * Reads `splits.json`: which split a take belongs to.
 *
 * @throws EgoLensError `dataset/json`
 * @example (await readTakeSplits('egoexo4d/annotations/splits.json')).get(uid) // 'train'
 */
export async function readTakeSplits(path: string): Promise<Map<string, string>> {
  const lists = z.record(z.string(), z.array(z.string()))
  const file = z.object({ split_to_take_uids: lists }).safeParse(await readJson(path))
  if (!file.success) {
    throw new EgoLensError('dataset/json', 'no lists of takes under "split_to_take_uids"', { where: path })
  }
  const splits = new Map<string, string>()
  for (const [split, uids] of Object.entries(file.data.split_to_take_uids))
    for (const uid of uids) splits.set(uid, split)
  return splits
}
