import { setImmediate as yieldToEvents } from 'node:timers/promises'
import type { ImageEncoder } from '../encoders/types.js'
import { EgoLensError } from '../errors.js'
import { type Progress, silent } from '../progress.js'
import { type Frame, frames, type ImageOptions } from '../video/index.js'
import { BatchEncoder, type Lane } from './batch.js'
import { type Seconds, stopwatch } from './clock.js'
import type { CropProvider } from './crops.js'
import { frameSpace } from './space.js'
import type { FeatureStore } from './store.js'
import type { FeatureSpace, View } from './types.js'
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
  /** For sources that are folders or tars of images. */
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
  /** Frames decoded and encoded now. */
  frames: number
  failures: Failure[]
  /** Where the time went; decoding runs beside the rest, so only waiting for it counts. */
  seconds: Seconds
}

/**
 * Encodes every frame that clips need, once, into the store. Sources are decoded one after the other, each in one
 * pass; what is in the store already is left alone, so a run that was stopped goes on where it was. A source that
 * cannot be read is put in the report, and the run goes on.
 *
 * @throws EgoLensError `features/no-crops` where the hand view is asked for without boxes
 * @example
 * const report = await extract({ clips: dataset.clips('train'), encoders: [clip.image], views: ['full'], every: 0.25, store })
 */
export async function extract(options: ExtractOptions): Promise<ExtractReport> {
  const lanes = makeLanes(options)
  const { store, shard, progress = silent } = options
  const works = groupBySource(options.clips).filter((_, i) => !shard || i % shard.count === shard.index)
  const report: ExtractReport = {
    sources: works.length,
    complete: 0,
    frames: 0,
    failures: [],
    seconds: { hash: 0, decode: 0, hands: 0, preprocess: 0, encode: 0, write: 0 },
  }
  let done = 0
  for (const work of works) {
    options.signal?.throwIfAborted()
    try {
      await extractSource(work, lanes, options, report, (note) =>
        progress({ task: 'features', done, total: works.length, unit: 'videos', note }),
      )
    } catch (error) {
      if (!(error instanceof EgoLensError)) throw error
      report.failures.push({ source: work.source, code: error.code, message: error.line })
    }
    done++
    progress({ task: 'features', done, total: works.length, unit: 'videos', note: `${report.frames} frames` })
  }
  await store.sources.flush()
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

async function extractSource(
  work: Work,
  lanes: Lane[],
  options: ExtractOptions,
  report: ExtractReport,
  tell: (note: string) => void,
): Promise<void> {
  const { store, batch = 48, signal } = options
  const clock = stopwatch(report.seconds)
  const hash = await clock('hash', () => store.sources.hash(work.source))
  const hands = options.views.includes('hand') ? options.crops : undefined
  const origin = await clock('hands', async () => (await hands?.sourceId?.(work.source)) ?? '')
  const originOf = (lane: { space: FeatureSpace }) => (lane.space.view === 'hand' ? origin : '')
  const wanted = await wantedTimes(lanes, (lane) => store.missing(lane.space, hash, work.ranges, originOf(lane)))
  if (wanted.length === 0) {
    report.complete++
    return
  }
  const boxes = hands ? await clock('hands', () => hands.boxes(work.source, wanted)) : []
  const encoder = new BatchEncoder(lanes, wanted.length, clock)
  const boxAt = new Map(wanted.map((time, i) => [time, boxes[i]]))
  let group: Frame[] = []
  const flush = async () => {
    encoder.add(
      group,
      group.map((frame) => boxAt.get(frame.at)),
    )
    report.frames += group.length
    group = []
    tell(`${report.frames} frames`)
    await yieldToEvents()
    signal?.throwIfAborted()
  }
  const decoded = frames(work.source, { ...options.images, times: wanted })[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await clock('decode', () => decoded.next())
      if (next.done) break
      group.push(next.value)
      if (group.length === batch) await flush()
    }
    if (group.length > 0) await flush()
  } finally {
    await decoded.return?.(undefined)
  }
  await clock('write', async () => {
    for (const { space, features } of encoder.results()) await store.write(space, hash, features, originOf({ space }))
  })
}

async function wantedTimes(lanes: Lane[], missing: (lane: Lane) => Promise<number[]>): Promise<number[]> {
  const times = new Set<number>()
  for (const lane of lanes) for (const time of await missing(lane)) times.add(time)
  return [...times].sort((a, b) => a - b)
}
