import { writeEgoExo4d } from '../formats/ego-exo4d.js'
import type { TakesRequest } from '../takes/plan.js'
import { planTakes, takeSplits } from '../takes/plan.js'
import { checkRequest } from './check.js'
import type { TakesManifest } from './manifest.js'
import { claim, takesManifestOf } from './manifest.js'
import type { RunOptions } from './run.js'
import { drawMissing } from './run.js'

export interface RenderTakesOptions extends RunOptions {
  place: TakesRequest['place']
  takes?: TakesRequest['takes']
  /** Actions of each take; one takes some three seconds. */
  actions?: number
  seed?: number
}

/**
 * Writes paired takes to disk in Ego-Exo4D's layout: the same moments seen by the wearer's camera and by four that stand
 * about, what two annotators say of them, and questions about the wearer's videos. Videos that are complete are left as they
 * are, so an interrupted call is simply repeated.
 *
 * @throws {WorldError} `bad-options`, `other-tree`, `no-ffmpeg`, `encode-failed`, `worker-failed`
 * @example
 * await renderTakes({ place: 'kitchen', dir: 'world/kitchen-takes', takes: { train: 40, val: 4, test: 10 }, seed: 1 })
 */
export async function renderTakes(options: RenderTakesOptions): Promise<TakesManifest> {
  const { dir } = options
  const request = requestOf(options)
  const takes = planTakes(request)
  const manifest = takesManifestOf(request, takes)
  await claim(dir, manifest)
  await writeEgoExo4d(dir, takes, request)
  await drawMissing(request, options)
  return manifest
}

function requestOf({
  place,
  takes = { train: 24, val: 2, test: 6 },
  actions = 8,
  seed = 1,
}: RenderTakesOptions): TakesRequest {
  checkRequest(place, {
    ...Object.fromEntries(takeSplits.map((split) => [`takes.${split}`, { value: takes[split] }])),
    actions: { value: actions, least: 1 },
    seed: { value: seed },
  })
  return { place, seed, takes: { train: takes.train, val: takes.val, test: takes.test }, actions }
}
