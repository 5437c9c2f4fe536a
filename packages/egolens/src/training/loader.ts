import type { Tensor } from '@egolens/torch'
import { tensor } from '@egolens/torch'
import type { Clip, Component } from '../datasets/types.js'
import type { View } from '../features/types.js'
import type { Batch, Needs } from '../methods/types.js'
import type { FrameTable, Stream } from './frame-table.js'
import { random, shuffled } from './random.js'
import { evenFrames, firstFrames, laggingFrames, randomFrames } from './sampling.js'

/** Which clips and frames a batch holds; `gather` turns it into tensors. */
export interface BatchPlan {
  /** Indexes of clips. */
  clips: number[]
  /** For each clip, N indexes of its own frames. */
  frames: number[][]
  /** The adapter path's frames, where they differ. */
  contextFrames?: number[][]
}

export interface LoaderOptions {
  batch: number
  /** Seeds the order of clips and the frames drawn. */
  seed: number
  components: Component[]
  /** Evaluate with the adapter path's frames half a step late, as the public X-MIC code does on Ego4D. */
  contextLag?: boolean
  /** Evaluate with frames at the start of their steps, as the public X-MIC code does on EGTEA Gaze+. */
  stepStart?: boolean
}

/** The streams that a method reads. */
export function streamsOf(needs: Needs): Stream[] {
  const encoder = needs.clip === 'pixels' ? 'pixels' : 'image'
  const image = needs.views.map((view): Stream => ({ encoder, view }))
  const context = needs.context.map((view): Stream => ({ encoder: 'context', view }))
  return [...image, ...context]
}

/** The views that a method reads, whichever the encoder. */
export function viewsOf(needs: Needs): View[] {
  return [...new Set(streamsOf(needs).map(({ view }) => view))]
}

/** What has to be found for a method: of methods that work on features, those of both encoders. */
export function encodersOf({ clip, context }: Needs): Stream['encoder'][] {
  if (clip === 'features') return ['image', 'context']
  return context.length > 0 ? ['pixels', 'context'] : ['pixels']
}

/** Where a stream stands in a batch. */
const placeOf = { image: 'features', context: 'context', pixels: 'pixels' } as const

/** Batches of a set of clips. Both paths of a method see the same frames of a clip. */
export class ClipLoader {
  constructor(
    readonly table: FrameTable,
    private readonly needs: Needs,
    private readonly options: LoaderOptions,
  ) {}

  get stepsPerEpoch(): number {
    return Math.ceil(this.table.clips.length / this.options.batch)
  }

  /**
   * An epoch of training: every clip once, in an order and with frames drawn from seed and epoch alone.
   * @param from the first step, when a run resumes within an epoch
   */
  *training(epoch: number, from = 0): Generator<BatchPlan> {
    const { batch, seed } = this.options
    const order = shuffled(this.table.clips.length, random(seed, 'order', epoch))
    for (let step = from; step < this.stepsPerEpoch; step++) {
      const clips = order.slice(step * batch, (step + 1) * batch)
      const draw = random(seed, 'frames', epoch, step)
      yield { clips, frames: clips.map((clip) => randomFrames(this.table.length(clip), this.needs.frames, draw)) }
    }
  }

  /** Every clip once, in order, with evenly spread frames. */
  *evaluation(): Generator<BatchPlan> {
    const { batch, contextLag, stepStart } = this.options
    for (let from = 0; from < this.table.clips.length; from += batch) {
      const count = Math.min(batch, this.table.clips.length - from)
      const clips = Array.from({ length: count }, (_, i) => from + i)
      const choose = (rule: typeof evenFrames) => clips.map((clip) => rule(this.table.length(clip), this.needs.frames))
      const rule = stepStart ? firstFrames : evenFrames
      yield { clips, frames: choose(rule), ...(contextLag ? { contextFrames: choose(laggingFrames) } : {}) }
    }
  }

  /** The tensors of a batch: call it inside the scope that the batch lives in. */
  gather({ clips, frames, contextFrames }: BatchPlan): Batch {
    const members = clips.map((index) => this.table.clips[index]!)
    const batch: Batch = { ids: members.map((clip) => clip.id), features: {}, context: {}, pixels: {}, labels: {} }
    const lent = new Map<string, Tensor>()
    for (const stream of streamsOf(this.needs)) {
      const late = stream.encoder === 'context' && contextFrames !== undefined
      const key = `${late} ${this.table.keyOf(stream)}`
      const held = lent.get(key) ?? this.table.gather(stream, clips, late ? contextFrames : frames)
      lent.set(key, held)
      batch[placeOf[stream.encoder]][stream.view] = held
    }
    for (const component of this.options.components) {
      if (members.some((clip) => clip[component] === undefined)) continue
      batch.labels[component] = tensor(
        members.map((clip) => clip[component]!),
        { dtype: 'int64' },
      )
    }
    return batch
  }
}

/** Clips that have a label for each component; others cannot be learned from or scored. */
export function labelled(clips: readonly Clip[], components: Component[]): Clip[] {
  return clips.filter((clip) => components.every((component) => clip[component] !== undefined))
}
