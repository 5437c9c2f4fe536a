import { join } from 'node:path'
import { F, Generator, noGrad, optim, randn, safetensors, scope, setNumThreads, type Tensor } from '@egolens/torch'
import { type Backbone, type Batch, createMethod, type LabelSets, type Method } from 'egolens'
import { agree } from './harness/agree.js'
import type { Bench, Benchmark } from './harness/bench.js'
import { ourSide } from './harness/machine.js'
import { ourMalloc, Peer } from './harness/peer.js'
import { median } from './harness/statistics.js'
import { batchOf, milliseconds, roundLabels, timed } from './harness/step.js'
import { nouns, textBackbone, writeTextClip } from './harness/text-setting.js'

/** A training step of EgoPrompt's second stage on cached features: forward, losses, backward, AdamW. */
export const egoPromptStep: Benchmark = {
  name: 'egoprompt-step',
  about: "EgoPrompt's second stage on cached features and kept class texts, against the same algebra in Python",
  goals: { ratio: 1 },
  run,
}

const components = ['verb', 'noun'] as const
/** As the recipes have it: heads are ten times slower than pool and fusion. */
const [LR, HEAD_SCALE] = [5e-4, 0.1]

async function run(bench: Bench): Promise<void> {
  setNumThreads(bench.threads)
  const sizes = bench.quick
    ? { clips: 4, frames: 2, verbs: 3, nouns: 5, poolSize: 8 }
    : { clips: 128, frames: 16, verbs: 97, nouns: 300, poolSize: 32 }
  const steps = bench.quick ? 1 : 2
  bench.set({ ...sizes, topN: 4, promptLength: 4, steps, optimizer: 'adamw', dtype: 'float32' })

  const clip = join(bench.folder, 'clip')
  await writeTextClip(clip, bench.quick)
  const { method, batch, labels } = prepare(sizes, await textBackbone(clip))
  const classes = noGrad(() => scope(() => method.classes(labels))) as Record<'verb' | 'noun', Tensor>
  const file = join(bench.folder, 'step.safetensors')
  scope(() => {
    const { verb, noun } = batch.labels
    const given = { 'texts.verb': classes.verb, 'texts.noun': classes.noun, frames: batch.features.full! }
    safetensors.save(file, { ...method.module.stateDict(), ...given, 'labels.verb': verb!, 'labels.noun': noun! })
  })

  const step = stepper(method, batch)
  const kept = () => step(() => classes)
  const eachStep = () => step(() => method.classes(labels))
  const ours = await ourSide()
  bench.side('ours', ours)
  using peer = await Peer.python(bench, 'egoprompt-step', ours.blas)
  using tuned = bench.quick ? undefined : await Peer.python(bench, 'egoprompt-step', ours.blas, ourMalloc)
  const first = kept()
  if (peer) {
    for (const side of tuned ? [peer, tuned] : [peer]) {
      await side.ask({ run: 'load', path: file })
      agree(bench, 'Python', first, Number((await side.ask({ run: 'step', steps: 1 })).loss))
    }
    // The second loss also sees the first step's gradients, choices and counts.
    agree(bench, 'Python', kept(), Number((await peer.ask({ run: 'step', steps: 1 })).loss))
  }

  const samples = await bench.interleave({
    ours: timed(kept, steps),
    ...(peer ? { python: () => peer.seconds({ run: 'step', steps }) } : {}),
    ...(tuned ? { tuned: () => tuned.seconds({ run: 'step', steps }) } : {}),
    eachStep: timed(eachStep),
  })
  bench.figure('step', 'ms', milliseconds(samples.ours))
  bench.figure('stepWithTexts', 'ms', milliseconds(samples.eachStep))
  bench.ratio(samples.ours, samples.eachStep, 'keptTextsVsEachStep')
  if (samples.python && bench.comparable('ours', 'python')) {
    bench.figure('pythonStep', 'ms', milliseconds(samples.python))
    bench.ratio(samples.ours, samples.python)
    if (samples.tuned) {
      bench.figure('pythonStepWithOurMalloc', 'ms', milliseconds(samples.tuned))
      bench.ratio(samples.ours, samples.tuned, 'vsPythonWithOurMalloc')
    }
  }
  bench.set({ parameters: method.module.parameters().reduce((sum, p) => sum + p.numel, 0) })
  bench.say(`a step is ${(1e3 * median(samples.ours)).toFixed(0)} ms`)
}

interface Sizes {
  clips: number
  frames: number
  verbs: number
  nouns: number
  poolSize: number
}

/** The method in its second stage, with strengths that are no longer 0, and a batch of random features. */
function prepare({ clips, frames, verbs, nouns: nounCount, poolSize }: Sizes, backbone: Backbone) {
  const generator = new Generator(1)
  const setting = { backbone, components: [...components], generator, frames }
  const method = createMethod('egoprompt', { poolSize }, setting)
  const second = method.stages!.at(-1)!
  method.enter!(second.name)
  method.module.train()
  for (const [name, parameter] of method.module.namedParameters()) {
    parameter.requiresGrad_(second.scale(name) !== 0)
    if (name === 'fusion.gamma') noGrad(() => void parameter.fill_(0.5))
  }
  const { noun } = nouns(nounCount)
  const labels: LabelSets = { noun: noun!, verb: { ...nouns(verbs).noun!, component: 'verb' } }
  const batch = batchOf(clips, {
    features: { full: randn([clips, frames, backbone.image.width], { generator }) },
    labels: { verb: roundLabels(clips, verbs), noun: roundLabels(clips, nounCount) },
  })
  return { method, batch, labels }
}

/** One training step with these class vectors; gives the loss before it. */
function stepper(method: Method, batch: Batch): (classes: () => unknown) => number {
  const part = (pattern: RegExp) =>
    method.module.namedParameters().flatMap(([name, p]) => (pattern.test(name) ? [p] : []))
  const groups = [
    { params: part(/^heads\./), lr: LR * HEAD_SCALE },
    { params: part(/^(pool|fusion)\./), lr: LR },
  ]
  const optimizer = new optim.AdamW(groups, { betas: [0.9, 0.98], weightDecay: 0.01 })
  return (classes) =>
    scope(() => {
      const { logits, aux } = method.forward(batch, classes())
      const losses = components.map((component) => F.crossEntropy(logits[component]!, batch.labels[component]!))
      const loss = [...losses, ...Object.values(aux!)].reduce((sum, one) => sum.add(one))
      loss.backward()
      optimizer.step()
      optimizer.zeroGrad()
      return loss.item()
    })
}
