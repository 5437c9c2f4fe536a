import { join } from 'node:path'
import { renderPlace } from '@egolens/world'
import type { Progress } from '../../progress.js'
import { renderingTo } from '../../progress.rendering.js'
import type { Study, StudyPlace } from './plan.js'

/** The two places that differ most, in the formats of the paper's two datasets. */
const PLACES = [
  { name: 'kitchen', dataset: 'epic-kitchens-100' },
  { name: 'workshop', dataset: 'ego4d-fho-lta' },
] as const

/** Not the world that the recipes were tried out on: nothing was chosen by looking at this one. */
const SEED = 2

/** Writes the small world's places to disk, or finishes what is there. */
export async function renderPlaces(
  dir: string,
  { clips, untrimmed }: Pick<Study, 'clips' | 'untrimmed'>,
  progress: Progress,
): Promise<StudyPlace[]> {
  const places: StudyPlace[] = []
  for (const { name, dataset } of PLACES) {
    const root = join(dir, name)
    await renderPlace({
      place: name,
      dir: root,
      clips,
      untrimmed,
      seed: SEED,
      onProgress: renderingTo(progress, `rendering the ${name}`),
    })
    const spec = (split: string) => ({ dataset, split, root })
    places.push({ name, train: spec('train'), test: spec('test') })
  }
  return places
}
