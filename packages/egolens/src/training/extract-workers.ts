import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ExtractReport } from '../features/extract.js'
import { type Progress, type ProgressEvent, silent } from '../progress.js'
import { extractFeatures } from './prepare.js'
import type { Recipe } from './recipe.js'
import { coresToShare, inProcesses } from './worker-process.js'

/** What a worker is to do. */
export interface WorkerOrder {
  recipe: Recipe
  shard: { index: number; count: number }
  threads: number
}

export interface WorkersOptions {
  /**
   * Processes; each takes its share of the videos and of the cores (of OMP_NUM_THREADS, where that is set), and holds the
   * models. By default one a core, and at most four: encoding itself takes several cores well.
   */
  workers?: number
  /** This call takes every count-th video, so that several machines share the work. */
  shard?: { index: number; count: number }
  progress?: Progress
  signal?: AbortSignal
}

const program = fileURLToPath(new URL('extract-worker.js', import.meta.url))

/**
 * Finds the features that a recipe needs in several processes. Decoding and preparing pictures take one core each, so
 * that one process leaves most of a machine idle. Where only TypeScript sources are at hand, this process does it.
 *
 * @throws EgoLensError `training/worker-ended`, and those of extractFeatures
 * @example const { frames } = await extractInProcesses(await readRecipe('recipe.yaml'), { workers: 8 })
 */
export async function extractInProcesses(recipe: Recipe, options: WorkersOptions = {}): Promise<ExtractReport> {
  const cores = coresToShare()
  const { workers = Math.min(4, cores), progress = silent, signal, shard = { index: 0, count: 1 } } = options
  signal?.throwIfAborted()
  if (workers <= 1 || !existsSync(program))
    return extractFeatures(recipe, { progress, shard, ...(signal ? { signal } : {}) })
  const threads = Math.max(1, Math.floor(cores / workers))
  const orders = Array.from({ length: workers }, (_, i): WorkerOrder => {
    const share = { index: shard.index + i * shard.count, count: shard.count * workers }
    return { recipe, shard: share, threads }
  })
  const reports = await inProcesses<WorkerOrder, ExtractReport>(orders, {
    program,
    what: 'finds features',
    cure: 'the same command goes on where it stopped; where memory ran out, take fewer --workers',
    progress: sums(workers, progress),
    signal,
  })
  return merged(reports)
}

/** The progress of several workers as that of one. */
function sums(count: number, progress: Progress): (worker: number) => Progress {
  const last: (ProgressEvent | undefined)[] = Array.from({ length: count })
  return (worker) => (event) => {
    last[worker] = event
    const known = last.filter((one) => one !== undefined)
    const sum = (of: (one: ProgressEvent) => number) => known.reduce((total, one) => total + of(one), 0)
    progress({ ...event, done: sum(({ done }) => done), total: sum(({ total }) => total ?? 0) })
  }
}

function merged(reports: readonly ExtractReport[]): ExtractReport {
  const sum = (of: (report: ExtractReport) => number) => reports.reduce((total, report) => total + of(report), 0)
  const seconds = { ...reports[0]!.seconds }
  for (const part of Object.keys(seconds) as (keyof typeof seconds)[])
    seconds[part] = sum((report) => report.seconds[part])
  return {
    sources: sum(({ sources }) => sources),
    complete: sum(({ complete }) => complete),
    frames: sum(({ frames }) => frames),
    failures: reports.flatMap(({ failures }) => failures),
    seconds,
  }
}
