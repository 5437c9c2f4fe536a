import type { PlaceName } from '../place/names.js'
import { worldSeed } from '../place/seeds.js'
import { Random } from '../random.js'
import { actionOf, frameRates } from './action.js'
import type { Label } from './labels.js'
import { drawLabels } from './labels.js'
import type { Split, StationPlan, VideoPlan } from './plan-types.js'
import { untrimmedStations } from './untrimmed.js'

export interface Counts {
  train: number
  test: number
}

/** What a place's tree holds. */
export interface PlaceRequest {
  place: PlaceName
  seed: number
  /** Labelled clips. */
  clips: Counts
  /** Untrimmed videos of about a minute. */
  untrimmed: Counts
}

/** Seconds between the middles of the workshop's actions: the middle half of one 8-second window. */
export const WINDOW_STEP = 4

const PER_VIDEO: Record<PlaceName, number> = { kitchen: 24, workshop: 20, cafe: 16 }
const PEOPLE: Record<Split, number> = { train: 12, test: 6 }

/** Participant names of a split; none is in both. */
function participants(place: PlaceName, split: Split, videos: number): string[] {
  const first = split === 'train' ? 1 : 21
  const count = Math.max(1, Math.min(PEOPLE[split], videos))
  const prefix = place === 'cafe' ? 'OP' : place === 'workshop' ? 'W' : 'P'
  return Array.from({ length: count }, (_, i) => `${prefix}${String(first + i).padStart(2, '0')}`)
}

/** One action after the other, each at its own part of the counter. */
function trimmedStations(place: PlaceName, labels: readonly Label[], random: Random): StationPlan[] {
  const fps = frameRates[place]
  const frames = (seconds: number) => Math.round(seconds * fps)
  const stations: StationPlan[] = []
  let clock = place === 'workshop' ? 0 : frames(0.4)
  labels.forEach((label, index) => {
    let start: number
    let end: number
    let to: number
    if (place === 'workshop') {
      const middle = frames(WINDOW_STEP * (index + 1))
      const half = Math.round(frames(random.range(2.4, 3.5)) / 2)
      start = middle - half
      end = middle + half
      to = index === labels.length - 1 ? frames(WINDOW_STEP * (labels.length + 1)) : middle + frames(WINDOW_STEP / 2)
    } else {
      start = clock + frames(random.range(0.32, 0.6))
      end = start + frames(random.range(1.3, 2.6))
      to = end + frames(random.range(0.32, 0.6))
    }
    const from = stations.at(-1)?.to ?? 0
    stations.push({
      seed: worldSeed(place, 'station', random.int(2 ** 31), index),
      from,
      to,
      hover: [],
      actions: [actionOf(place, label, start, end, random)],
    })
    clock = to
  })
  return stations
}

/** Every video of a place, decided by the request alone. */
export function planPlace(request: PlaceRequest): VideoPlan[] {
  const videos: VideoPlan[] = []
  for (const split of ['train', 'test'] as const)
    videos.push(...planTrimmed(request, split), ...planUntrimmed(request, split))
  return videos
}

function planTrimmed({ place, seed, clips }: PlaceRequest, split: Split): VideoPlan[] {
  const random = new Random(worldSeed(place, 'plan', seed, split))
  const labels = drawLabels(place, clips[split], random)
  const count = Math.ceil(labels.length / PER_VIDEO[place])
  const people = participants(place, split, count)
  return Array.from({ length: count }, (_, i) => {
    const own = labels.slice(i * PER_VIDEO[place], (i + 1) * PER_VIDEO[place])
    return finish({
      place,
      split,
      trimmed: true,
      participant: people[i % people.length]!,
      serial: 101 + Math.floor(i / people.length),
      seed,
      stations: trimmedStations(place, own, random),
    })
  })
}

function planUntrimmed({ place, seed, untrimmed }: PlaceRequest, split: Split): VideoPlan[] {
  const random = new Random(worldSeed(place, 'untrimmed', seed, split))
  const people = participants(place, split, untrimmed[split])
  return Array.from({ length: untrimmed[split] }, (_, i) =>
    finish({
      place,
      split,
      trimmed: false,
      participant: people[i % people.length]!,
      serial: 901 + Math.floor(i / people.length),
      seed,
      stations: untrimmedStations(place, random, 60),
    }),
  )
}

interface Draft {
  place: PlaceName
  split: Split
  trimmed: boolean
  participant: string
  serial: number
  seed: number
  stations: StationPlan[]
}

function finish({ serial, seed, ...draft }: Draft): VideoPlan {
  const id = `${draft.participant}_${serial}`
  return {
    ...draft,
    id,
    seed: worldSeed(draft.place, 'video', seed, id),
    fps: frameRates[draft.place],
    frames: draft.stations.at(-1)?.to ?? 0,
  }
}
