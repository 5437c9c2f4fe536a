import { basename } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { noGrad, outsideScopes, scope } from '@egolens/torch'
import type { Component, LabelSets, UntrimmedVideo } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import type { VideoFeatures } from '../features/types.js'
import type { Progress } from '../progress.js'
import { type Adapter, loadAdapter, readAdapterInfo } from '../training/adapter.js'
import { refuseLongNames } from '../training/class-names.js'
import { release, scoreClips } from '../training/evaluate.js'
import type { Stream } from '../training/frame-table.js'
import { encodersOf, streamsOf, viewsOf } from '../training/loader.js'
import { ensureFeatures } from '../training/resources.js'
import { probe } from '../video/timeline.js'
import { resolveRun } from '../weights/resolve-run.js'
import { type Calibration, parseCalibration } from './calibration.js'
import { handNotes } from './hand-notes.js'
import { type FrameChanges, frameChanges, motionCue } from './motion.js'
import { type Recognition, recognise } from './recognise.js'
import { type Frozen, frozenModels, type HandChoice } from './recogniser.models.js'
import { sideBySide } from './side-by-side.js'
import { unknownWorldNote } from './small-world.js'
import type { AnnotatedVideo, ScoredVideo, WindowScores } from './types.js'

export interface RecogniserOptions {
  /** Other classes than those trained on; only for methods that transfer to new labels. */
  labels?: LabelSets
  /** Where features are kept; a video that is recognised twice is encoded once. */
  store?: string
  /** Another source of hand boxes than the adapters were trained with. */
  hands?: HandChoice
}

export interface WorkOptions {
  /** Images a second, where the source is a folder or a tar of images. */
  frameRate?: number
  /** The image number at time 0 there; the smallest there is, if not said. */
  zeroNumber?: number
  progress?: Progress
  signal?: AbortSignal
}

type Provider = HandChoice['provider']

interface Member {
  directory: string
  adapter: Adapter
  frozen: Frozen
  /** The class texts, encoded. */
  classes: unknown
}

/**
 * Trained adapters, one or one a component, ready to find actions in videos.
 *
 * @example
 * const recogniser = await Recogniser.open(['runs/kitchen-verb', 'runs/kitchen-noun'])
 * const { segments } = await recogniser.recognise('breakfast.mp4')
 * recogniser.dispose()
 */
export class Recogniser {
  private constructor(
    private readonly members: Member[],
    /** The classes that are recognised. */
    readonly labels: LabelSets,
    readonly calibration: Calibration | undefined,
    private readonly options: RecogniserOptions,
  ) {}

  /**
   * @param runs their directories, each with adapter.json and adapter.safetensors, or their names in the Hugging Face cache
   * @throws EgoLensError `adapter/not-found`, `recognition/component-twice`, `recognition/other-labels`, `adapter/...`
   */
  static async open(runs: readonly string[], options: RecogniserOptions = {}): Promise<Recogniser> {
    if (runs.length === 0) throw new EgoLensError('recognition/no-adapter', 'no trained run was named')
    const shared = new Map<string, Promise<Frozen>>()
    const members: Member[] = []
    const labels: LabelSets = {}
    for (const run of runs) {
      const directory = await resolveRun(run)
      const info = await readAdapterInfo(directory)
      const frozen = await frozenModels(info, options, shared)
      const adapter = await loadAdapter(directory, frozen.resources.backbone)
      for (const component of info.components) {
        if (labels[component]) {
          throw new EgoLensError('recognition/component-twice', `a second run recognises ${component}s`, {
            where: directory,
          })
        }
        labels[component] = chosenLabels(adapter, component, options.labels, directory)
      }
      refuseLongNames(frozen.resources.backbone.text, labels)
      const classes = outsideScopes(() => noGrad(() => scope(() => adapter.method.classes(labels))))
      members.push({ directory, adapter, frozen, classes })
    }
    const calibration = commonCalibration(members)
    const holds = calibration?.hands === handsUsed(members, options.hands)
    return new Recogniser(members, labels, holds ? calibration : undefined, options)
  }

  /** Where hand boxes come from; undefined when no adapter looks at hands. */
  get hands(): Provider | undefined {
    return handsUsed(this.members, this.options.hands)
  }

  /** Finds the actions of a video. */
  async recognise(source: string, work: WorkOptions = {}): Promise<Recognition> {
    const video = await this.video(source, work)
    const found = await recognise(video, this.labels, this.calibration, work)
    return { ...found, notes: [...(await this.notes(source)), ...found.notes] }
  }

  /** A video whose windows can be scored: finds its features first. */
  async video(source: string, work: WorkOptions = {}): Promise<ScoredVideo> {
    const { frameRate, zeroNumber } = work
    const images = frameRate === undefined ? {} : { frameRate, ...(zeroNumber === undefined ? {} : { zeroNumber }) }
    const { duration } = await probe(source, images)
    const whole = { source, video: source, start: 0, end: duration, ...images }
    for (const { adapter, frozen } of this.members) {
      const { needs } = adapter.method
      await ensureFeatures(frozen.resources, [whole], viewsOf(needs), {
        // What moves, and whether anything is done, is told from features, also where the method sees pixels.
        encoders: [...new Set([...encodersOf(needs), 'image' as const])],
        progress: work.progress,
        signal: work.signal,
      })
    }
    let changes: Promise<FrameChanges | undefined> | undefined
    const scorer: ScoredVideo['scorer'] = async (windows) => {
      changes ??= this.changes(source)
      const found = await changes
      const scores = await this.score(source, windows)
      return found ? { ...scores, cues: windows.map((window) => motionCue(found, window)) } : scores
    }
    const frames = await this.frames(source)
    return { id: basename(source), duration, scorer, ...(frames ? { frames } : {}) }
  }

  /** The same of a video whose actions are known, for calibration and evaluation. */
  async annotated(video: UntrimmedVideo, work: WorkOptions = {}): Promise<AnnotatedVideo> {
    const scored = await this.video(video.source, {
      ...work,
      ...(video.frameRate ? { frameRate: video.frameRate } : {}),
      ...(video.zeroNumber === undefined ? {} : { zeroNumber: video.zeroNumber }),
    })
    return {
      ...scored,
      id: video.id,
      segments: video.segments.map(({ start, end, verb, noun }) => ({ start, end, verb, noun })),
    }
  }

  /** Frees the adapters and their class vectors; the frozen models go with the last reference to them. */
  dispose(): void {
    for (const { adapter, classes } of this.members) {
      adapter.method.module.dispose()
      release(classes)
    }
  }

  private async score(source: string, windows: readonly { start: number; end: number }[]): Promise<WindowScores> {
    const clips = windows.map(({ start, end }, i) => ({ id: String(i), video: source, source, start, end }))
    const scores: WindowScores = {}
    for (const { adapter, frozen, classes } of this.members) {
      const { features } = frozen.resources
      const found = await scoreClips(adapter.method, clips, this.labels, { features, classes })
      for (const component of adapter.info.components) scores[component] = found[component]!.map((clip) => clip.logits)
    }
    return scores
  }

  /** Features of the first adapter's frames: its views side by side, each of unit length. */
  private async frames(source: string): Promise<VideoFeatures | undefined> {
    const { adapter, frozen } = this.members[0]!
    const { features } = frozen.resources
    const seen = streamsOf(adapter.method.needs).map(
      (stream): Stream => (stream.encoder === 'pixels' ? { encoder: 'image', view: stream.view } : stream),
    )
    const streams = new Map(seen.map((stream) => [features.key(stream), stream]))
    const views: VideoFeatures[] = []
    for (const stream of streams.values()) {
      const found = await features.read(stream, source)
      if (!found || found.times.length !== (views[0] ?? found).times.length) return undefined
      views.push(found)
    }
    return views.length > 0 ? sideBySide(views) : undefined
  }

  private async changes(source: string): Promise<FrameChanges | undefined> {
    const { features } = this.members[0]!.frozen.resources
    const frames = await features.read({ encoder: 'image', view: 'full' }, source)
    return frames && frameChanges(frames)
  }

  private async notes(source: string): Promise<string[]> {
    const uses = this.members.map(({ adapter: { info, method } }) => ({
      trained: info.features.hands.provider,
      used: viewsOf(method.needs).includes('hand'),
    }))
    const hands = handNotes(uses, this.options.hands, source)
    const embedded = this.members.some(({ adapter }) => adapter.info.backbone.clip === 'small')
    const unknown = embedded ? await unknownWorldNote(source) : undefined
    return unknown ? [unknown, ...hands] : hands
  }
}

function chosenLabels({ info, method }: Adapter, component: Component, given: LabelSets | undefined, where: string) {
  const own = info.labels[component]!
  const wanted = given?.[component]
  if (!wanted || isDeepStrictEqual(wanted.names, own.names)) return own
  if (method.transfersToNewLabels) return wanted
  throw new EgoLensError('recognition/other-labels', `${info.method} was trained for its own ${component}s alone`, {
    where,
    cure: 'use a method that transfers to new labels, such as x-mic',
  })
}

function handsUsed(members: readonly Member[], choice: HandChoice | undefined): Provider | undefined {
  const looking = members.find(({ adapter }) => viewsOf(adapter.method.needs).includes('hand'))
  return looking && (choice?.provider ?? (looking.adapter.info.features.hands.provider as Provider))
}

/** Adapters that were calibrated together hold the same calibration; any other combination is not calibrated. */
function commonCalibration(members: Member[]): Calibration | undefined {
  const [first, ...others] = members.map(({ adapter }) => adapter.info.calibration)
  if (!first || others.some((other) => !isDeepStrictEqual(other, first))) return undefined
  return parseCalibration(first, members[0]!.directory)
}
