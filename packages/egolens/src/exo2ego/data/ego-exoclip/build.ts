import { join } from 'node:path'
import {
  readAtomicDescriptions,
  readTakeSplits,
  readTakes,
  type TakeAnnotation,
  type TakeOptions,
} from '../../../datasets/ego-exo4d.js'
import { writeJsonl } from '../../../datasets/jsonl.js'
import { readText } from '../../../datasets/text.js'
import type { OnFault } from '../../../datasets/types.js'
import { EgoLensError } from '../../../errors.js'
import { exists } from '../../../files/read.js'
import { clipIntervals, meanGap } from './interval.js'
import type { EgoExoClip } from './record.js'
import { type Selected, type SelectionCounts, selectTakes } from './select.js'

export interface EgoExoClipOptions extends TakeOptions {
  /** Ego-Exo4D's folder, with takes.json, annotations/ and takes/. */
  root: string
  /** The file that is written. */
  out: string
  /** Files of atomic descriptions; by default that of the training split. */
  descriptions?: readonly string[]
  /** Lists of takes to leave out, a uid or name a line, beside those that splits.json gives to validation and test. */
  exclude?: readonly string[]
  /** Eq. 1's scale in seconds; by default the mean of beta over the takes that are kept. The paper's corpus has 1.92. */
  alpha?: number
  /** Whether the mean gap is that of a take, over all its annotators, or of each annotation. */
  beta?: 'video' | 'annotation'
  onFault?: OnFault
}

export interface EgoExoClipReport extends SelectionCounts {
  /** Seconds. */
  alpha: number
  /** Clips of the wearer's videos, each with a narration. */
  clips: number
  /** Clips from outside with a narration. */
  pairs: number
  /** Videos that these are cut from. */
  videos: number
  /** Mean and longest clip, in seconds. */
  duration: { mean: number; longest: number }
  warnings: string[]
}

/**
 * Makes Ego-ExoClip of Ego-Exo4D's takes and atomic descriptions: each narration becomes a clip by Eq. 1 of Exo2Ego, in
 * the wearer's video and in every one from outside. Annotators' sequences stay apart. One line of JSON a narration is
 * written while it is made; what is held is the annotations.
 *
 * @throws EgoLensError `dataset/no-narrations` where nothing is left, and as the readers of takes and descriptions
 * @example
 * const { clips, pairs } = await buildEgoExoClip({ root: '/data/egoexo4d', out: 'ego-exoclip.jsonl' })
 */
export async function buildEgoExoClip(options: EgoExoClipOptions): Promise<EgoExoClipReport> {
  const { root, out, beta = 'video', onFault } = options
  const takes = await readTakes(join(root, 'takes.json'), options, onFault)
  const files = options.descriptions ?? [join(root, 'annotations', 'atomic_descriptions_train.json')]
  const annotations = new Map<string, TakeAnnotation[]>()
  for (const file of files)
    for (const [uid, own] of await readAtomicDescriptions(file, onFault))
      annotations.set(uid, [...(annotations.get(uid) ?? []), ...own])
  const { heldOut, warnings } = await heldOutTakes(options)
  const { selected, counts } = selectTakes(takes, annotations, heldOut)
  if (selected.length === 0) {
    throw new EgoLensError('dataset/no-narrations', `none of ${counts.takes.annotated} takes is left: ${why(counts)}`, {
      where: files.join(', '),
    })
  }
  const gaps = selected.map((one) => gapsOf(one, beta))
  const alpha = options.alpha ?? (mean(gaps.flat().filter((gap) => gap !== undefined)) || 1)
  const length = { sum: 0, longest: 0 }
  const clips = await writeJsonl(out, clipsOf(selected, gaps, alpha, length))
  return {
    ...counts,
    alpha,
    clips,
    pairs: selected.reduce((sum, one) => sum + one.take.exo.length * narrationsOf(one), 0),
    videos: selected.reduce((sum, { take }) => sum + 1 + take.exo.length, 0),
    duration: { mean: length.sum / clips, longest: length.longest },
    warnings,
  }
}

const narrationsOf = ({ sequences }: Selected) =>
  sequences.reduce((sum, { descriptions }) => sum + descriptions.length, 0)

/** Beta of each sequence of a take. */
function gapsOf({ sequences }: Selected, beta: 'video' | 'annotation'): (number | undefined)[] {
  const times = sequences.map(({ descriptions }) => descriptions.map(({ time }) => time))
  return beta === 'video' ? [meanGap(times)] : times.map((own) => meanGap([own]))
}

function* clipsOf(
  selected: readonly Selected[],
  gaps: readonly (readonly (number | undefined)[])[],
  alpha: number,
  length: { sum: number; longest: number },
): Generator<EgoExoClip> {
  for (const [i, { take, sequences }] of selected.entries())
    for (const [j, { annotation, annotator, descriptions }] of sequences.entries()) {
      // One moment alone has no neighbour to measure by: it gets the clip of a sequence as dense as the mean.
      const gap = gaps[i]![gaps[i]!.length === 1 ? 0 : j] || alpha
      const times = descriptions.map(({ time }) => time)
      const intervals = clipIntervals(times, gap / (2 * alpha), take.duration)
      for (const [k, { index, egoVisible: _, ...description }] of descriptions.entries()) {
        const { start, end } = intervals[k]!
        length.sum += end - start
        length.longest = Math.max(length.longest, end - start)
        const { name, ego, exo } = take
        yield { id: `${annotation}:${index}`, take: name, annotator, start, end, ego, exo, ...description }
      }
    }
}

const mean = (values: readonly number[]): number | undefined =>
  values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : undefined

async function heldOutTakes({ root, exclude = [] }: EgoExoClipOptions) {
  const splits = join(root, 'annotations', 'splits.json')
  const known = await exists(splits)
  const bySplit = known ? await readTakeSplits(splits) : new Map<string, string>()
  const named = new Set<string>()
  for (const path of exclude) for (const name of await listed(path)) named.add(name)
  const heldOut = ({ uid, name }: { uid: string; name?: string }) =>
    (bySplit.get(uid) ?? 'train') !== 'train' || named.has(uid) || (name !== undefined && named.has(name))
  const warnings = known
    ? []
    : [`no ${splits}: takes of validation and test sets are only left out where they are named`]
  return { heldOut, warnings }
}

async function listed(path: string): Promise<string[]> {
  const lines = (await readText(path)).split('\n').map((line) => line.trim())
  return lines.filter((line) => line !== '')
}

function why({ takes, annotations }: SelectionCounts): string {
  const parts = [
    [takes.withoutUid, 'not in takes.json'],
    [takes.heldOut, 'of validation or test sets'],
    [takes.dropped, 'dropped'],
    [takes.withoutVideos, 'without videos'],
    [takes.withoutNarrations, `without narrations (${annotations.rejected} annotations were rejected)`],
  ] as const
  return parts.flatMap(([count, what]) => (count ? [`${count} ${what}`] : [])).join(', ') || 'there are none'
}
