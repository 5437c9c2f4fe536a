import { F, memory, nn, optim, randn, scope, setNumThreads, trimMemory } from '@egolens/torch'
import { frames } from 'egolens'
import type { Bench, Benchmark } from './harness/bench.js'
import { ourSide } from './harness/machine.js'
import { Peer } from './harness/peer.js'
import { slope } from './harness/statistics.js'
import { makeVideo } from './harness/video.js'

/** What stays after many steps: tensors, bytes, resident memory. */
export const leak: Benchmark = {
  name: 'leak',
  about: 'memory over many training steps and many videos; the headline is the resident memory of Python over ours',
  run,
}

const WIDTH = 256
const SAMPLES = 20

async function run(bench: Bench): Promise<void> {
  setNumThreads(bench.threads)
  const steps = bench.quick ? 20 : 5000
  const warmUp = bench.quick ? 10 : 5000
  bench.set({ warmUp, steps, width: WIDTH, videos: bench.quick ? 2 : 40 })
  const batch = bench.quick ? 4 : 128
  const model = new nn.Sequential(new nn.Linear(WIDTH, WIDTH), new nn.GELU(), new nn.Linear(WIDTH, WIDTH))
  const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-4 })
  const x = randn([batch, WIDTH])
  const step = () =>
    scope(() => {
      const loss = F.mseLoss(model.forward(x), x)
      loss.backward()
      optimizer.step()
      optimizer.zeroGrad()
      return loss.item()
    })
  // Until V8's heap and glibc's have grown to what the steps need.
  for (let i = 0; i < warmUp; i++) {
    step()
    if (i % 100 === 0) await new Promise(setImmediate)
  }
  bench.figure('residentAfterWarmUp', 'MiB', [process.memoryUsage.rss() / 2 ** 20])
  const ours = await ourSide()
  bench.side('ours', ours)
  using peer = await Peer.python(bench, 'leak', ours.blas)

  const seen = { tensors: [] as number[], bytes: [] as number[], resident: [] as number[] }
  for (let sample = 0; sample < SAMPLES; sample++) {
    for (let i = 0; i < steps / SAMPLES; i++) step()
    const { tensors, bytes } = memory()
    seen.tensors.push(tensors)
    seen.bytes.push(bytes)
    seen.resident.push(process.memoryUsage.rss() / 2 ** 20)
    bench.say(`${((sample + 1) * steps) / SAMPLES} steps: ${tensors} tensors, ${bytes} bytes`)
    await new Promise(setImmediate)
  }
  const perThousand = (values: number[]) => [(slope(values.slice(SAMPLES / 2)) * SAMPLES * 1000) / steps]
  bench.figure('tensorsPer1000Steps', 'tensors', perThousand(seen.tensors))
  bench.figure('bytesPer1000Steps', 'bytes', perThousand(seen.bytes))
  bench.figure('residentPer1000Steps', 'MiB', perThousand(seen.resident))
  bench.figure('resident', 'MiB', [seen.resident.at(-1)!])
  bench.figure('residentGrowth', '%', [100 * (seen.resident.at(-1)! / seen.resident[0]! - 1)])
  if (peer) {
    const { resident } = await peer.ask({ run: 'train', steps, batch, width: WIDTH })
    bench.figure('pythonResident', 'MiB', [Number(resident)])
    if (bench.comparable('ours', 'python')) bench.ratio([seen.resident.at(-1)!], [Number(resident)])
  }
  trimMemory()
  bench.figure('residentAfterTrim', 'MiB', [process.memoryUsage.rss() / 2 ** 20])
  await videos(bench)
}

/** Reading videos, to the end and not, leaves no process, file or memory behind. */
async function videos(bench: Bench): Promise<void> {
  const handles = () => process.getActiveResourcesInfo().filter((name) => /Process|Pipe/.test(name)).length
  const before = handles()
  const video = makeVideo(bench.folder, { width: 320, height: 240, seconds: 2, rate: 20 })
  const resident: number[] = []
  for (let i = 0; i < (bench.quick ? 2 : 40); i++) {
    for await (const frame of frames(video, { every: 0.1 })) if (i % 2 === 1 && frame.index > 5) break
    await new Promise((resolve) => setTimeout(resolve, 10))
    resident.push(process.memoryUsage.rss() / 2 ** 20)
  }
  bench.figure('residentPerVideo', 'MiB', [slope(resident.slice(resident.length >> 1))])
  await new Promise((resolve) => setTimeout(resolve, 200))
  bench.figure('handlesLeft', 'handles', [handles() - before])
}
