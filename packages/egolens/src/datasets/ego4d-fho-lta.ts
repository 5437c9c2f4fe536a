import { join } from 'node:path'
import { z } from 'zod'
import { EgoLensError, nearest } from '../errors.js'
import { readJson } from '../files.js'
import { firstExisting, makeDataset } from './dataset.js'
import { boxFrames } from './detections.js'
import { type Ego4dClip, ego4dDetections } from './ego4d-detections.js'
import { placed, readEach } from './faults.js'
import { labelSet } from './labels.js'
import type { Clip, Component, DatasetReader, LabelSet, OnFault } from './types.js'
import { plainName } from './video-path.js'

const options = z.strictObject({
  /** The folder that holds everything; the other folders default to it. */
  root: z.string(),
  /** The folder of fho_lta_*.json. */
  annotations: z.string().optional(),
  /** The folder of `clips/<clip_uid>.mp4` and `full_scale/<video_uid>.mp4`. */
  videos: z.string().optional(),
  /** Cut from the 5-minute clips, or from the videos that they are part of. */
  from: z.enum(['clips', 'full_scale']).default('clips'),
  /**
   * The folder of detections: `<clip_uid>.json` (`<video_uid>.json` with `from: full_scale`), or what is released with
   * helping_hand_for_egocentric_videos: `<video_uid>/<k>.handobj.pkl`. Or X-MIC's one file for all clips.
   */
  detections: z.string().optional(),
  /** Sizes and rates for files of detections that count pixels and frames. */
  boxFrames: boxFrames.optional(),
  /** EgoClip's table, which says where the clips of the released detections end. */
  egoclip: z.string().optional(),
  /** X-MIC uses the middle 4 of each action's 8 seconds. */
  ego4dWindow: z.enum(['centre4', 'full']).default('centre4'),
  /** Annotation files by split, beside or instead of the defaults. */
  splits: z.record(z.string(), z.string()).optional(),
})

export type Ego4dOptions = z.input<typeof options>

/** The validation set is the test set, as X-MIC uses it: the test set has no labels. */
const defaultSplits: Record<string, string> = {
  train: 'fho_lta_train.json',
  test: 'fho_lta_val.json',
  untrimmed_train: 'fho_lta_untrimmed_train.json',
  untrimmed_test: 'fho_lta_untrimmed_val.json',
}

const row = z.object({
  video_uid: z.string().min(1),
  clip_uid: z.string().min(1),
  clip_parent_start_sec: z.number().optional(),
  action_clip_start_sec: z.number(),
  action_clip_end_sec: z.number(),
  action_idx: z.int().min(0),
  verb: z.string(),
  noun: z.string(),
  verb_label: z.int(),
  noun_label: z.int(),
})

type Row = z.infer<typeof row>

const file = z.object({ split: z.string().optional(), clips: z.array(z.unknown()) })
const taxonomySchema = z.object({ verbs: z.array(z.string()), nouns: z.array(z.string()) })
const metadata = z.object({
  videos: z.array(z.object({ video_uid: z.string(), fb_participant_id: z.number().nullish() })),
})

/**
 * Ego4D forecasting hands and objects, long-term anticipation (Grauman et al., CVPR 2022), used for recognition as
 * X-MIC does. A label is its index in fho_lta_taxonomy.json. Times are those of the clip's file.
 */
export const ego4dFhoLta: DatasetReader<z.infer<typeof options>> = {
  name: 'ego4d-fho-lta',
  title: 'Ego4D FHO long-term anticipation: 117 verbs, 521 nouns, 8 s around each action',
  options,
  async open(
    { root, annotations = annotationFolder(root), videos = root, from, ego4dWindow, splits, ...boxes },
    onFault,
  ) {
    const labels = await readTaxonomy(join(annotations, 'fho_lta_taxonomy.json'))
    const participants = await readParticipants(annotations)
    const clips = new Map<string, Clip[]>()
    const parents = new Map<string, Ego4dClip>()
    for (const [split, name] of Object.entries({ ...defaultSplits, ...splits })) {
      const path = join(annotations, name)
      if (!firstExisting([path]) && !splits?.[split]) continue
      const rows = await readRows(path, labels, onFault)
      if (from === 'clips') {
        for (const { row: r } of rows)
          parents.set(r.clip_uid, { video: r.video_uid, start: r.clip_parent_start_sec ?? 0 })
      }
      // Untrimmed splits hold the actions' own extents, not windows around them.
      const window = split.startsWith('untrimmed') ? 'full' : ego4dWindow
      clips.set(
        split,
        readEach(
          rows,
          ({ row: r, where }) => {
            const participant = participants.get(r.video_uid) ?? r.video_uid
            return placed(clipOf(r, { videos, from, window, participant }, where), where)
          },
          onFault,
        ),
      )
    }
    if (clips.size === 0) {
      throw new EgoLensError('dataset/no-file', `neither ${defaultSplits.train} nor ${defaultSplits.test} is there`, {
        where: annotations,
        cure: 'set annotations to the folder of fho_lta_train.json',
      })
    }
    const { detections: place = join(root, 'detections'), boxFrames, egoclip } = boxes
    const names = new Set([...clips.values()].flat().map((clip) => clip.video))
    return makeDataset({
      name: 'ego4d-fho-lta',
      root,
      labels,
      clips,
      onFault,
      ...(await ego4dDetections({ place, boxFrames, egoclip, clips: parents, videos: names })),
    })
  },
}

/**
 * The class text of methods.md: what stands before "(", `_` as a blank; classes that would collide keep a word of
 * the bracket: `nut_(tool)` is "nut tool", `pot_(planter)` is "planter".
 */
export function ego4dClassName(key: string): string {
  return (disambiguated[key] ?? key.split('(')[0]!).replaceAll('_', ' ').trim()
}

/** X-MIC's names for the colliding keys; the v2 taxonomy writes the first chip of wood with a stray quote. */
const disambiguated: Record<string, string> = {
  'nut_(food)': 'nut',
  'nut_(tool)': 'nut_tool',
  "chip_(wood'_metal),": 'chip_wood',
  'chip_(wood,_metal)': 'chip_metal',
  'bat_(tool)': 'bat_tool',
  'bat_(sports)': 'bat_sports',
  'pot_(planter)': 'planter',
}

function annotationFolder(root: string): string {
  const folders = [root, join(root, 'annotations'), join(root, 'v2', 'annotations')]
  return folders.find((folder) => firstExisting([join(folder, 'fho_lta_taxonomy.json')])) ?? root
}

async function readTaxonomy(path: string): Promise<{ verb: LabelSet; noun: LabelSet }> {
  const { verbs, nouns } = parse(taxonomySchema, await readJson(path), path)
  const labels = (component: Component, keys: string[]) => {
    const entries = keys.map((key) => ({ key, name: ego4dClassName(key) }))
    return labelSet('ego4d-fho-lta', component, entries, { where: path })
  }
  return { verb: labels('verb', verbs), noun: labels('noun', nouns) }
}

/** Participants by video, from Ego4D's own ego4d.json where it is there; others count as one a video. */
async function readParticipants(folder: string): Promise<Map<string, string>> {
  const path = firstExisting([join(folder, 'ego4d.json'), join(folder, '..', 'ego4d.json')])
  if (!path) return new Map()
  const { videos } = parse(metadata, await readJson(path), path)
  return new Map(
    videos.flatMap((v) => (v.fb_participant_id == null ? [] : [[v.video_uid, String(v.fb_participant_id)]])),
  )
}

async function readRows(
  path: string,
  labels: { verb: LabelSet; noun: LabelSet },
  onFault?: OnFault,
): Promise<{ row: Row; where: string }[]> {
  const { clips } = parse(file, await readJson(path), path)
  const read = (value: unknown, i: number) => {
    const where = `${path}: clips[${i}]`
    if (typeof value === 'object' && value !== null && !('verb' in value)) {
      throw new EgoLensError('dataset/no-label', 'the clip has no verb', {
        where,
        cure: 'the test_unannotated file has no labels: use train and val',
      })
    }
    const parsed = parse(row, value, where)
    for (const component of ['verb', 'noun'] as const) checkLabel(parsed, component, labels[component], where)
    if (!(parsed.action_clip_end_sec > parsed.action_clip_start_sec)) {
      throw new EgoLensError('dataset/empty-clip', 'the action ends before it starts', { where })
    }
    return { row: parsed, where }
  }
  return readEach(clips, read, onFault)
}

/** Number and name must agree: the numbers of another version of the taxonomy would train silently wrong. */
function checkLabel(row: Row, component: Component, labels: LabelSet, where: string): void {
  const label = row[`${component}_label`]
  const key = labels.keys[label]
  if (key === row[component]) return
  const place = labels.keys.indexOf(row[component])
  throw new EgoLensError(
    key === undefined ? 'dataset/label-out-of-range' : 'dataset/label-mismatch',
    `${component}_label ${label} is ${key === undefined ? 'no class' : `"${key}"`}, ${component} is "${row[component]}"`,
    {
      where,
      cure:
        place >= 0
          ? `the taxonomy has it at ${place}: the two files are of different versions`
          : `the taxonomy lacks it${nearest(row[component], labels.keys).map((k) => `; near is "${k}"`)[0] ?? ''}`,
    },
  )
}

function clipOf(
  row: Row,
  options: { videos: string; from: 'clips' | 'full_scale'; window: 'centre4' | 'full'; participant: string },
  where: string,
): Clip {
  const offset = options.from === 'clips' ? 0 : row.clip_parent_start_sec
  if (offset === undefined) {
    throw new EgoLensError('dataset/no-start', 'the clip does not say where in the video it starts', {
      where,
      cure: 'with from: full_scale each clip needs clip_parent_start_sec',
    })
  }
  const video = plainName(options.from === 'clips' ? row.clip_uid : row.video_uid, 'video', where)
  const [start, end] = cut(row.action_clip_start_sec, row.action_clip_end_sec, options.window)
  return {
    id: `${row.clip_uid}_${row.action_idx}`,
    video,
    source: join(options.videos, options.from, `${video}.mp4`),
    start: start + offset,
    end: end + offset,
    verb: row.verb_label,
    noun: row.noun_label,
    participant: options.participant,
  }
}

/** The middle 4 s of a longer window; the start of a file is not crossed. */
function cut(start: number, end: number, kind: 'centre4' | 'full'): [number, number] {
  const middle = (start + end) / 2
  const [from, to] = kind === 'full' || end - start <= 4 ? [start, end] : [middle - 2, middle + 2]
  return [Math.max(0, from), to]
}

function parse<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new EgoLensError('dataset/json', `${issue.path.join('.') || 'the file'}: ${issue.message}`, { where })
}
