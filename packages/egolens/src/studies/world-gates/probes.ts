import { join } from 'node:path'
import type { Component } from '../../datasets/types.js'
import { top1 } from '../../evaluation/top1.js'
import type { Method } from '../../methods/types.js'
import { loadAdapter } from '../../training/adapter.js'
import { type Scores, scoreClips } from '../../training/evaluate.js'
import { discardOther } from '../../training/inputs.js'
import { type RecipeInput, resolveRecipe } from '../../training/recipe.js'
import type { Resources } from '../../training/resources.js'
import { train } from '../../training/train.js'
import type { Site } from './site.js'

export interface ProbeRun {
  name: string
  views: ('full' | 'hand')[]
  resources?: Resources
}

/** Trains the supervised probe on a place, or takes it up where an earlier call left it. */
export async function trainProbe(site: Site, { name, views, resources = site.resources }: ProbeRun): Promise<Method> {
  const recipe = resolveRecipe({
    ...site.recipe,
    name,
    method: 'probe',
    options: { views },
    training: {},
  } as RecipeInput)
  const dir = join(site.runs, site.place, name)
  await discardOther(dir, recipe, resources)
  await train(recipe, { dir, resume: true, resources, progress: site.progress })
  return (await loadAdapter(dir, resources.backbone)).method
}

/** Scores of a method on a place's test clips. */
export function score(site: Site, method: Method, resources = site.resources): Promise<Scores> {
  const clips = site.dataset.clips('test').filter((clip) => clip.verb !== undefined && clip.noun !== undefined)
  return scoreClips(method, clips, site.dataset.labels, { features: resources.features, progress: site.progress })
}

/** Top-1 over clips; `among` keeps clips of some labels only, which still compete with all classes. */
export function accuracy(scores: Scores, component: Component, among?: ReadonlySet<number>): number {
  const clips = scores[component]!.filter(({ label }) => among === undefined || among.has(label))
  return top1(clips)
}
