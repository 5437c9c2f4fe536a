import { join } from 'node:path'
import { renderPlace } from '@egolens/world'
import type { Progress } from '../../progress.js'
import type { StudyPlace } from './plan.js'

/** The two places that differ most, in the formats of the paper's two datasets. */
const PLACES = [
  { name: 'kitchen', dataset: 'epic-kitchens-100' },
  { name: 'workshop', dataset: 'ego4d-fho-lta' },
] as const

/** Not the world that the recipes were tried out on: nothing was chosen by looking at this one. */
const SEED = 2

/** Videos of about a minute, in which actions are to be found: to calibrate on and to test on. */
const UNTRIMMED = { train: 8, test: 8 }

/** Writes the small world's places to disk, or finishes what is there. */
export async function renderPlaces(
  dir: string,
  clips: { train: number; test: number },
  progress: Progress,
): Promise<StudyPlace[]> {
  const places: StudyPlace[] = []
  for (const { name, dataset } of PLACES) {
    const root = join(dir, name)
    const task = `rendering the ${name}`
    await renderPlace({
      place: name,
      dir: root,
      clips,
      untrimmed: UNTRIMMED,
      seed: SEED,
      onProgress: ({ done, total }) => progress({ task, done, total, unit: 'videos' }),
    })
    const spec = (split: string) => ({ dataset, split, root })
    places.push({ name, train: spec('train'), test: spec('test') })
  }
  return places
}
