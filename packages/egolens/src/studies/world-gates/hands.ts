import type { FeatureSource } from '../../training/frame-table.js'
import { bounds, type Gate, judge } from './bounds.js'
import { maskedFeatures, thinned } from './masked.js'
import { accuracy, score, trainProbe } from './probes.js'
import type { Site } from './site.js'

/**
 * The probe on frames and hand crops as they are, against the probe on frames whose hands are painted over and on crops
 * of the same sizes elsewhere. So what is lost is what the hands tell, and not what a closer look gives. Every second
 * frame of the grid is enough for that.
 */
export async function handsGate(site: Site): Promise<Gate> {
  const { dataset, recipe, resources } = site
  const every = 2 * recipe.features.every
  const nouns = async (name: string, features: FeatureSource) => {
    const seen = { ...resources, features, extract: noExtraction }
    const probe = await trainProbe(site, { name, views: ['full', 'hand'], resources: seen })
    return accuracy(await score(site, probe, seen), 'noun')
  }
  const seen = await nouns('probe-seen', thinned(resources.features, every))
  const clips = [...dataset.clips('train'), ...dataset.clips('test')]
  const masked = await nouns('probe-masked', await maskedFeatures(site, clips, every))
  return judge('hands', site.place, bounds.hands(), seen - masked, { seen, masked })
}

/** Masked features are all in memory; there is nothing to add to the store. */
const noExtraction: Site['resources']['extract'] = async () => ({
  sources: 0,
  complete: 0,
  frames: 0,
  failures: [],
  seconds: { hash: 0, decode: 0, hands: 0, preprocess: 0, encode: 0, write: 0 },
})
