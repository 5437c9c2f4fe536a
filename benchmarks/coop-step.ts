import { join } from 'node:path'
import { F, Generator, optim, randn, safetensors, scope, setNumThreads, type Tensor, tensor } from '@egolens/torch'
import { type Backbone, type Batch, createMethod, type LabelSets, type Method } from 'egolens'
import { agree } from './harness/agree.js'
import type { Bench, Benchmark } from './harness/bench.js'
import { ourSide } from './harness/machine.js'
import { Peer } from './harness/peer.js'
import { median } from './harness/statistics.js'
import { batchOf, milliseconds, roundLabels, timed } from './harness/step.js'
import { nouns, textBackbone, writeTextClip } from './harness/text-setting.js'

/** A training step of CoOp: all class texts through the text tower, there and back. */
export const coopStep: Benchmark = {
  name: 'coop-step',
  about: 'CoOp training step, 300 class texts through the text tower of B/16, against the same algebra in Python',
  goals: { ratio: 1 },
  run,
}

const CHUNK = 64

async function run(bench: Bench): Promise<void> {
  setNumThreads(bench.threads)
  const sizes = bench.quick
    ? { clips: 4, frames: 2, classes: 5, contextTokens: 4 }
    : { clips: 32, frames: 16, classes: 300, contextTokens: 16 }
  bench.set({ ...sizes, classChunk: CHUNK, optimizer: 'sgd', dtype: 'float32' })
  const dir = join(bench.folder, 'clip')
  await writeTextClip(dir, bench.quick)
  const backbone = await textBackbone(dir)
  const labels = nouns(sizes.classes)
  const batch = makeBatch(sizes, backbone.image.width)
  const make = (options: Record<string, unknown>) => stepper(sizes, backbone, labels, batch, options)

  const ours = make({})
  const file = join(bench.folder, 'step.safetensors')
  scope(() => {
    const { ids, ends } = backbone.text.tokenize(labels.noun!.names)
    const given = { ids, ends: int64(ends), labels: batch.labels.noun!, full: batch.features.full! }
    safetensors.save(file, { ...given, context: ours.context })
  })
  const first = ours.step()
  const side = await ourSide()
  bench.side('ours', side)
  using peer = await Peer.python(bench, 'coop-step', side.blas)
  if (peer) {
    const heads = bench.quick ? 2 : 8
    await peer.ask({ run: 'load', weights: join(dir, 'model.safetensors'), given: file, heads, chunk: CHUNK })
    agree(bench, 'Python', first, Number((await peer.ask({ run: 'step' })).loss))
  }
  const whole = make({ sharePrefix: false })
  agree(bench, 'whole texts', first, whole.step())
  const recomputed = make({ recompute: true })
  agree(bench, 'computing twice', first, recomputed.step())

  const samples = await bench.interleave({
    ours: timed(ours.step),
    python: peer && (() => peer.seconds({ run: 'step' })),
    whole: timed(whole.step),
    recomputed: timed(recomputed.step),
  })
  bench.figure('step', 'ms', milliseconds(samples.ours))
  bench.figure('wholeTextsStep', 'ms', milliseconds(samples.whole))
  bench.figure('recomputedStep', 'ms', milliseconds(samples.recomputed))
  bench.ratio(samples.ours, samples.whole, 'prefixShared')
  bench.ratio(samples.recomputed, samples.ours, 'recompute')
  if (samples.python) {
    bench.figure('pythonStep', 'ms', milliseconds(samples.python))
    if (bench.comparable('ours', 'python')) bench.ratio(samples.ours, samples.python)
  }
  bench.say(`a step is ${(1e3 * median(samples.ours)).toFixed(0)} ms`)
}

interface Sizes {
  clips: number
  frames: number
  classes: number
  contextTokens: number
}

function makeBatch({ clips, frames, classes }: Sizes, width: number): Batch {
  const full = randn([clips, frames, width], { generator: new Generator(2) })
  return batchOf(clips, { features: { full }, labels: { noun: roundLabels(clips, classes) } })
}

interface Stepper {
  /** The learned vectors. */
  context: Tensor
  /** One training step; gives the loss before it. */
  step(): number
}

function stepper(
  { frames, contextTokens }: Sizes,
  backbone: Backbone,
  labels: LabelSets,
  batch: Batch,
  options: Record<string, unknown>,
): Stepper {
  const setting = { backbone, components: ['noun' as const], generator: new Generator(1), frames }
  const method: Method = createMethod('coop', { contextTokens, classChunk: CHUNK, ...options }, setting)
  const [context] = method.module.parameters()
  const optimizer = new optim.SGD([context!], { lr: 2e-3, momentum: 0.9, weightDecay: 5e-4 })
  const step = () =>
    scope(() => {
      const { logits } = method.forward(batch, method.classes(labels))
      const loss = F.crossEntropy(logits.noun!, batch.labels.noun!)
      optimizer.zeroGrad()
      method.backward!(loss)
      optimizer.step()
      return loss.item()
    })
  return { context: context!, step }
}

const int64 = (values: readonly number[]) => tensor(values, { dtype: 'int64' })
