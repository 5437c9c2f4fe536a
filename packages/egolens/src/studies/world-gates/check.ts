import { join } from 'node:path'
import { Generator } from '@egolens/torch'
import { largestObjectRule, type PlaceName, readManifest, vocabulary } from '@egolens/world'
import type { Dataset } from '../../datasets/types.js'
import { extract } from '../../features/extract.js'
import { FeatureStore } from '../../features/store.js'
import { fileProvider, xmicRule } from '../../hands/index.js'
import { createMethod } from '../../methods/registry.js'
import { type Progress, silent } from '../../progress.js'
import { openCrops } from '../../training/crops.js'
import { type RecipeInput, resolveRecipe } from '../../training/recipe.js'
import { ensureFeatures } from '../../training/resources.js'
import { openResources, storedFeatures } from '../../training/resources.open.js'
import { bounds, type Gate, judge } from './bounds.js'
import { maskedFeatures } from './masked.js'
import { accuracy, type Site, score, trainProbe } from './probes.js'
import { withShuffledFrames } from './shuffled.js'
import { tuneEncoder } from './tuned.js'

export interface CheckOptions {
  /** The folder that holds the places' folders. */
  dir: string
  places?: PlaceName[]
  /** Weights of the frozen CLIP; the small one otherwise. */
  clip?: string
  /** Seconds between frames. */
  every?: number
  progress?: Progress
}

/** The reader of each place, since each is written in the format of a real dataset. */
export const readers: Record<PlaceName, string> = {
  kitchen: 'epic-kitchens-100',
  workshop: 'ego4d-fho-lta',
  cafe: 'egtea',
}

/**
 * Holds rendered places against the gates that bind the world, and never a method's rank. Takes minutes: every frame
 * is encoded, and two probes a place are trained.
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

async function openSite(place: PlaceName, root: string, options: CheckOptions): Promise<Site> {
  const { dir, clip = 'small', every = 0.125, progress = silent } = options
  const data = { dataset: readers[place], root }
  const recipe = resolveRecipe({
    name: `gates-${place}`,
    method: 'zero-shot',
    component: 'both',
    backbone: { clip },
    features: { store: join(dir, 'features'), every, hands: { provider: 'file' } },
    data: { train: { ...data, split: 'train' }, test: [{ ...data, name: place, split: 'test' }] },
  } as RecipeInput)
  const resources = await openResources(recipe)
  const dataset = await resources.openDataset(recipe.data.train)
  return { place, dataset, recipe, resources, runs: join(dir, 'gates'), progress }
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
  const noun = accuracy(scores, 'noun')

  const paired = pairedVerbs(site)
  const inOrder = accuracy(scores, 'verb', paired)
  const shuffled = accuracy(await score(site, withShuffledFrames(probe)), 'verb', paired)

  const masked = await maskedNouns(site)
  return [
    judge('order', site.place, bounds.order(), inOrder - shuffled, { inOrder, shuffled }),
    judge('hands', site.place, bounds.hands(), noun - masked, { seen: noun, masked }),
    await ceilingGate(site),
  ]
}

/** The box around hands and what they touch, with something of what is around it. */
const roomyCrop = { provider: 'file', grow: 1.3 } as const

/** The probe once more, on an encoder that was fitted to the place. */
async function ceilingGate(site: Site): Promise<Gate> {
  const { place, dataset, recipe, resources, progress } = site
  const [train, test] = [dataset.clips('train'), dataset.clips('test')]
  const { every, store: path, hands } = recipe.features
  const crops = await openCrops({ ...hands, ...roomyCrop }, detectionsOf(dataset), every)
  const encoder = await tuneEncoder(place, { clip: recipe.backbone.clip, progress })
  const store = await FeatureStore.open(path)
  const backbone = { ...resources.backbone, image: encoder, context: encoder }
  const tuned: Site['resources'] = {
    ...resources,
    backbone,
    features: storedFeatures(store, backbone, every, crops.id),
    extract: (work) => extract({ ...work, encoders: [encoder], crops, every, store }),
  }
  await ensureFeatures(tuned, [...train, ...test], ['full', 'hand'], { progress })
  const probe = await trainProbe(site, { name: 'probe-tuned', views: ['full', 'hand'], resources: tuned })
  const scores = await score(site, probe, tuned)
  const [verb, noun] = [accuracy(scores, 'verb'), accuracy(scores, 'noun')]
  return judge('ceiling', site.place, bounds.ceiling(), Math.min(verb, noun), { verb, noun })
}

/** Detections are named by video, crops asked for by source. */
function detectionsOf(dataset: Dataset): (source: string) => string | undefined {
  const clips = dataset.splits.flatMap((split) => dataset.clips(split))
  const videoOf = new Map(clips.map(({ source, video }) => [source, video]))
  return (source) => dataset.detections(videoOf.get(source)!)
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

/** Noun accuracy of a probe that is trained and tested on frames whose hands are painted over. */
async function maskedNouns(site: Site): Promise<number> {
  const { dataset, recipe, resources, progress } = site
  const clips = [...dataset.clips('train'), ...dataset.clips('test')]
  const hands = fileProvider(detectionsOf(dataset), { handThreshold: xmicRule.handThreshold })
  const features = await maskedFeatures(clips, resources.backbone.context, hands, recipe.features.every, progress)
  const blind = { ...resources, features, extract: noExtraction }
  const probe = await trainProbe(site, { name: 'probe-masked', views: ['full'], resources: blind })
  return accuracy(await score(site, probe, blind), 'noun')
}

/** Masked features are all in memory; there is nothing to add to the store. */
const noExtraction: Site['resources']['extract'] = async () => ({
  sources: 0,
  complete: 0,
  frames: 0,
  failures: [],
  seconds: { hash: 0, decode: 0, hands: 0, preprocess: 0, encode: 0, write: 0 },
})

async function largestGate(site: Site, root: string): Promise<Gate> {
  const { share, clips } = largestObjectRule(await readManifest(root), { split: 'test' })
  return judge('largest', site.place, bounds.largest(), share, { clips })
}
