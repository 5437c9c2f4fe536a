import { readFile } from 'node:fs/promises'
import { version } from '@egolens/torch'
import { evaluate, type ScoredTest } from '../evaluation/protocols.js'
import { type Result, writeResult } from '../evaluation/result.js'
import { methodNamed } from '../methods/registry.js'
import { type Progress, silent } from '../progress.js'
import { type Adapter, loadAdapter } from './adapter.js'
import { openClips } from './data.js'
import { scoreClips } from './evaluate.js'
import { featureKeys, splitHash } from './inputs.js'
import { viewsOf } from './loader.js'
import { componentsOf, type NamedDataSpec, type Recipe, readerOptions, readRecipe } from './recipe.js'
import { ensureFeatures, type Resources } from './resources.js'
import { openResources } from './resources.open.js'
import { readIfThere, runPaths } from './run-directory.js'
import type { RunSummary } from './train.js'

export interface EvaluateOptions {
  resources?: Resources
  /** Test sets instead of the recipe's. */
  tests?: NamedDataSpec[]
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
    const { tests: results, summary } = evaluate(tests, { trainedOn: adapter.info.labels })
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
      },
      versions: await versions(),
      seconds: { training: trained?.seconds ?? 0, evaluation: (performance.now() - began) / 1000 },
    }
    await writeResult(paths.result, result)
    return result
  } finally {
    adapter.method.module.dispose()
  }
}

async function scoreTests(recipe: Recipe, { method }: Adapter, resources: Resources, options: EvaluateOptions) {
  const { progress = silent, signal, tests: specs = recipe.data.test } = options
  const components = componentsOf(recipe)
  const tests: ScoredTest[] = []
  const splits: Record<string, string> = {}
  for (const spec of specs) {
    const { clips, labels } = await openClips(spec, components, resources.openDataset)
    await ensureFeatures(resources, clips, viewsOf(method.needs), { progress, signal })
    signal?.throwIfAborted()
    const { contextLag } = recipe.training
    const scores = await scoreClips(method, clips, labels, {
      features: resources.features,
      contextLag,
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
