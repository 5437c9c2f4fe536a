import { readFile } from 'node:fs/promises'
import { version } from '@egolens/torch'
import type { Component } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import { evaluate, type ScoredTest } from '../evaluation/protocols.js'
import { type Result, writeResult } from '../evaluation/result.js'
import type { SubsetSpace } from '../evaluation/subset.js'
import { readIfThere } from '../files/read.js'
import { methodNamed } from '../methods/registry.js'
import { type Progress, silent } from '../progress.js'
import { checkAdapter } from './adapter.check.js'
import { type Adapter, loadAdapter } from './adapter.js'
import { halvesOf } from './base-novel.js'
import { writeCard } from './card.js'
import { refuseLongTexts } from './class-names.js'
import { scoreClips } from './evaluate.js'
import { featureKeys, splitHash } from './inputs.js'
import { encodersOf, viewsOf } from './loader.js'
import { componentsOf, type NamedDataSpec, type Recipe, readRecipe } from './recipe.js'
import { ensureFeatures, type Resources } from './resources.js'
import { openResources } from './resources.open.js'
import { differences, runPaths } from './run-directory.js'
import type { RunSummary } from './run-summary.js'
import { listNames, type SharedLists, sharedClasses } from './shared-lists.js'
import { openTests, type TestSet } from './test-sets.js'

export interface EvaluateOptions {
  resources?: Resources
  /** Test sets instead of the recipe's. */
  tests?: NamedDataSpec[]
  /** Values over the run's recipe, as `--set` takes them: its test sets, and how they are sampled. */
  set?: string[]
  /** Another file for the result than result.json in the run's directory. */
  out?: string
  /** Which classes compete on shared, novel and base ones: their own (X-MIC, table 2), or all of the dataset. */
  subsetSpace?: SubsetSpace
  /** Files of shared class names for cross tests, one a line, instead of names that are equal. */
  sharedList?: SharedLists
  progress?: Progress
  signal?: AbortSignal
}

/**
 * Scores a trained run on its test sets and writes result.json beside it.
 *
 * @param run the run's directory
 * @throws EgoLensError `file/unreadable` where there is no adapter, `training/no-features`, `method/not-transferable`,
 * `protocol/no-test-clips`, `labels/unknown-name`
 * @example
 * const result = await evaluateRun('runs/x-mic-kitchen-noun')
 * result.tests[0].values['top-1 accuracy over clips']
 */
export async function evaluateRun(run: string, options: EvaluateOptions = {}): Promise<Result> {
  const paths = runPaths(run)
  const recipe = await recipeOf(run, options.set)
  await checkAdapter(run, recipe)
  const resources = options.resources ?? (await openResources(recipe))
  const adapter = await loadAdapter(run, resources.backbone)
  try {
    const began = performance.now()
    // All that can be wrong with the test sets is found before the first of them takes its hours.
    const sets = await openTests(recipe, options.tests ?? recipe.data.test, adapter.info, resources.openDataset)
    for (const { labels } of sets) refuseLongTexts(adapter.method, resources.backbone.text, labels)
    const shared = await sharedClasses(sets, options.sharedList)
    const tests = await scoreTests(recipe, adapter, sets, resources, options)
    // Zero-shot too: its shared and novel classes are those of the training set that its recipe names.
    const { tests: results, summary } = evaluate(tests, {
      trainedOn: adapter.info.labels,
      subsets: ({ name, labels }) => shared.get(name)?.[labels.component],
      baseNovel: ({ labels }) => halvesOf(adapter.info, labels),
    })
    const summaryText = await readIfThere(paths.summary)
    const trained = summaryText === undefined ? undefined : (JSON.parse(summaryText) as RunSummary)
    const isTrained = (trained?.parameters ?? 0) > 0
    const result: Result = {
      format: 'egolens-result',
      version: 1,
      name: recipe.row ?? methodNamed(recipe.method).label,
      method: recipe.method,
      trainedOn: isTrained ? trainedOn(recipe, tests) : null,
      seed: isTrained ? recipe.training.seed : null,
      recipe,
      tests: results,
      summary,
      ...(trained ? { parameters: trained.parameters, updates: trained.steps } : {}),
      hashes: {
        ...resources.hashes,
        adapter: adapter.info.weights,
        ...featureKeys(adapter.method, resources),
        ...Object.fromEntries(sets.map(({ spec, clips }) => [`split ${spec.name}`, splitHash(clips)])),
        ...partsBy(sets, options),
      },
      versions: await versions(),
      seconds: { training: trained?.seconds ?? 0, evaluation: (performance.now() - began) / 1000 },
    }
    await writeResult(options.out ?? paths.result, result)
    if (options.out === undefined) await writeCard(run)
    return result
  } finally {
    adapter.method.module.dispose()
  }
}

/** Keys of a recipe that say what is tested and how; the others were decided when the run was trained. */
const testKeys = /^(data\.test|features\.store|training\.(contextLag|egteaStart|evaluateAt))\b/

async function recipeOf(run: string, set: string[] = []): Promise<Recipe> {
  const { recipe: path } = runPaths(run)
  const trained = await readRecipe(path)
  if (set.length === 0) return trained
  const changed = await readRecipe(path, set)
  const fixed = differences(trained, changed).filter((key) => !testKeys.test(key))
  if (fixed.length === 0) return changed
  throw new EgoLensError('evaluation/set', `a trained run has its values: ${fixed.join(', ')}`, {
    where: `--set ${set.join(' --set ')}`,
    cure: 'only data.test, features.store and training.contextLag, egteaStart and evaluateAt are values of an evaluation',
  })
}

/** What decides shared and novel figures, where it is not X-MIC's way. */
function partsBy(sets: readonly TestSet[], options: EvaluateOptions): Record<string, string> {
  const named = sets.flatMap(({ spec, role }) => {
    const list = listNames(spec, role, options.sharedList)
    return [
      ...(list === undefined ? [] : [[`shared classes of ${spec.name}`, list]]),
      ...(spaceOf(spec, options) === 'full' ? [[`classes that compete on parts of ${spec.name}`, 'all']] : []),
    ]
  })
  return Object.fromEntries(named)
}

const spaceOf = ({ subsets }: NamedDataSpec, { subsetSpace }: EvaluateOptions) => subsetSpace ?? subsets ?? 'restricted'

async function scoreTests(
  recipe: Recipe,
  { method }: Adapter,
  sets: readonly TestSet[],
  resources: Resources,
  options: EvaluateOptions,
): Promise<ScoredTest[]> {
  const { progress = silent, signal } = options
  const tests: ScoredTest[] = []
  const encoders = encodersOf(method.needs)
  for (const { spec, role, clips, labels } of sets) {
    await ensureFeatures(resources, clips, viewsOf(method.needs), { encoders, progress, signal })
    signal?.throwIfAborted()
    // The public code samples differently on these two datasets alone.
    const contextLag = recipe.training.contextLag && spec.dataset === 'ego4d-fho-lta'
    const egteaStart = recipe.training.egteaStart === true && spec.dataset === 'egtea'
    const stepStart = recipe.training.evaluateAt === 'start' || egteaStart
    const scores = await scoreClips(method, clips, labels, {
      features: resources.features,
      contextLag,
      stepStart,
      task: spec.name,
      progress,
    })
    const { name, dataset, split } = spec
    const subsetSpace = spaceOf(spec, options)
    const test = (component: Component): ScoredTest => ({
      ...{ name, dataset, split, role, subsetSpace },
      labels: labels[component]!,
      clips: scores[component]!,
    })
    tests.push(...componentsOf(recipe).map(test))
  }
  return tests
}

function trainedOn(recipe: Recipe, tests: ScoredTest[]): string {
  return tests.find((test) => test.role === 'within')?.name ?? recipe.data.train.dataset
}

async function versions(): Promise<Record<string, string>> {
  const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return { egolens: manifest.version, node: process.version, torch: version().torch }
}
