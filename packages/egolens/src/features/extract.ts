import { basename } from 'node:path'
import { setImmediate as yieldToEvents } from 'node:timers/promises'
import type { ImageEncoder } from '../encoders/types.js'
import { EgoLensError } from '../errors.js'
import { type Progress, silent } from '../progress.js'
import { frames, type ImageOptions } from '../video/index.js'
import { BatchEncoder, batches, bytesHeld, type Lane } from './batch.js'
import { type Clock, type Seconds, stopwatch } from './clock.js'
import type { CropProvider } from './crops.js'
import { gridSteps } from './grid.js'
import { frameSpace } from './space.js'
import type { FeatureStore } from './store.js'
import type { FeatureSpace, View } from './types.js'
import { timesToDecode } from './windows.js'
import { groupBySource, type Span, type Work } from './work.js'

export interface ExtractOptions {
  /** What is wanted: clips, or whole videos as spans of their length. */
  clips: readonly Span[]
  /** One encoder, or the classification and the context encoder; a frame is decoded once for all. */
  encoders: readonly ImageEncoder[]
  views: readonly View[]
  /** Needed for the view `hand`. */
  crops?: CropProvider
  /** Seconds between the grid's times. */
  every: number
  store: FeatureStore
  /** Work on every count-th source only, so that several processes share the sources. */
  shard?: { index: number; count: number }
  /** Frames encoded at a time. */
  batch?: number
  /** Bytes of features that are held before they are written; 512 MiB, which only pixels reach. */
  held?: number
  /** For sources that are folders or tars of images, where their clips do not say it. */
  images?: ImageOptions
  progress?: Progress
  /** Stops between batches; what is written stays. */
  signal?: AbortSignal
}

/** A source that could not be read. */
export interface Failure {
  source: string
  code: string
  message: string
}

export interface ExtractReport {
  /** Sources looked at, and among them those whose features were all there already. */
  sources: number
  complete: number
  /** Frames, or windows of frames, encoded now. */
  frames: number
  failures: Failure[]
  /** Where the time went. */
  seconds: Seconds
}

/** A report to add to. */
export const nothingDone = (): ExtractReport => ({
  sources: 0,
  complete: 0,
  frames: 0,
  failures: [],
  seconds: { hash: 0, decode: 0, hands: 0, preprocess: 0, encode: 0, write: 0 },
})

/**
 * Encodes every frame that clips need, once, into the store; an encoder that sees windows has one around each of the
 * grid's times. Sources are decoded one after the other, each in one
 * pass; what is in the store already is left alone, so a run that was stopped goes on where it was. A source that
 * cannot be read is put in the report, and the run goes on.
 *
 * @throws EgoLensError `features/no-crops` where the hand view is asked for without boxes
 * @example
 * const report = await extract({ clips: dataset.clips('train'), encoders: [clip.image], views: ['full'], every: 0.25, store })
 */
export async function extract(options: ExtractOptions): Promise<ExtractReport> {
  const lanes = makeLanes(options)
  const { every, store, shard, progress = silent } = options
  const works = groupBySource(options.clips).filter((_, i) => !shard || i % shard.count === shard.index)
  const report = { ...nothingDone(), sources: works.length }
  const clock = stopwatch(report.seconds)
  const counts = works.map((work) => gridSteps(work.ranges, every).length)
  const total = counts.reduce((a, b) => a + b, 0)
  const tell = (done: number, work: Work) =>
    progress({ task: 'features', done, total, unit: 'frames', note: basename(work.source) })
  let done = 0
  try {
    for (const [i, work] of works.entries()) {
      options.signal?.throwIfAborted()
      await extractSource(work, lanes, options, report, clock, (frames) => tell(done + frames, work))
      done += counts[i]!
      tell(done, work)
    }
  } finally {
    await store.sources.flush()
  }
  return report
}

function makeLanes({ encoders, views, every, crops }: ExtractOptions): Lane[] {
  if (views.includes('hand') && !crops) {
    throw new EgoLensError('features/no-crops', 'the hand view needs boxes of hands', {
      cure: 'name a provider of boxes (file or ssd), or take the full view alone',
    })
  }
  const lanes = encoders.flatMap((encoder) =>
    views.map((view) => ({ encoder, view, space: frameSpace(encoder, view, every, crops?.id) })),
  )
  const seen = new Set<string>()
  return lanes.filter(({ space }) => !seen.has(JSON.stringify(space)) && seen.add(JSON.stringify(space)))
}

/** Encodes what one source lacks; a source that cannot be read goes to the report. */
async function extractSource(
  work: Work,
  lanes: Lane[],
  options: ExtractOptions,
  report: ExtractReport,
  clock: Clock,
  tell: (frames: number) => void,
): Promise<void> {
  const { store, held = 512 * 1024 ** 2 } = options
  try {
    const plan = await planSource(work, lanes, options, clock)
    if (plan.wanted.length === 0) {
      report.complete++
      return
    }
    const most = Math.max(1, Math.floor(held / bytesHeld(plan.lanes)))
    for (let from = 0; from < plan.wanted.length; from += most) {
      const part = { ...plan, wanted: plan.wanted.slice(from, from + most) }
      const results = await encodeSource(work, part, options, clock, (frames) => tell(from + frames))
      report.frames += part.wanted.length
      await clock('write', async () => {
        for (const { space, features } of results) await store.write(space, plan.hash, features, plan.originOf(space))
      })
    }
  } catch (error) {
    if (!(error instanceof EgoLensError)) throw error
    report.failures.push({ source: work.source, code: error.code, message: error.line })
  }
}

interface Plan {
  hash: string
  /** Those that lack something: what is there already is not encoded and written again. */
  lanes: Lane[]
  /** Grid times that at least one lane lacks. */
  wanted: number[]
  originOf(space: FeatureSpace): string
}

async function planSource(work: Work, lanes: Lane[], options: ExtractOptions, clock: Clock): Promise<Plan> {
  const { store, crops, views } = options
  const hash = await clock('hash', () => store.sources.hash(work.source))
  const hands = views.includes('hand') ? crops : undefined
  const origin = (await clock('hands', async () => hands?.sourceId?.(work.source))) ?? ''
  // At another rate, or counted from another number, other images lie at the grid's times.
  const zero = work.zeroNumber === undefined ? '' : `from number ${work.zeroNumber} `
  const rate = work.frameRate === undefined ? '' : `${work.frameRate} images a second ${zero}`
  const originOf = (space: FeatureSpace) => rate + (space.view === 'hand' ? origin : '')
  const times = new Set<number>()
  const lacking: Lane[] = []
  for (const lane of lanes) {
    const missing = await store.missing(lane.space, hash, work.ranges, originOf(lane.space))
    if (missing.length > 0) lacking.push(lane)
    for (const time of missing) times.add(time)
  }
  return { hash, lanes: lacking, wanted: [...times].sort((a, b) => a - b), originOf }
}

async function encodeSource(
  { source, frameRate, zeroNumber }: Work,
  { lanes, wanted }: Plan,
  { crops, batch = 48, signal, ...options }: ExtractOptions,
  clock: Clock,
  tell: (frames: number) => void,
): Promise<ReturnType<BatchEncoder['results']>> {
  const images = {
    ...options.images,
    ...(frameRate === undefined ? {} : { frameRate }),
    ...(zeroNumber === undefined ? {} : { zeroNumber }),
  }
  const times = timesToDecode(
    lanes.map(({ encoder }) => encoder),
    wanted,
  )
  const hands = lanes.some(({ view }) => view === 'hand')
  const boxes = hands ? await clock('hands', () => crops!.boxes(source, times, images)) : []
  const boxAt = new Map(times.map((time, i) => [time, boxes[i]]))
  const encoder = new BatchEncoder(lanes, wanted, clock, batch)
  for await (const group of batches(frames(source, { ...images, times }), batch, clock)) {
    const boxesOf = group.map((frame) => boxAt.get(frame.at))
    encoder.add(group, boxesOf, crops?.zeroWithoutBox)
    tell(encoder.count)
    await yieldToEvents()
    signal?.throwIfAborted()
  }
  return encoder.results()
}
