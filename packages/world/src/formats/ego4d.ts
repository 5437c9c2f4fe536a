import { join } from 'node:path'
import { vocabulary } from '../place/vocabulary.js'
import type { FrameDetections } from '../video/detections.js'
import { FRAME } from '../video/film.js'
import type { PlaceRequest } from '../video/plan.js'
import type { ActionPlan, Split, VideoPlan } from '../video/plan-types.js'
import { writeDetectionsJson } from './detections-json.js'
import { json, put } from './files.js'
import { uuid } from './uuid.js'

/** Ego4D counts frames at 30 a second, whatever the file's own rate. */
const RATE = 30
/** Length of an action's window in seconds. */
const WINDOW = 8

export const clipUid = (video: VideoPlan): string => uuid('clip', video.seed, video.id)
const videoUid = (video: VideoPlan): string => uuid('video', video.seed, video.id)

export const ego4dPaths = (video: VideoPlan) => ({
  video: join('clips', `${clipUid(video)}.mp4`),
  detections: join('detections', `${clipUid(video)}.json`),
})

const tidy = (seconds: number) => Number(seconds.toFixed(6))
const frame = (seconds: number) => Math.round(seconds * RATE)

/** One entry of `clips`: the 8-second window about a trimmed action, or an untrimmed action's own extent. */
function entry(video: VideoPlan, action: ActionPlan, index: number) {
  const { verbs, nouns } = vocabulary('workshop')
  const duration = tidy(video.frames / video.fps)
  const middle = (action.start + action.end) / 2 / video.fps
  const start = tidy(video.trimmed ? middle - WINDOW / 2 : action.start / video.fps)
  const end = tidy(video.trimmed ? middle + WINDOW / 2 : action.end / video.fps)
  return {
    video_uid: videoUid(video),
    clip_uid: clipUid(video),
    clip_parent_start_sec: 0,
    clip_parent_end_sec: duration,
    clip_parent_start_frame: 0,
    clip_parent_end_frame: frame(duration),
    interval_start_frame: 0,
    interval_end_frame: frame(duration),
    interval_start_sec: 0,
    interval_end_sec: duration,
    verb: verbs[action.verb]!.key,
    noun: nouns[action.noun]!.key,
    action_clip_start_sec: start,
    action_clip_end_sec: end,
    action_clip_start_frame: frame(start),
    action_clip_end_frame: frame(end),
    action_idx: index,
    verb_label: action.verb,
    noun_label: action.noun,
  }
}

const splitName = (split: Split) => (split === 'train' ? 'train' : 'val')

/** Writes the JSON files of an Ego4D FHO long-term-anticipation tree. */
export async function writeEgo4d(dir: string, videos: readonly VideoPlan[], request: PlaceRequest): Promise<void> {
  const envelope = { version: '2.0', date: '240101', description: `The small world's workshop, seed ${request.seed}` }
  for (const trimmed of [true, false])
    for (const split of ['train', 'test'] as const) {
      const chosen = videos.filter((video) => video.trimmed === trimmed && video.split === split)
      if (!trimmed && !chosen.length) continue
      const clips = chosen.flatMap((video) =>
        video.stations
          .flatMap((station) => station.actions)
          .sort((a, b) => a.start - b.start)
          .map((action, index) => entry(video, action, index)),
      )
      await put(
        join(dir, `fho_lta_${trimmed ? '' : 'untrimmed_'}${splitName(split)}.json`),
        json({ ...envelope, split: splitName(split), clips }),
      )
    }
  const { verbs, nouns } = vocabulary('workshop')
  await put(
    join(dir, 'fho_lta_taxonomy.json'),
    json({ verbs: verbs.map(({ key }) => key), nouns: nouns.map(({ key }) => key) }),
  )
  await put(
    join(dir, 'ego4d.json'),
    json({
      ...envelope,
      videos: videos.map(metadata),
      clips: videos.map((video) => ({
        clip_uid: clipUid(video),
        video_uid: videoUid(video),
        video_start_sec: 0,
        video_end_sec: tidy(video.frames / video.fps),
      })),
    }),
  )
}

function metadata(video: VideoPlan) {
  const split = splitName(video.split)
  return {
    video_uid: videoUid(video),
    duration_sec: tidy(video.frames / video.fps),
    scenarios: ['workshop'],
    fb_participant_id: Number(video.participant.slice(1)),
    split_em: null,
    split_fho: split,
    split_av: null,
    redacted_intervals: [],
    video_metadata: {
      fps: video.fps,
      num_frames: video.frames,
      width: FRAME.width,
      height: FRAME.height,
      rotation: null,
    },
  }
}

export const writeEgo4dDetections = (
  path: string,
  _video: VideoPlan,
  found: readonly FrameDetections[],
): Promise<void> => writeDetectionsJson(path, found)
