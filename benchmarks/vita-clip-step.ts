import { join } from 'node:path'
import { F, Generator, noGrad, optim, randn, safetensors, scope, setNumThreads, type Tensor } from '@egolens/torch'
import { type Backbone, type Batch, createMethod, loadClip } from 'egolens'
import { agree } from './harness/agree.js'
import type { Bench, Benchmark } from './harness/bench.js'
import { ourSide } from './harness/machine.js'
import { Peer } from './harness/peer.js'
import { tiny, vitB16, writeRandomClip } from './harness/random-clip.js'
import { median } from './harness/statistics.js'
import { batchOf, milliseconds, roundLabels, timed } from './harness/step.js'

/** A training step of Vita-CLIP from pixels: frames through a ViT-B/16, there and back. */
export const vitaClipStep: Benchmark = {
  name: 'vita-clip-step',
  about: 'Vita-CLIP training step from pixels, ViT-B/16, class texts given, against the same algebra in Python',
  goals: { ratio: 1 },
  run,
}

async function run(bench: Bench): Promise<void> {
  setNumThreads(bench.threads)
  const size = bench.quick ? tiny : vitB16
  const sizes = bench.quick ? { clips: 2, frames: 2, classes: 5 } : { clips: 1, frames: 8, classes: 300 }
  bench.set({ model: bench.quick ? 'tiny' : 'ViT-B/16', ...sizes, optimizer: 'adamw', dtype: 'float32' })
  const dir = join(bench.folder, 'clip')
  await writeRandomClip(dir, size)
  const { image, text } = await loadClip(dir)
  const backbone: Backbone = { image, context: image, text, logitScale: Math.log(100) }
  const { batch, texts } = inputs(sizes, size.image, image.width)
  const make = (options: Record<string, unknown>) => stepper(backbone, sizes.frames, batch, texts, options)

  const ours = make({})
  const file = join(bench.folder, 'step.safetensors')
  scope(() => {
    const visual = Object.entries(ours.state).filter(([name]) => !name.startsWith('text.'))
    const given = { texts, labels: batch.labels.noun!, pixels: batch.pixels.full! }
    safetensors.save(file, { ...Object.fromEntries(visual), ...given })
  })
  const first = ours.step()
  const side = await ourSide()
  bench.side('ours', side)
  using peer = await Peer.python(bench, 'vita-clip-step', side.blas)
  if (peer) {
    for (const form of ['published', 'beside']) {
      const weights = join(dir, 'model.safetensors')
      await peer.ask({ run: 'load', weights, given: file, heads: size.heads, patch: size.patch })
      agree(bench, `Python (${form})`, first, Number((await peer.ask({ run: 'step', form })).loss))
    }
  }

  const samples = await bench.interleave({
    ours: timed(ours.step),
    python: peer && (() => peer.seconds({ run: 'step', form: 'beside' })),
    published: peer && (() => peer.seconds({ run: 'step', form: 'published' })),
  })
  bench.figure('step', 'ms', milliseconds(samples.ours))
  if (samples.python && samples.published) {
    bench.figure('pythonStep', 'ms', milliseconds(samples.python))
    bench.figure('pythonPublishedStep', 'ms', milliseconds(samples.published))
    if (bench.comparable('ours', 'python')) {
      bench.ratio(samples.ours, samples.python)
      bench.ratio(samples.ours, samples.published, 'besideVsPythonPublished')
    }
  }
  bench.say(`a step is ${(1e3 * median(samples.ours)).toFixed(0)} ms`)
}

interface Stepper {
  /** One training step; gives the loss before it. */
  step(): number
  state: Record<string, Tensor>
}

function stepper(backbone: Backbone, frames: number, batch: Batch, texts: Tensor, options: object): Stepper {
  const setting = { backbone, components: ['noun' as const], generator: new Generator(1), frames }
  const method = createMethod('vita-clip', options, setting)
  const optimizer = new optim.AdamW(method.module.parameters(), { lr: 4e-4, weightDecay: 0.05 })
  const step = () =>
    scope(() => {
      const loss = F.crossEntropy(method.forward(batch, { noun: texts }).logits.noun!, batch.labels.noun!)
      method.backward!(loss)
      optimizer.step()
      optimizer.zeroGrad()
      return loss.item()
    })
  return { step, state: method.module.stateDict() }
}

function inputs(
  { clips, frames, classes }: Record<'clips' | 'frames' | 'classes', number>,
  side: number,
  width: number,
) {
  const generator = new Generator(2)
  const full = randn([clips, frames, 3, side, side], { generator })
  const batch = batchOf(clips, { pixels: { full }, labels: { noun: roundLabels(clips, classes) } })
  return { batch, texts: noGrad(() => scope(() => F.normalize(randn([classes, width], { generator })))) }
}
