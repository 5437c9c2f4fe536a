import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { version } from '@egolens/torch'
import { sharedNovelFromFile } from '../datasets/labels.js'
import { evaluate, type ScoredTest } from '../evaluation/protocols.js'
import { type Result, writeResult } from '../evaluation/result.js'
import { readIfThere } from '../files/read.js'
import { methodNamed } from '../methods/registry.js'
import { type Progress, silent } from '../progress.js'
import { type Adapter, loadAdapter } from './adapter.js'
import { writeCard } from './card.js'
import { openClips } from './data.js'
import { scoreClips } from './evaluate.js'
import { featureKeys, splitHash } from './inputs.js'
import { encodersOf, viewsOf } from './loader.js'
import { componentsOf, type NamedDataSpec, type Recipe, readerOptions, readRecipe } from './recipe.js'
import { ensureFeatures, type Resources } from './resources.js'
import { openResources } from './resources.open.js'
import { runPaths } from './run-directory.js'
import type { RunSummary } from './run-summary.js'

export interface EvaluateOptions {
  resources?: Resources
  /** Test sets instead of the recipe's. */
  tests?: NamedDataSpec[]
  /** Which classes compete on shared and novel ones: their own (X-MIC, table 2), or all of the dataset. */
  subsetSpace?: 'restricted' | 'full'
  /** A file of shared class names for cross tests, one a line, instead of names that are equal. */
  sharedList?: string
  progress?: Progress
  signal?: AbortSignal
}

/**
 * Scores a trained run on its test sets and writes result.json beside it.
 *
 * @param run the run's directory
 * @throws EgoLensError `file/unreadable` where there is no adapter, `training/no-features`, `method/not-transferable`
 * @example
 * const result = await evaluateRun('runs/x-mic-kitchen-noun')
 * result.tests[0].values['top-1 accuracy over clips']
 */
export async function evaluateRun(run: string, options: EvaluateOptions = {}): Promise<Result> {
  const paths = runPaths(run)
  const recipe = await readRecipe(paths.recipe)
  const resources = options.resources ?? (await openResources(recipe))
  const adapter = await loadAdapter(run, resources.backbone)
  try {
    const began = performance.now()
    const { tests, splits } = await scoreTests(recipe, adapter, resources, options)
    // Zero-shot too: its shared and novel classes are those of the training set that its recipe names.
    const subsets = await sharedFrom(tests, options.sharedList)
    const { tests: results, summary } = evaluate(tests, {
      trainedOn: adapter.info.labels,
      ...(subsets ? { subsets: (test) => subsets.get(test) } : {}),
      ...(options.subsetSpace ? { subsetSpace: options.subsetSpace } : {}),
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
        ...splits,
        ...subsetsOf(options),
      },
      versions: await versions(),
      seconds: { training: trained?.seconds ?? 0, evaluation: (performance.now() - began) / 1000 },
    }
    await writeResult(paths.result, result)
    await writeCard(run)
    return result
  } finally {
    adapter.method.module.dispose()
  }
}

/** What decides shared and novel figures, where it is not X-MIC's way. */
function subsetsOf({ sharedList, subsetSpace }: EvaluateOptions): Record<string, string> {
  return {
    ...(sharedList === undefined ? {} : { 'shared classes': basename(sharedList) }),
    ...(subsetSpace === 'full' ? { 'classes that compete on subsets': 'all' } : {}),
  }
}

async function sharedFrom(tests: ScoredTest[], list: string | undefined) {
  if (list === undefined) return undefined
  const cross = tests.filter((test) => test.role === 'cross')
  return new Map(
    await Promise.all(cross.map(async (test) => [test, await sharedNovelFromFile(test.labels, list)] as const)),
  )
}

async function scoreTests(recipe: Recipe, { method }: Adapter, resources: Resources, options: EvaluateOptions) {
  const { progress = silent, signal, tests: specs = recipe.data.test } = options
  const components = componentsOf(recipe)
  const tests: ScoredTest[] = []
  const splits: Record<string, string> = {}
  for (const spec of specs) {
    const { clips, labels } = await openClips(spec, components, resources.openDataset)
    const encoders = encodersOf(method.needs)
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
    const role = sameData(spec, recipe.data.train) ? 'within' : 'cross'
    for (const component of components) {
      tests.push({ name, dataset, split, role, labels: labels[component]!, clips: scores[component]! })
    }
    splits[`split ${name}`] = splitHash(clips)
  }
  return { tests, splits }
}

/** A test set is within the training data if it is of the same dataset in the same place. */
function sameData(a: NamedDataSpec, b: Recipe['data']['train']): boolean {
  return a.dataset === b.dataset && JSON.stringify(readerOptions(a)) === JSON.stringify(readerOptions(b))
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
