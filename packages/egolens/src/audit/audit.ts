import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { openDataset } from '../datasets/registry.js'
import type { Dataset } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import { type Progress, silent } from '../progress.js'
import type { ImageOptions } from '../video/types.js'
import { boxProblems, videosOf } from './boxes.js'
import { clipProblems } from './clips.js'
import { type Found, findDatasets } from './find.js'
import { leaks } from './leaks.js'
import { listSources } from './list.js'
import { inParallel } from './parallel.js'
import { checkSource } from './source.js'
import { classNotes, summary } from './summary.js'
import { type Audit, note, type Problem, type SourceReport } from './types.js'
import { sameContent, sourceProblems } from './videos.js'

export interface AuditOptions {
  /** The reader, where it is not to be guessed. */
  dataset?: string
  /** Options of the reader, such as `annotations`. */
  options?: Record<string, unknown>
  /** Videos that are decoded at the same time; all cores by default. */
  jobs?: number
  progress?: Progress
  signal?: AbortSignal
}

/**
 * Decodes and validates a folder once, and never stops at a fault: every video under it and every video that its
 * annotations name is decoded from end to end; rows, labels, times, splits and detections are held against them.
 *
 * @param dir a folder with one dataset, or with one in each sub-folder, or a table of own clips
 * @throws EgoLensError only where there is nothing to check: `audit/not-found`, `audit/nothing`
 * @example
 * const { ok, problems } = await auditData('epic-kitchens', { jobs: 8 })
 */
export async function auditData(dir: string, options: AuditOptions = {}): Promise<Audit> {
  const place = resolve(dir)
  const { progress = silent, signal, jobs = availableParallelism() } = options
  const problems: Problem[] = []
  const found = await findDatasets(place, options.dataset, options.options)
  const opened = (await Promise.all(found.map((one) => open(one, problems)))).filter((one) => one !== undefined)
  const annotated = new Map<string, ImageOptions>()
  for (const { dataset } of opened) for (const [source, images] of imagesOf(dataset)) annotated.set(source, images)
  const root = found.some(({ name }) => name === 'own') ? found[0]!.root : place
  const listed = (await listSources(root)).filter((source) => !annotated.has(source))
  const wanted = [...annotated.keys(), ...listed].sort()
  if (wanted.length === 0 && found.length === 0) {
    throw new EgoLensError('audit/nothing', 'no dataset and no video in it', {
      where: place,
      cure: 'name the folder of EPIC-KITCHENS, Ego4D or EGTEA files, or a CSV with the columns video, start, end',
    })
  }
  let done = 0
  const check = async (source: string) => {
    // A folder of images that nobody annotated has no rate of its own: any will do to decode it.
    const report = await checkSource(source, { frameRate: 1, ...annotated.get(source) }, signal)
    progress({ task: 'videos', done: ++done, total: wanted.length, unit: 'videos' })
    return report
  }
  const reports = await inParallel(wanted, jobs, check, signal)
  const sources = new Map(reports.map((report) => [report.source, report]))
  const parts: Problem[][] = [problems]
  for (const { dataset } of opened) parts.push(await datasetProblems(dataset, sources, { jobs, progress, signal }))
  parts.push(sourceProblems(reports, new Set(listed), opened.length > 0), sameContent(reports))
  const all = parts.flat()
  return {
    root: found[0]?.options.file === place ? found[0].root : place,
    ok: !all.some(({ severity }) => severity === 'error'),
    datasets: opened.map(({ dataset, root }) => summary(dataset, root)),
    sources: reports,
    problems: all,
  }
}

interface Opened {
  dataset: Dataset
  root: string
}

/** Opens a dataset with every fault told; undefined where not even its classes can be read. */
async function open({ name, root, options }: Found, problems: Problem[]): Promise<Opened | undefined> {
  const tell = (fault: EgoLensError) => {
    problems.push({
      severity: 'error',
      code: fault.code,
      where: fault.where ?? root,
      message: fault.message,
      ...(fault.cure ? { cure: fault.cure } : {}),
    })
  }
  try {
    const dataset = await openDataset(name, options, tell)
    for (const message of dataset.warnings ?? [])
      problems.push({ severity: 'note', code: 'dataset/warning', where: root, message })
    return { dataset, root }
  } catch (error) {
    if (!(error instanceof EgoLensError)) throw error
    tell(error)
    return undefined
  }
}

/** How each source of a dataset is read. */
function imagesOf(dataset: Dataset): Map<string, ImageOptions> {
  const found = new Map<string, ImageOptions>()
  for (const split of dataset.splits) {
    for (const { source, frameRate, zeroNumber } of dataset.clips(split)) {
      found.set(resolve(source), {
        ...(frameRate === undefined ? {} : { frameRate }),
        ...(zeroNumber === undefined ? {} : { zeroNumber }),
      })
    }
  }
  return found
}

async function datasetProblems(
  dataset: Dataset,
  reports: ReadonlyMap<string, SourceReport>,
  { jobs, progress, signal }: { jobs: number; progress: Progress; signal?: AbortSignal },
): Promise<Problem[]> {
  const clips = dataset.splits.flatMap((split) => dataset.clips(split))
  const sources = new Map(clips.map(({ source }) => [source, reports.get(resolve(source))!]))
  const counted = new Set<string>()
  for (const clip of clips) {
    const report = sources.get(clip.source)!
    if (!counted.has(`${clip.source}\n${clip.id}`)) report.clips++
    counted.add(`${clip.source}\n${clip.id}`)
    report.annotated = Math.max(report.annotated ?? 0, clip.end)
  }
  const videos = videosOf(dataset)
  let done = 0
  const boxes = await inParallel(
    videos,
    jobs,
    async (video) => {
      const found = await boxProblems(video, sources)
      progress({ task: `hand boxes of ${dataset.name}`, done: ++done, total: videos.length, unit: 'files' })
      return found
    },
    signal,
  )
  const absent = boxes.filter((found) => found === 'absent').length
  return [
    ...dataset.splits.flatMap((split) => clipProblems(dataset, split, sources)),
    ...leaks(dataset, sources),
    ...boxes.flatMap((found) => (found === 'absent' ? [] : found)),
    ...(absent > 0
      ? [note('boxes/absent', dataset.root, `${absent} of ${videos.length} videos have no hand boxes`)]
      : []),
    ...classNotes(dataset),
  ]
}
