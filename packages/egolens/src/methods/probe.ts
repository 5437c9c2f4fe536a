import type { Generator, Tensor } from '@egolens/torch'
import { cat, empty, F, nn } from '@egolens/torch'
import { z } from 'zod'
import type { Component, LabelSets } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import { runBlocks, TransformerBlock } from './blocks.js'
import type { MethodDefinition, Output } from './types.js'
import { viewOf } from './video-vector.js'

const options = z.strictObject({
  views: z
    .array(z.enum(['full', 'hand']))
    .min(1)
    .default(['full', 'hand'])
    .describe('views that are put side by side'),
  width: z.int().min(8).default(256).describe('width of the temporal transformer'),
  layers: z.int().min(0).default(2).describe('its blocks; 0 averages the frames, so that their order is lost'),
  heads: z.int().min(1).default(4),
  dropout: z.number().min(0).lt(1).default(0.3).describe('on the frames and before the class heads'),
})
type ProbeOptions = z.output<typeof options>

/**
 * A plain supervised classifier on frozen frame features: what the features can tell when there is a label for every
 * class and no question of transfer. It is the ceiling that other methods are read against, not a published method.
 */
export const probe: MethodDefinition<ProbeOptions> = {
  name: 'probe',
  label: 'supervised probe',
  title: 'Supervised probe: a temporal transformer and class heads on frozen features; knows its training classes only',
  paper: 'no paper: an upper reference for the others',
  options,
  training: () => ({ epochs: 30, batch: 64, lr: 1e-3, weightDecay: 0.05, schedule: 'cosine', warmupEpochs: 2 }),
  tiedBy: () => ({ key: 'method', why: 'it has an output for each training class' }),
  create(options, { backbone, components, frames, generator, labels }) {
    const module = new Probe(options, backbone.context.width, frames, classCounts(labels, components), generator)
    const trainedOn = labels
    return {
      name: 'probe',
      needs: { clip: 'features', views: [], context: options.views, text: 'embeddings', frames },
      components,
      transfersToNewLabels: false,
      module,
      classesTrain: false,
      classes: (asked: LabelSets) => checkClasses(asked, trainedOn, components),
      forward(batch) {
        const views = options.views.map((view) => F.normalize(viewOf(batch.context, view, 'context')))
        return { logits: module.forward(cat(views, -1)) }
      },
    }
  },
}

class Probe extends nn.Module {
  private readonly input: nn.Linear
  private readonly positions: Tensor
  private readonly blocks: TransformerBlock[]
  private readonly norm: nn.LayerNorm
  private readonly drop: nn.Dropout
  private readonly verb?: nn.Linear
  private readonly noun?: nn.Linear

  constructor(
    { views, width, layers, heads, dropout }: ProbeOptions,
    from: number,
    frames: number,
    counts: Partial<Record<Component, number>>,
    generator: Generator,
  ) {
    super()
    this.input = new nn.Linear(from * views.length, width, { generator })
    this.positions = this.parameter('positions', nn.init.normal_(empty([frames, width]), 0, 0.02, generator))
    this.blocks = Array.from({ length: layers }, () => new TransformerBlock(width, { heads, mlpRatio: 2, generator }))
    this.norm = new nn.LayerNorm(width)
    this.drop = new nn.Dropout(dropout)
    if (counts.verb) this.verb = new nn.Linear(width, counts.verb, { generator })
    if (counts.noun) this.noun = new nn.Linear(width, counts.noun, { generator })
  }

  /** [B, N, views * d] -> [B, K] a component. */
  forward(x: Tensor): Output['logits'] {
    const frames = this.drop.forward(this.input.forward(x))
    const seen = this.blocks.length === 0 ? frames : runBlocks(this.blocks, frames.add(this.positions))
    const video = this.drop.forward(this.norm.forward(seen.mean(1)))
    return {
      ...(this.verb ? { verb: this.verb.forward(video) } : {}),
      ...(this.noun ? { noun: this.noun.forward(video) } : {}),
    }
  }
}

function classCounts(labels: LabelSets | undefined, components: Component[]): Partial<Record<Component, number>> {
  return Object.fromEntries(
    components.map((component) => {
      const set = labels?.[component]
      if (!set) throw new EgoLensError('method/no-labels', `the probe needs the ${component} classes it is trained on`)
      return [component, set.names.length]
    }),
  )
}

/** A class head has no meaning for another label set. */
function checkClasses(asked: LabelSets, trained: LabelSets | undefined, components: Component[]): null {
  for (const component of components) {
    const [a, b] = [asked[component]?.names, trained?.[component]?.names]
    if (a?.length === b?.length && a?.every((name, i) => name === b?.[i])) continue
    const message = `the probe was trained on the ${component} classes of ${trained?.[component]?.dataset}`
    throw new EgoLensError('method/other-labels', `${message} and cannot score those of ${asked[component]?.dataset}`, {
      cure: 'evaluate it on its own label set, or take a method that transfers, such as x-mic',
    })
  }
  return null
}
