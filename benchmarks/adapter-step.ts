import { join } from 'node:path'
import { F, Generator, noGrad, optim, randn, safetensors, scope, setNumThreads, type Tensor } from '@egolens/torch'
import { type Batch, createMethod, type Method } from 'egolens'
import { agree } from './harness/agree.js'
import type { Bench, Benchmark } from './harness/bench.js'
import { ourSide } from './harness/machine.js'
import { ourMalloc, Peer } from './harness/peer.js'
import { median } from './harness/statistics.js'
import { batchOf, cachedBackbone, milliseconds, roundLabels, timed } from './harness/step.js'

/** A training step of X-MIC on cached features: forward, loss, backward, AdamW. */
export const adapterStep: Benchmark = {
  name: 'adapter-step',
  about: 'X-MIC training step on cached features, against the same closed form in Python',
  goals: { ratio: 1 },
  run,
}

interface Sizes {
  clips: number
  frames: number
  width: number
  classes: number
}

async function run(bench: Bench): Promise<void> {
  setNumThreads(bench.threads)
  const sizes = bench.quick
    ? { clips: 4, frames: 2, width: 16, classes: 5 }
    : { clips: 128, frames: 16, width: 512, classes: 300 }
  const steps = bench.quick ? 1 : 2
  bench.set({ ...sizes, streams: 2, steps, optimizer: 'adamw', dtype: 'float32' })

  const generator = new Generator(1)
  const method = createMethod('x-mic', { preset: 'code' }, { ...setting(sizes), generator })
  const { batch, texts } = inputs(sizes, generator)
  const file = join(bench.folder, 'step.safetensors')
  scope(() => {
    const given = { texts, labels: batch.labels.noun!, hand: batch.features.hand!, full: batch.context.full! }
    safetensors.save(file, { ...method.module.stateDict(), ...given })
  })

  const closed = stepper(method, () => method.forward(batch, { noun: texts }).logits.noun!, batch)
  const closedLoss = closed()
  const ours = await ourSide()
  bench.side('ours', ours)
  using peer = await Peer.python(bench, 'adapter-step', ours.blas)
  using tuned = await Peer.python(bench, 'adapter-step', ours.blas, ourMalloc)
  if (peer && tuned) {
    for (const side of [peer, tuned]) await side.ask({ run: 'load', path: file })
    agree(bench, 'Python', closedLoss, Number((await peer.ask({ run: 'step', steps: 1 })).loss))
    await tuned.ask({ run: 'step', steps: 1 })
  }

  // The same module; only the classifier is written with the [B, K, D] tensor.
  const plainMethod = createMethod('x-mic', { preset: 'code' }, { ...setting(sizes), generator: new Generator(1) })
  const plain = stepper(plainMethod, () => plainLogits(plainMethod, batch, texts), batch)
  agree(bench, 'the materialised form', closedLoss, plain())

  const samples = await bench.interleave({
    ours: timed(closed, steps),
    ...(peer ? { python: () => peer.seconds({ run: 'step', steps }) } : {}),
    ...(tuned ? { tuned: () => tuned.seconds({ run: 'step', steps }) } : {}),
    plain: timed(plain, steps),
  })
  bench.figure('step', 'ms', milliseconds(samples.ours))
  bench.figure(
    'clipsPerSecond',
    'clips/s',
    samples.ours.map((s) => sizes.clips / s),
  )
  bench.figure('plainStep', 'ms', milliseconds(samples.plain))
  bench.ratio(samples.ours, samples.plain, 'vsPlain')
  if (samples.python && samples.tuned) {
    bench.figure('pythonStep', 'ms', milliseconds(samples.python))
    bench.figure('pythonStepWithOurMalloc', 'ms', milliseconds(samples.tuned))
    if (bench.comparable('ours', 'python')) {
      bench.ratio(samples.ours, samples.python)
      bench.ratio(samples.ours, samples.tuned, 'vsPythonWithOurMalloc')
    }
  }
  bench.set({ parameters: method.module.parameters().reduce((sum, p) => sum + p.numel, 0) })
  bench.say(`a step is ${(1e3 * median(samples.ours)).toFixed(0)} ms`)
}

const setting = ({ width, frames }: Sizes) => ({
  backbone: cachedBackbone(width),
  components: ['noun' as const],
  frames,
})

function inputs({ clips, frames, width, classes }: Sizes, generator: Generator): { batch: Batch; texts: Tensor } {
  const features = () => randn([clips, frames, width], { generator })
  const [hand, full] = [features(), features()]
  const given = { features: { hand, full }, context: { hand, full } }
  const batch = batchOf(clips, { ...given, labels: { noun: roundLabels(clips, classes) } })
  const texts = noGrad(() => scope(() => F.normalize(randn([classes, width], { generator }))))
  return { batch, texts }
}

/** One training step; gives the loss before it. */
function stepper(method: Method, logits: () => Tensor, batch: Batch): () => number {
  const optimizer = new optim.AdamW(method.module.parameters(), { lr: 5e-4, betas: [0.9, 0.98], weightDecay: 0.01 })
  return () =>
    scope(() => {
      const loss = F.crossEntropy(logits(), batch.labels.noun!)
      loss.backward()
      optimizer.step()
      optimizer.zeroGrad()
      return loss.item()
    })
}

function plainLogits(method: Method, { features, context }: Batch, texts: Tensor): Tensor {
  const module = method.module as Method['module'] & {
    adapter: { forward(views: Tensor[]): Tensor }
    lambda: Tensor
    logitScale: Tensor
  }
  const video = F.normalize(features.hand!.mean(1))
  const views = method.needs.context.map((view) => F.normalize(context[view]!))
  const condition = module.adapter.forward(views).mul(module.lambda)
  const adapted = texts.unsqueeze(0).add(condition.unsqueeze(1)) // [B, K, D]
  const cosines = F.normalize(adapted).matmul(video.unsqueeze(-1)).squeeze(-1)
  return cosines.mul(module.logitScale.exp())
}
