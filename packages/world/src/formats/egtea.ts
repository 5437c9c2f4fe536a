import { join } from 'node:path'
import { vocabulary } from '../place/vocabulary.js'
import type { FrameDetections } from '../video/detections.js'
import type { PlaceRequest } from '../video/plan.js'
import type { ActionPlan, VideoPlan } from '../video/plan-types.js'
import { writeDetectionsJson } from './detections-json.js'
import { put } from './files.js'

/** EGTEA's frame numbers count at 24 a second. */
const RATE = 24

/** `OP01-R01-Lunch`: person, recipe number and recipe, as EGTEA names a session. */
export function sessionOf(video: VideoPlan): string {
  const serial = Number(video.id.split('_')[1]) - 100
  const dish = ['Lunch', 'Breakfast', 'CakeAndCoffee', 'PastaSalad'][serial % 4]
  return `${video.participant}-R${String(serial).padStart(2, '0')}-${dish}`
}

/** `<session>-<startMs>-<endMs>-F<startFrame>-F<endFrame>`. */
export function clipName(video: VideoPlan, action: ActionPlan): string {
  const ms = (frame: number) => Math.round((frame * 1000) / video.fps)
  const number = (frame: number) => `F${String(Math.round((frame / video.fps) * RATE)).padStart(6, '0')}`
  return `${sessionOf(video)}-${ms(action.start)}-${ms(action.end)}-${number(action.start)}-${number(action.end)}`
}

export const egteaPaths = (video: VideoPlan) => ({
  detections: join('detections', `${sessionOf(video)}.json`),
  session: join('videos', `${sessionOf(video)}.mp4`),
})
export const clipPath = (video: VideoPlan, action: ActionPlan): string =>
  join('cropped_clips', sessionOf(video), `${clipName(video, action)}.mp4`)
export const clipDetections = (video: VideoPlan, action: ActionPlan): string =>
  join('detections', sessionOf(video), `${clipName(video, action)}.json`)

const actionsOf = (video: VideoPlan) => video.stations.flatMap((station) => station.actions)

/** Writes the index and split files of an EGTEA Gaze+ tree. Split 1 follows the world's own train and test; 2 and 3 test on other sessions. */
export async function writeEgtea(dir: string, videos: readonly VideoPlan[], _request: PlaceRequest): Promise<void> {
  const { verbs, nouns } = vocabulary('cafe')
  const trimmed = videos.filter((video) => video.trimmed)
  const pairs = [
    ...new Set(trimmed.flatMap((video) => actionsOf(video).map(({ verb, noun }) => verb * 1000 + noun))),
  ].sort((a, b) => a - b)
  const index = (names: readonly string[]) => `${names.map((name, i) => `${name} ${i + 1}`).join('\n')}\n`
  await put(join(dir, 'verb_idx.txt'), index(verbs.map(({ key }) => key)))
  await put(join(dir, 'noun_idx.txt'), index(nouns.map(({ key }) => key)))
  await put(
    join(dir, 'action_idx.txt'),
    index(pairs.map((pair) => `${verbs[Math.floor(pair / 1000)]!.key} ${nouns[pair % 1000]!.key}`)),
  )
  const lines = (list: readonly VideoPlan[]) =>
    list
      .flatMap((video) =>
        actionsOf(video).map(
          (action) =>
            `${clipName(video, action)} ${pairs.indexOf(action.verb * 1000 + action.noun) + 1} ${action.verb + 1} ${action.noun + 1} \n`,
        ),
      )
      .join('')
  for (const [number, tested] of splits(trimmed).entries()) {
    await put(join(dir, `train_split${number + 1}.txt`), lines(trimmed.filter((video) => !tested.has(video.id))))
    await put(join(dir, `test_split${number + 1}.txt`), lines(trimmed.filter((video) => tested.has(video.id))))
  }
}

/** The sessions that each of the three splits tests on; no session is tested twice. */
function splits(videos: readonly VideoPlan[]): ReadonlySet<string>[] {
  const test = videos.filter((video) => video.split === 'test').map((video) => video.id)
  const train = videos.filter((video) => video.split === 'train').map((video) => video.id)
  const size = Math.min(test.length, Math.floor(train.length / 2))
  return [new Set(test), new Set(train.slice(0, size)), new Set(train.slice(size, 2 * size))]
}

/** Writes the session's detections, and again one file beside each cropped clip with times from the clip's start. */
export async function writeEgteaDetections(
  dir: string,
  video: VideoPlan,
  found: readonly FrameDetections[],
): Promise<void> {
  for (const action of actionsOf(video))
    await writeDetectionsJson(
      join(dir, clipDetections(video, action)),
      found.slice(action.start, action.end),
      action.start / video.fps,
    )
  await writeDetectionsJson(join(dir, egteaPaths(video).detections), found)
}
