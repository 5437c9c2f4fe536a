import { join } from 'node:path'
import { vocabulary } from '../place/vocabulary.js'
import type { FrameDetections } from '../video/detections.js'
import { FRAME } from '../video/film.js'
import type { Split, VideoPlan } from '../video/plan-types.js'
import { csv, put } from './files.js'
import { pickleBytesList } from './pickle.js'
import { encodeDetections } from './protobuf.js'

/** EPIC-KITCHENS-100's frame rate of extension videos (three-digit numbers), on which its frame columns count. */
const DUMP_RATE = 50

const columns =
  'narration_id,participant_id,video_id,narration_timestamp,start_timestamp,stop_timestamp,start_frame,stop_frame,narration,verb,verb_class,noun,noun_class,all_nouns,all_noun_classes'.split(
    ',',
  )

function clock(seconds: number, decimals: number): string {
  const unit = 10 ** decimals
  const ticks = Math.round(seconds * unit)
  const whole = Math.floor(ticks / unit)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}.${String(ticks % unit).padStart(decimals, '0')}`
}

/** EPIC's rule, exactly: floor in float64 of the printed time's seconds. */
function dumpFrame(printed: string): number {
  const [h, m, s] = printed.split(':').map(Number) as [number, number, number]
  return Math.max(1, Math.floor((h * 3600 + m * 60 + s) * DUMP_RATE))
}

/** Annotation rows of videos, in EPIC's order (narration ids sorted as strings). */
function rows(videos: readonly VideoPlan[]): (string | number)[][] {
  const { verbs, nouns } = vocabulary('kitchen')
  const result = videos.flatMap((video) =>
    video.stations
      .flatMap((station) => station.actions)
      .sort((a, b) => a.start - b.start)
      .map((action, index) => {
        const verb = verbs[action.verb]!
        const noun = nouns[action.noun]!
        const start = clock(action.start / video.fps, 2)
        const stop = clock(action.end / video.fps, 2)
        return [
          `${video.id}_${index}`,
          video.participant,
          video.id,
          clock(action.start / video.fps + 0.2, 3),
          start,
          stop,
          dumpFrame(start),
          dumpFrame(stop),
          `${verb.name} ${noun.name}`,
          verb.key,
          verb.id,
          noun.key,
          noun.id,
          `['${noun.key}']`,
          `[${noun.id}]`,
        ]
      }),
  )
  return result.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1))
}

/** Where a kitchen video and its detections lie in the tree. */
export const epicPaths = (video: VideoPlan) => ({
  video: join(video.participant, 'videos', `${video.id}.mp4`),
  detections: join('hand-objects', video.participant, `${video.id}.pkl`),
})

/** Writes the CSV files of an EPIC-KITCHENS-100 tree. */
export async function writeEpic(dir: string, videos: readonly VideoPlan[]): Promise<void> {
  const table = (file: string, trimmed: boolean, split: Split) => {
    const chosen = videos.filter((video) => video.trimmed === trimmed && video.split === split)
    return trimmed || chosen.length ? put(join(dir, file), csv([columns, ...rows(chosen)])) : Promise.resolve()
  }
  await table('EPIC_100_train.csv', true, 'train')
  await table('EPIC_100_validation.csv', true, 'test')
  await table('EPIC_100_untrimmed_train.csv', false, 'train')
  await table('EPIC_100_untrimmed_validation.csv', false, 'test')
  const { verbs, nouns } = vocabulary('kitchen')
  const classes = (list: readonly { id: number; key: string }[]) =>
    csv([['id', 'key', 'instances', 'category'], ...list.map(({ id, key }) => [id, key, `['${key}']`, 'world'])])
  await put(join(dir, 'EPIC_100_verb_classes.csv'), classes(verbs))
  await put(join(dir, 'EPIC_100_noun_classes.csv'), classes(nouns))
  const info = videos.map((video) => [
    video.id,
    String(video.frames / video.fps),
    String(video.fps),
    `${FRAME.width}x${FRAME.height}`,
  ])
  await put(
    join(dir, 'EPIC_100_video_info.csv'),
    csv([['video_id', 'duration', 'fps', 'resolution'], ...info.sort((a, b) => (a[0]! < b[0]! ? -1 : 1))]),
  )
}

/**
 * Writes a video's detections as EPIC-KITCHENS publishes them: one message for each frame of the 50-per-second dump,
 * the first being frame 1.
 */
export async function writeEpicDetections(
  path: string,
  video: VideoPlan,
  found: readonly FrameDetections[],
): Promise<void> {
  const perFrame = DUMP_RATE / video.fps
  const messages: Buffer[] = []
  for (let number = 1; number <= video.frames * perFrame; number++) {
    const frame = found[Math.min(found.length - 1, Math.floor(number / perFrame))]!
    messages.push(encodeDetections(video.id, number, frame))
  }
  await put(path, pickleBytesList(messages))
}
