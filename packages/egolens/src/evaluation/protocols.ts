import type { BaseNovel } from '../datasets/base-novel.js'
import { type SharedNovel, sharedNovel } from '../datasets/labels.js'
import type { LabelSet, LabelSets } from '../datasets/types.js'
import { actionAccuracy } from './action.js'
import { decisions, expectedCalibrationError } from './calibration-error.js'
import { harmonicMean } from './harmonic-mean.js'
import { meanClassAccuracy } from './mean-class.js'
import { metric } from './metric-names.js'
import { addHalves, addParts, baseNovelActions, type Parts } from './parts.js'
import type { Prediction, Summary, TestResult } from './result.js'
import { type ScoredClip, softmax, top } from './scores.js'
import type { SubsetSpace } from './subset.js'
import { top1 } from './top1.js'

/** The scored clips of one test set and component. */
export interface ScoredTest {
  /** The recipe's name: "kitchen". */
  name: string
  dataset: string
  split: string
  role: 'within' | 'cross'
  labels: LabelSet
  clips: ScoredClip[]
  /** Which classes compete on parts of the label set, where it is not what the options say. */
  subsetSpace?: SubsetSpace
}

export interface ProtocolOptions {
  /**
   * Label sets of the training data (zero-shot: of what others train on); with them, cross tests are also scored on
   * shared and novel classes.
   */
  trainedOn?: LabelSets
  /** Which classes compete on a subset: its own (X-MIC, table 2), or all. A test set's own word counts more. */
  subsetSpace?: SubsetSpace
  /** Other lists than equal names, by test set and component; tests within may have one too. */
  subsets?: (test: ScoredTest) => SharedNovel | undefined
  /** The halves of the label set of a test within, by component, where training saw one of them only. */
  baseNovel?: (test: ScoredTest) => BaseNovel | undefined
}

/**
 * Scores a run by X-MIC's protocol: top-1 over clips within and across datasets over each one's full label set,
 * harmonic means of within with each cross test, shared and novel classes of cross tests (base and novel ones of tests
 * within, where training saw a half), and actions where verb and noun of a test set are both scored. Clips with a
 * negative label have none and are left out.
 *
 * @throws EgoLensError `evaluation/no-clips`, `evaluation/not-finite`, `evaluation/clips-differ`
 */
export function evaluate(
  tests: readonly ScoredTest[],
  options: ProtocolOptions = {},
): { tests: TestResult[]; summary: Summary[] } {
  const results = tests.map((test) => score(test, options))
  return { tests: results, summary: [...withinCross(results), ...actions(tests, options)] }
}

function score(test: ScoredTest, options: ProtocolOptions): TestResult {
  const { name, dataset, split, role, labels } = test
  const clips = test.clips.filter((clip) => clip.label >= 0)
  const meanClass = meanClassAccuracy(clips)
  const result: TestResult = {
    name,
    dataset,
    split,
    component: labels.component,
    role,
    classes: labels.names.length,
    clips: clips.length,
    values: {
      [metric.top1]: top1(clips),
      [metric.meanClass]: meanClass.value,
      [metric.calibration]: expectedCalibrationError(decisions(clips)),
    },
    counts: { 'classes with clips': meanClass.classes, ...without(test.clips.length - clips.length) },
    predictions: clips.map(prediction),
  }
  const parts = partsOf(test, options)
  if (parts) addParts(result, clips, parts, test.subsetSpace ?? options.subsetSpace)
  if (parts?.kind === 'base') addHalves(result, clips, parts, test.subsetSpace ?? options.subsetSpace)
  return result
}

/** Base and novel classes, lists of shared classes, or equal names, in this order. */
function partsOf(test: ScoredTest, options: ProtocolOptions): Parts | undefined {
  const { labels, role } = test
  const halves = role === 'within' ? options.baseNovel?.(test) : undefined
  if (halves) return { kind: 'base', first: halves.base, novel: halves.novel }
  const source = options.trainedOn?.[labels.component]
  const subsets = options.subsets?.(test) ?? (source && role === 'cross' ? sharedNovel(labels, source) : undefined)
  return subsets && { kind: 'shared', first: subsets.shared, novel: subsets.novel }
}

const without = (clips: number): Record<string, number> => (clips > 0 ? { 'clips without a label': clips } : {})

function prediction({ id, video, label, logits }: ScoredClip): Prediction {
  const best = top(softmax(logits), 5)
  const round = (p: number) => Math.round(p * 1e6) / 1e6
  return {
    id,
    ...(video === undefined ? {} : { video }),
    label,
    top: best.map((b) => b.id),
    probabilities: best.map((b) => round(b.value)),
  }
}

function withinCross(results: readonly TestResult[]): Summary[] {
  return results.flatMap((within) => {
    if (within.role !== 'within') return []
    const crosses = results.filter((test) => test.role === 'cross' && test.component === within.component)
    return crosses.map((cross) => ({
      name: metric.withinCross,
      of: [within.name, cross.name],
      component: within.component,
      value: harmonicMean(within.values[metric.top1]!, cross.values[metric.top1]!),
    }))
  })
}

function actions(tests: readonly ScoredTest[], options: ProtocolOptions): Summary[] {
  return tests.flatMap((verbs) => {
    if (verbs.labels.component !== 'verb') return []
    const same = (test: ScoredTest) => test.name === verbs.name && test.split === verbs.split
    const nouns = tests.find((test) => test.labels.component === 'noun' && same(test))
    if (!nouns) return []
    const labelled = (test: ScoredTest) => test.clips.flatMap(({ id, label }) => (label >= 0 ? [id] : []))
    const named = new Set(labelled(nouns))
    const both = new Set(labelled(verbs).filter((id) => named.has(id)))
    if (both.size === 0) return []
    const [v, n] = [verbs, nouns].map((test) => test.clips.filter(({ id }) => both.has(id)))
    const all: Summary = { name: metric.action, of: [verbs.name], value: actionAccuracy(v!, n!) }
    const [verb, noun] = [partsOf(verbs, options), partsOf(nouns, options)]
    if (verb?.kind !== 'base' || noun?.kind !== 'base') return [all]
    const space = verbs.subsetSpace ?? options.subsetSpace
    return [all, ...baseNovelActions(verbs.name, v!, n!, { verb, noun }, space)]
  })
}
