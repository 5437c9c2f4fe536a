import { setImmediate as nextTurn } from 'node:timers/promises'
import { noGrad, scope } from '@egolens/torch'
import type { Clip, Component, LabelSets } from '../datasets/types.js'
import type { ScoredClip } from '../evaluation/scores.js'
import { UNLABELLED } from '../methods/cross-entropy.js'
import type { Method } from '../methods/types.js'
import { type Progress, silent } from '../progress.js'
import { type FeatureSource, FrameTable } from './frame-table.js'
import { ClipLoader, streamsOf } from './loader.js'

/** Scores of each component, clips in the order they were given; the label of a clip without one reads -1. */
export type Scores = Partial<Record<Component, ScoredClip[]>>

export interface ScoreOptions {
  features: FeatureSource
  /** Clips at a time: 128, or 16 where a method sees pixels, of which a clip has a thousand times as many. */
  batch?: number
  contextLag?: boolean
  stepStart?: boolean
  /** What `method.classes` gave for these labels, for those who score again and again; it is not freed here. */
  classes?: unknown
  task?: string
  progress?: Progress
}

/**
 * Scores clips with a method against any label set.
 *
 * @example
 * const { noun } = await scoreClips(method, dataset.clips('test'), dataset.labels, { features })
 * top1(noun!)
 * @throws EgoLensError `training/no-features` naming clips that have none
 */
export async function scoreClips(
  method: Method,
  clips: readonly Clip[],
  labels: LabelSets,
  options: ScoreOptions,
): Promise<Scores> {
  const { features, progress = silent, task = 'scoring' } = options
  const table = await FrameTable.load(clips, features, streamsOf(method.needs), { progress, task: `${task}: features` })
  try {
    return await scoreTable(method, table, labels, options)
  } finally {
    table.dispose()
  }
}

/** The same with features that are in memory already. */
export async function scoreTable(
  method: Method,
  table: FrameTable,
  labels: LabelSets,
  {
    batch = method.needs.clip === 'pixels' ? 16 : 128,
    contextLag,
    stepStart,
    classes: given,
    progress = silent,
    task = 'scoring',
  }: Omit<ScoreOptions, 'features'>,
): Promise<Scores> {
  const { components, module, needs } = method
  const loader = new ClipLoader(table, needs, { batch, seed: 0, components: [], contextLag, stepStart })
  const classes = given ?? noGrad(() => scope(() => method.classes(labels)))
  const scores: Scores = Object.fromEntries(components.map((component) => [component, []]))
  const training = module.training
  module.eval()
  try {
    let done = 0
    for (const plan of loader.evaluation()) {
      noGrad(() =>
        scope(() => {
          const { logits } = method.forward(loader.gather(plan), classes)
          for (const component of components) {
            const values = logits[component]!.float().toTypedArray() as Float32Array
            plan.clips.forEach((index, row) => {
              scores[component]!.push(scored(table.clips[index]!, component, values, row, plan.clips.length))
            })
          }
        }),
      )
      done += plan.clips.length
      progress({ task, done, total: table.clips.length, unit: 'clips' })
      await nextTurn()
    }
  } finally {
    module.train(training)
    if (given === undefined) release(classes)
  }
  return scores
}

function scored(clip: Clip, component: Component, values: Float32Array, row: number, rows: number): ScoredClip {
  const width = values.length / rows
  return {
    id: clip.id,
    video: clip.video,
    label: clip[component] ?? UNLABELLED,
    logits: values.slice(row * width, (row + 1) * width),
  }
}

/** Class vectors live outside every scope, and nobody needs them after the last batch. */
export function release(classes: unknown): void {
  if (classes === null || typeof classes !== 'object') return
  for (const value of Object.values(classes)) {
    if (value && typeof value === 'object' && 'dispose' in value && typeof value.dispose === 'function') value.dispose()
  }
}
