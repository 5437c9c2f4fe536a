import { uuid } from '../formats/uuid.js'
import type { PlaceName } from '../place/names.js'
import { worldSeed } from '../place/seeds.js'
import { Random } from '../random.js'
import { actionOf, frameRates } from '../video/action.js'
import type { Label } from '../video/labels.js'
import { drawLabels } from '../video/labels.js'
import type { StationPlan, VideoPlan } from '../video/plan-types.js'

export const takeSplits = ['train', 'val', 'test'] as const
export type TakeSplit = (typeof takeSplits)[number]

/** What a tree of paired takes holds. */
export interface TakesRequest {
  place: PlaceName
  seed: number
  /** Takes of each split. */
  takes: Record<TakeSplit, number>
  /** Actions of each take. */
  actions: number
}

/** A video that several cameras see at the same time. */
export interface TakePlan {
  uid: string
  name: string
  split: TakeSplit
  video: VideoPlan
}

/** First number and most people of a split: nobody is in two splits, nor in a place's own tree. */
const people: Record<TakeSplit, { first: number; most: number }> = {
  train: { first: 31, most: 24 },
  val: { first: 61, most: 8 },
  test: { first: 71, most: 8 },
}

const prefixes: Record<PlaceName, string> = { kitchen: 'P', workshop: 'W', cafe: 'OP' }

/**
 * Every take of a tree, decided by the request alone. Two takes at a time have the same actions in opposite order, by other
 * people with other things, so that what comes first cannot be guessed from what is there.
 */
export function planTakes(request: TakesRequest): TakePlan[] {
  return takeSplits.flatMap((split) => {
    const { place, seed, takes, actions } = request
    const random = new Random(worldSeed(place, 'takes', seed, split))
    const count = takes[split]
    const labels = drawLabels(place, Math.ceil(count / 2) * actions, random)
    const { first, most } = people[split]
    return Array.from({ length: count }, (_, i) => {
      const own = labels.slice((i >> 1) * actions, ((i >> 1) + 1) * actions)
      const participant = `${prefixes[place]}${first + (i % most)}`
      const serial = Math.floor(i / most) + 1
      return takeOf(request, split, participant, serial, stationsOf(place, i % 2 ? own.reverse() : own, random))
    })
  })
}

function takeOf(
  { place, seed }: TakesRequest,
  split: TakeSplit,
  participant: string,
  serial: number,
  stations: StationPlan[],
): TakePlan {
  const name = `${place}_${participant.toLowerCase()}_${serial}`
  const video: VideoPlan = {
    place,
    id: name,
    participant,
    split: split === 'train' ? 'train' : 'test',
    trimmed: false,
    seed: worldSeed(place, 'take', seed, name),
    fps: frameRates[place],
    frames: stations.at(-1)?.to ?? 0,
    stations,
  }
  return { uid: uuid('take', video.seed, name), name, split, video }
}

/** One action after the other, either hand as likely as the other, with short pauses. */
function stationsOf(place: PlaceName, labels: readonly Label[], random: Random): StationPlan[] {
  const frames = (seconds: number) => Math.round(seconds * frameRates[place])
  const stations: StationPlan[] = []
  for (const [index, label] of labels.entries()) {
    const from = stations.at(-1)?.to ?? 0
    const start = from + frames(random.range(0.4, 0.8))
    const end = start + frames(random.range(1.4, 2.6))
    const to = end + frames(random.range(0.35, 0.6))
    const action = actionOf(place, label, start, end, random, random.chance(0.5) ? 1 : -1)
    const seed = worldSeed(place, 'station', random.int(2 ** 31), index)
    stations.push({ seed, from, to, hover: [], actions: [action] })
  }
  return stations
}
