import { join } from 'node:path'
import { annotate } from '../takes/annotate.js'
import type { Moment } from '../takes/moments.js'
import { momentsOf } from '../takes/moments.js'
import { egoCameraId, egoFile, egoStream, exoCameraIds, exoFile, takeFolder } from '../takes/paths.js'
import type { TakePlan, TakesRequest } from '../takes/plan.js'
import { takeSplits } from '../takes/plan.js'
import { questionsOf } from '../takes/questions/index.js'
import { json, put } from './files.js'
import { uuid } from './uuid.js'

const tasks = {
  kitchen: { parent: 'Cooking', parentId: 1000, task: 'Work in the kitchen', id: 1001 },
  workshop: { parent: 'Repair', parentId: 2000, task: 'Work in the workshop', id: 2001 },
  cafe: { parent: 'Cooking', parentId: 1000, task: 'Work in the cafe', id: 1101 },
} as const

/**
 * Writes the annotation files of an Ego-Exo4D tree: takes.json, atomic descriptions of training and validation, splits, and
 * beside them questions of every split as JSON lines.
 */
export async function writeEgoExo4d(dir: string, takes: readonly TakePlan[], { seed }: TakesRequest): Promise<void> {
  const moments = new Map(takes.map((take) => [take, momentsOf(take, seed)]))
  await put(join(dir, 'takes.json'), json(takes.map((take, i) => takeRecord(take, moments.get(take)!, i))))
  const of = (split: string) => takes.filter((take) => take.split === split)
  for (const split of takeSplits) {
    const own = of(split)
    const questions = questionsOf(
      own.flatMap((take) => moments.get(take)!),
      split,
      seed,
    )
    const lines = questions.map((question) => `${JSON.stringify(question)}\n`).join('')
    await put(join(dir, 'questions', `${split}.jsonl`), lines)
    if (split === 'test') continue
    const annotations = Object.fromEntries(own.map((take) => [take.uid, annotate(take, moments.get(take)!)]))
    const names = Object.fromEntries(
      own.map(({ uid }) => [uid, Object.fromEntries(exoCameraIds.map((id, i) => [String(i + 1), id]))]),
    )
    await put(
      join(dir, 'annotations', `atomic_descriptions_${split}.json`),
      json({ ds: '240101', take_cam_id_map: names, annotations }),
    )
  }
  await put(join(dir, 'annotations', 'splits.json'), json(splitsOf(takes)))
}

function splitsOf(takes: readonly TakePlan[]) {
  return {
    split_to_take_uids: Object.fromEntries(
      takeSplits.map((split) => [split, takes.filter((take) => take.split === split).map(({ uid }) => uid)]),
    ),
    take_uid_to_split: Object.fromEntries(takes.map(({ uid, split }) => [uid, split])),
  }
}

function takeRecord(take: TakePlan, moments: readonly Moment[], index: number) {
  const { video, uid, name } = take
  const { parent, parentId, task, id } = tasks[video.place]
  const capture = name.replace(/_\d+$/, '')
  const votes = exoCameraIds.map((_, camera) => moments.filter(({ bestExo }) => bestExo === camera).length)
  const duration = Number((video.frames / video.fps).toFixed(6))
  return {
    root_dir: takeFolder(take),
    take_name: name,
    take_uid: uid,
    take_idx: index,
    participant_uid: Number(video.participant.replace(/\D+/, '')),
    is_dropped: false,
    objects: [],
    best_exo: exoCameraIds[votes.indexOf(Math.max(...votes))],
    task_start_sec: 0,
    task_end_sec: duration,
    task_id: id,
    task_name: task,
    parent_task_id: parentId,
    parent_task_name: parent,
    duration_sec: duration,
    is_narrated: take.split !== 'test',
    capture: {
      root_dir: `captures/${capture}`,
      capture_name: capture,
      capture_uid: uuid('capture', capture, video.seed),
      university_name: 'world',
      cameras: [
        { cam_id: egoCameraId, is_ego: true, device_type: 'aria' },
        ...exoCameraIds.map((camera) => ({ cam_id: camera, is_ego: false, device_type: 'hero10' })),
      ],
      validated: true,
    },
    validated: true,
    frame_aligned_videos: {
      [egoCameraId]: { rgb: stream(egoCameraId, egoStream, 'rgb', egoFile, uid) },
      ...Object.fromEntries(
        exoCameraIds.map((camera) => [camera, { 0: stream(camera, '0', '0', exoFile(camera), uid) }]),
      ),
      best_exo: { 0: { clip_uid: null, stream_id: '0', readable_stream_id: '0', relative_path: null } },
    },
  }
}

const stream = (camera: string, id: string, readable: string, file: string, take: string) => ({
  cam_id: camera,
  stream_id: id,
  readable_stream_id: readable,
  clip_uid: uuid('stream', take, camera, id),
  relative_path: file,
})
