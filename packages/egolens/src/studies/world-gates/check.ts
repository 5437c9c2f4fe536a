import { join } from 'node:path'
import { Generator } from '@egolens/torch'
import { largestObjectRule, type PlaceName, readManifest, vocabulary } from '@egolens/world'
import { createMethod } from '../../methods/registry.js'
import { ensureFeatures } from '../../training/resources.js'
import { bounds, type Gate, judge } from './bounds.js'
import { ceilingGate } from './ceiling.js'
import { handsGate } from './hands.js'
import { accuracy, score, trainProbe } from './probes.js'
import { withShuffledFrames } from './shuffled.js'
import { type CheckOptions, openSite, type Site } from './site.js'

/**
 * Holds rendered places against the gates that bind the world, and never a method's rank. Takes about an hour a place
 * on two cores: every frame is encoded, three probes are trained, and for the ceiling an image encoder.
 *
 * @example
 * for (const gate of await checkWorld({ dir: 'world' })) console.log(gate.place, gate.title, gate.value, gate.passed)
 */
export async function checkWorld({ dir, places = ['kitchen', 'workshop'], ...options }: CheckOptions): Promise<Gate[]> {
  const gates: Gate[] = []
  for (const place of places) gates.push(...(await checkPlace(place, join(dir, place), { dir, ...options })))
  return gates
}

async function checkPlace(place: PlaceName, root: string, options: CheckOptions): Promise<Gate[]> {
  const site = await openSite(place, root, options)
  const clips = [...site.dataset.clips('train'), ...site.dataset.clips('test')]
  await ensureFeatures(site.resources, clips, ['full', 'hand'], { progress: site.progress })
  return [...(await zeroShotGates(site)), ...(await probeGates(site)), await largestGate(site, root)]
}

async function zeroShotGates(site: Site): Promise<Gate[]> {
  const { backbone } = site.resources
  const setting = {
    backbone,
    components: ['verb', 'noun'] as ['verb', 'noun'],
    generator: new Generator(1),
    frames: 16,
  }
  const [full, hand] = [
    await score(site, createMethod('zero-shot', { view: 'full' }, setting)),
    await score(site, createMethod('zero-shot', { view: 'hand' }, setting)),
  ]
  const classes = { noun: site.dataset.labels.noun!.names.length, verb: site.dataset.labels.verb!.names.length }
  const nouns = { classes: classes.noun, full: accuracy(full, 'noun'), hand: accuracy(hand, 'noun') }
  const verbs = { classes: classes.verb, full: accuracy(full, 'verb'), hand: accuracy(hand, 'verb') }
  return [
    judge('zeroShotNoun', site.place, bounds.zeroShotNoun(nouns.classes), nouns.hand, nouns),
    judge('zeroShotVerb', site.place, bounds.zeroShotVerb(verbs.classes), Math.max(verbs.full, verbs.hand), verbs),
  ]
}

async function probeGates(site: Site): Promise<Gate[]> {
  const probe = await trainProbe(site, { name: 'probe', views: ['full', 'hand'] })
  const scores = await score(site, probe)
  const paired = pairedVerbs(site)
  const inOrder = accuracy(scores, 'verb', paired)
  const shuffled = accuracy(await score(site, withShuffledFrames(probe)), 'verb', paired)

  return [
    judge('order', site.place, bounds.order(), inOrder - shuffled, { inOrder, shuffled }),
    await handsGate(site),
    await ceilingGate(site),
  ]
}

/** Verbs whose reverse is a verb of the place too. */
function pairedVerbs({ place, dataset }: Site): Set<number> {
  const reversible = new Set(
    vocabulary(place as PlaceName)
      .verbs.filter(({ reverse }) => reverse !== undefined)
      .map(({ name }) => name),
  )
  return new Set(dataset.labels.verb!.names.flatMap((name, label) => (reversible.has(name) ? [label] : [])))
}

async function largestGate(site: Site, root: string): Promise<Gate> {
  const { share, clips } = largestObjectRule(await readManifest(root), { split: 'test' })
  return judge('largest', site.place, bounds.largest(), share, { clips })
}
