import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { WorldError } from '../errors.js'
import { json, put } from '../formats/files.js'
import type { PlaceName } from '../place/names.js'
import { placeNames } from '../place/names.js'
import { vocabulary } from '../place/vocabulary.js'
import type { TakePlan, TakesRequest } from '../takes/plan.js'
import { takeSplits } from '../takes/plan.js'
import { frameRates } from '../video/action.js'
import { FRAME } from '../video/film.js'
import type { PlaceRequest } from '../video/plan.js'
import type { VideoPlan } from '../video/plan-types.js'

/** Raised whenever the same seed draws different pictures or labels. */
export const WORLD_VERSION = 1

export interface Manifest extends PlaceRequest {
  version: number
  format: 'epic-kitchens-100' | 'ego4d-fho-lta' | 'egtea-gaze+'
  frameRate: number
  size: [width: number, height: number]
  checks: {
    clips: { train: number; test: number }
    videos: number
    frames: number
    verbs: number
    nouns: number
    participantsInBothSplits: string[]
  }
}

/** What a tree of paired takes holds, with counts that can be checked. */
export interface TakesManifest extends TakesRequest {
  version: number
  format: 'ego-exo4d'
  frameRate: number
  size: [width: number, height: number]
  checks: { takes: number; videos: number; frames: number; participantsInSeveralSplits: string[] }
}

const names: Record<PlaceName, Manifest['format']> = {
  kitchen: 'epic-kitchens-100',
  workshop: 'ego4d-fho-lta',
  cafe: 'egtea-gaze+',
}

/** What a tree holds, with counts that can be checked. */
export function manifestOf(request: PlaceRequest, videos: readonly VideoPlan[]): Manifest {
  const clips = (split: 'train' | 'test') =>
    videos
      .filter((video) => video.trimmed && video.split === split)
      .reduce((sum, video) => sum + video.stations.reduce((count, station) => count + station.actions.length, 0), 0)
  const people = (split: 'train' | 'test') =>
    new Set(videos.filter((video) => video.split === split).map((video) => video.participant))
  const tested = people('test')
  const { verbs, nouns } = vocabulary(request.place)
  const { place, seed, untrimmed } = request
  return {
    version: WORLD_VERSION,
    place,
    format: names[place],
    seed,
    clips: request.clips,
    untrimmed,
    frameRate: frameRates[place],
    size: [FRAME.width, FRAME.height],
    checks: {
      clips: { train: clips('train'), test: clips('test') },
      videos: videos.length,
      frames: videos.reduce((sum, video) => sum + video.frames, 0),
      verbs: verbs.length,
      nouns: nouns.length,
      participantsInBothSplits: [...people('train')].filter((person) => tested.has(person)),
    },
  }
}

/** The same of a tree of takes. */
export function takesManifestOf(request: TakesRequest, takes: readonly TakePlan[]): TakesManifest {
  const cameras = 5
  const frames = takes.reduce((sum, { video }) => sum + video.frames, 0)
  const people = takeSplits.map(
    (split) => new Set(takes.filter((take) => take.split === split).map(({ video }) => video.participant)),
  )
  return {
    version: WORLD_VERSION,
    format: 'ego-exo4d',
    ...request,
    frameRate: frameRates[request.place],
    size: [FRAME.width, FRAME.height],
    checks: {
      takes: takes.length,
      videos: cameras * takes.length,
      frames: cameras * frames,
      participantsInSeveralSplits: [...new Set(takes.map(({ video }) => video.participant))].filter(
        (one) => people.filter((split) => split.has(one)).length > 1,
      ),
    },
  }
}

const file = (dir: string) => join(dir, 'manifest.json')

/** The manifest of a place's tree. @throws {WorldError} `not-a-tree` */
export async function readManifest(dir: string): Promise<Manifest> {
  const manifest = await readAny(dir)
  if (manifest.format !== 'ego-exo4d') return manifest
  throw new WorldError('not-a-tree', `${file(dir)} is that of paired takes, and a place's own tree is asked for.`)
}

/** The manifest of a tree of paired takes. @throws {WorldError} `not-a-tree` */
export async function readTakesManifest(dir: string): Promise<TakesManifest> {
  const manifest = await readAny(dir)
  if (manifest.format === 'ego-exo4d') return manifest
  throw new WorldError('not-a-tree', `${file(dir)} is that of a place, and paired takes are asked for.`)
}

async function readAny(dir: string): Promise<Manifest | TakesManifest> {
  let text: string
  try {
    text = await readFile(file(dir), 'utf8')
  } catch {
    throw new WorldError(
      'not-a-tree',
      `${file(dir)} cannot be read: this folder was not written by the small world. Render it with renderPlace.`,
    )
  }
  let manifest: Partial<Manifest> = {}
  try {
    manifest = JSON.parse(text) as Partial<Manifest>
  } catch {}
  if (!placeNames.includes(manifest.place as PlaceName))
    throw new WorldError('not-a-tree', `${file(dir)} names no place of the small world (${placeNames.join(', ')}).`)
  return manifest as Manifest | TakesManifest
}

/** What tells one tree from another. */
const identity = (manifest: Manifest | TakesManifest): object => {
  const { version, place, seed } = manifest
  if (manifest.format === 'ego-exo4d') return { version, place, seed, takes: manifest.takes, actions: manifest.actions }
  return { version, place, seed, clips: manifest.clips, untrimmed: manifest.untrimmed }
}

/** Claims a folder for a request. @throws {WorldError} `other-tree` where it holds another one */
export async function claim(dir: string, manifest: Manifest | TakesManifest): Promise<void> {
  const present = await readAny(dir).catch(() => undefined)
  if (present && JSON.stringify(identity(present)) !== JSON.stringify(identity(manifest))) {
    const { place, seed, version, ...counts } = identity(present) as Manifest
    const told = Object.entries(counts).map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    throw new WorldError(
      'other-tree',
      `${dir} holds another tree (${[place, `seed ${seed}`, `version ${version}`, ...told].join(', ')}). Choose another folder or remove it.`,
    )
  }
  await put(file(dir), json(manifest))
}
