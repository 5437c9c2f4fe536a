import { join } from 'node:path'
import { F, Generator, memory, optim, randn, resetPeak, scope, setNumThreads, tensor, trimMemory } from '@egolens/torch'
import { type Backbone, type Batch, createMethod, loadClip } from 'egolens'
import type { Bench, Benchmark } from './harness/bench.js'
import { clock } from './harness/clock.js'
import { smallText, textB, tiny, vitB16, writeRandomClip } from './harness/random-clip.js'
import { nouns } from './harness/text-setting.js'

/** What a training step of the methods that see pixels takes of memory, activations kept or computed twice. */
export const pixelMemory: Benchmark = {
  name: 'pixel-memory',
  about: 'Peak memory of a training step of Vita-CLIP and MaPLe on ViT-B/16, class texts included',
  run,
}

const methods = { vitaClip: 'vita-clip', maple: 'maple' } as const
const ways = {
  Whole: {},
  Frames: { frameChunk: 8, recomputeFrames: true },
  Both: { classChunk: 64, recompute: true, frameChunk: 8, recomputeFrames: true },
}

async function run(bench: Bench): Promise<void> {
  setNumThreads(bench.threads)
  const size = bench.quick ? tiny : vitB16
  const [clips, frames] = bench.quick ? [2, 2] : [2, 8]
  bench.set({ model: bench.quick ? 'tiny' : 'ViT-B/16', clips, frames, dtype: 'float32' })
  const dir = join(bench.folder, 'clip')
  await writeRandomClip(dir, size, bench.quick ? smallText : textB)
  const { image, text } = await loadClip(dir)
  const backbone: Backbone = { image, context: image, text, logitScale: Math.log(100) }
  const full = randn([clips, frames, 3, size.image, size.image], { generator: new Generator(2) })
  const labels = tensor(
    Array.from({ length: clips }, (_, i) => i),
    { dtype: 'int64' },
  )
  const batch: Batch = { ids: ['a', 'b'], features: {}, context: {}, pixels: { full }, labels: { noun: labels } }
  for (const [short, name] of Object.entries(methods)) {
    for (const classes of bench.quick ? [5] : [300, 521]) {
      for (const [way, options] of Object.entries(ways)) {
        const depth = name === 'maple' ? { depth: bench.quick ? 2 : 9 } : {}
        const { peak, seconds } = stepOf(backbone, name, frames, classes, batch, { ...depth, ...options })
        bench.figure(`${short}${classes}${way}`, 'MiB', [peak / 2 ** 20])
        bench.figure(`${short}${classes}${way}Step`, 's', [seconds])
      }
    }
  }
}

/** One step, the first, which makes the optimiser's moments too. */
function stepOf(backbone: Backbone, name: string, frames: number, classes: number, batch: Batch, options: object) {
  const labels = nouns(classes)
  const setting = { backbone, components: ['noun' as const], generator: new Generator(1), frames }
  const method = createMethod(name, options, setting)
  const optimizer = new optim.AdamW(method.module.parameters(), { lr: 1e-4 })
  trimMemory()
  resetPeak()
  const [before, start] = [memory().bytes, clock()]
  scope(() => {
    const loss = F.crossEntropy(method.forward(batch, method.classes(labels)).logits.noun!, batch.labels.noun!)
    method.backward!(loss)
    optimizer.step()
  })
  const found = { peak: memory().peakBytes - before, seconds: clock() - start }
  optimizer.dispose()
  method.module.dispose()
  return found
}
