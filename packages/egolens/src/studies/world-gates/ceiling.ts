import { join } from 'node:path'
import { extract } from '../../features/extract.js'
import { FeatureStore } from '../../features/store.js'
import { openCrops } from '../../training/crops.js'
import { ensureFeatures } from '../../training/resources.js'
import { storedFeatures } from '../../training/resources.open.js'
import { bounds, type Gate, judge } from './bounds.js'
import { accuracy, score, trainProbe } from './probes.js'
import { detectionsOf, type Site } from './site.js'
import { type Tuning, tuneEncoder } from './tuned.js'

/** The box around hands and what they touch, with something of what is around it. */
const roomyCrop = { provider: 'file', grow: 1.3 } as const

/** A site's resources with an encoder in the place of the frozen one that was fitted to the place. */
async function openTuned(site: Site, changes: Partial<Tuning>): Promise<Site['resources']> {
  const { place, dataset, recipe, resources, progress } = site
  const { every, store: path, hands } = recipe.features
  const crops = await openCrops({ ...hands, ...roomyCrop }, detectionsOf(dataset), every)
  const encoder = await tuneEncoder(place, {
    clip: recipe.backbone.clip,
    dir: join(site.runs, place),
    progress,
    ...changes,
  })
  const store = await FeatureStore.open(path)
  const backbone = { ...resources.backbone, image: encoder, context: encoder }
  return {
    ...resources,
    backbone,
    features: storedFeatures(store, backbone, every, crops.id),
    extract: (work) => extract({ ...work, encoders: [encoder], crops, every, store }),
  }
}

/** The probe once more, on the fitted encoder. */
export async function ceilingGate(site: Site, changes: Partial<Tuning> = {}): Promise<Gate> {
  const { dataset, place, progress } = site
  const tuned = await openTuned(site, changes)
  const [train, test] = [dataset.clips('train'), dataset.clips('test')]
  await ensureFeatures(tuned, [...train, ...test], ['full', 'hand'], { progress })
  const probe = await trainProbe(site, { name: 'probe-tuned', views: ['full', 'hand'], resources: tuned })
  const scores = await score(site, probe, tuned)
  const [verb, noun] = [accuracy(scores, 'verb'), accuracy(scores, 'noun')]
  return judge('ceiling', place, bounds.ceiling(), Math.min(verb, noun), { verb, noun })
}
