import { join } from 'node:path'
import type { Component } from '../../datasets/types.js'
import type { RecipeInput } from '../../training/index.js'
import { demoRun } from './folder.js'

/** The two places of the demo and the datasets in whose formats they are written. */
export const places = [
  { name: 'kitchen', dataset: 'epic-kitchens-100' },
  { name: 'workshop', dataset: 'ego4d-fho-lta' },
] as const
export type Place = (typeof places)[number]

/** How much of each place is drawn, and how long is trained. */
export interface DemoSize {
  clips: { train: number; test: number }
  untrimmed: { train: number; test: number }
  epochs: number
}

export const demoSize: DemoSize = { clips: { train: 300, test: 100 }, untrimmed: { train: 3, test: 1 }, epochs: 30 }

/** Where the demo keeps what; a second run finds it there. */
export function demoPaths(folder: string) {
  return {
    world: (place: string) => join(folder, 'world', place),
    features: join(folder, 'features'),
    run: (place: string, component: Component) => demoRun(folder, `x-mic-${place}-${component}`),
    zeroShot: (place: string) => demoRun(folder, `zero-shot-${place}`),
    report: join(folder, 'report.html'),
  }
}

/** X-MIC on one place, scored on both; the values of recipes/small, but for fewer epochs and frames. */
export function xMicRecipe(folder: string, place: Place, component: Component, epochs: number): RecipeInput {
  return {
    ...common(folder, place),
    name: `x-mic-${place.name}-${component}`,
    method: 'x-mic',
    // The public code's MLP would have 12 hidden units in this small joint space; see recipes/small.
    options: { preset: 'code', metaNet: 'linear', norms: ['n1', 'n3'] },
    component,
    training: { epochs, batch: 32, frames: 16, lr: 1e-3, warmupEpochs: 1, seed: 1 },
  }
}

/** The small CLIP as it is. */
export function zeroShotRecipe(folder: string, place: Place): RecipeInput {
  return { ...common(folder, place), name: `zero-shot-${place.name}`, method: 'zero-shot', component: 'both' }
}

/** Whose features are all that the demo needs of clips. */
export function everything(folder: string): RecipeInput {
  const { data, features, ...recipe } = zeroShotRecipe(folder, places[0])
  const [, other] = places
  const train = { ...common(folder, other).data.train, name: `${other.name}, training` }
  return {
    ...recipe,
    features: { ...features, views: ['full', 'hand'] },
    data: { ...data, test: [...data.test, train] },
  }
}

function common(folder: string, place: Place) {
  const paths = demoPaths(folder)
  const split = ({ name, dataset }: Place, split: string) => ({ name, dataset, split, root: paths.world(name) })
  const { name: _, ...train } = split(place, 'train')
  return {
    // Half the frames of recipes/small: with all of them the demo takes more than five minutes on two cores.
    features: { store: paths.features, every: 0.25, hands: { provider: 'file' as const }, compute: 'auto' as const },
    data: { train, test: places.map((other) => split(other, 'test')) },
  }
}
