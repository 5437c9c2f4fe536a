import { fileProvider, xmicRule } from '../../hands/index.js'
import type { FeatureSource } from '../../training/frame-table.js'
import { ensureFeatures } from '../../training/resources.js'
import { bounds, type Gate, judge } from './bounds.js'
import { maskedFeatures, thinned } from './masked.js'
import { accuracy, score, trainProbe } from './probes.js'
import { detectionsOf, type Site } from './site.js'

/**
 * Whole frames as they are against whole frames whose hands are painted over: what hands in view tell, not what a hand
 * crop adds. Judged on the encoder that was fitted to the place, which learnt from frames of both kinds: a frozen one
 * that sees no hands in a whole frame would lose nothing with them. Every second frame of the grid is enough for that.
 */
export async function handsGate(site: Site, tuned: Site['resources']): Promise<Gate> {
  const { dataset, recipe, progress } = site
  const every = 2 * recipe.features.every
  const clips = [...dataset.clips('train'), ...dataset.clips('test')]
  await ensureFeatures(tuned, clips, ['full'], { progress })
  const hands = fileProvider(detectionsOf(dataset), { handThreshold: xmicRule.handThreshold })
  const painted = await maskedFeatures(clips, tuned.backbone.context, hands, every, progress)
  const nouns = async (name: string, features: FeatureSource) => {
    const seen = { ...tuned, features, extract: noExtraction }
    const probe = await trainProbe(site, { name, views: ['full'], resources: seen })
    return accuracy(await score(site, probe, seen), 'noun')
  }
  const seen = await nouns('probe-full', thinned(tuned.features, every))
  const masked = await nouns('probe-masked', painted)
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
