import { nothingDone } from '../../features/extract.js'
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
    // Masked features are all in memory; there is nothing to add to the store.
    const seen = { ...resources, features, extract: async () => nothingDone() }
    const probe = await trainProbe(site, { name, views: ['full', 'hand'], resources: seen })
    return accuracy(await score(site, probe, seen), 'noun')
  }
  const seen = await nouns('probe-seen', thinned(resources.features, every))
  const clips = [...dataset.clips('train'), ...dataset.clips('test')]
  const masked = await nouns('probe-masked', await maskedFeatures(site, clips, every))
  return judge('hands', site.place, bounds.hands(), seen - masked, { seen, masked })
}
