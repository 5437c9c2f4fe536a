import { readFileSync } from 'node:fs'
import { Generator, noGrad, randn, scope, setNumThreads } from '@egolens/torch'
import { type Clip, createMethod, type FeatureSource, scoreClips, type VideoFeatures } from 'egolens'
import type { Bench, Benchmark } from './harness/bench.js'
import { clock } from './harness/clock.js'
import { ourSide } from './harness/machine.js'
import { median } from './harness/statistics.js'
import { cachedBackbone } from './harness/step.js'
import { nouns } from './harness/text-setting.js'

/** X-MIC over a test set: from features in the store's form to scores of every clip. */
export const xmicScore: Benchmark = {
  name: 'xmic-score',
  about: 'scoring 10,000 clips of cached features with X-MIC, against the time of its matrix products alone',
  // At most one and a half times the time of the products; at most 10^9 bytes.
  goals: { shareOfGemmRate: 2 / 3, gigabyteOverPeak: 1 },
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
  const sizes: Sizes = bench.quick
    ? { clips: 20, frames: 4, width: 16, classes: 5 }
    : { clips: 10_000, frames: 16, width: 512, classes: 521 }
  const gigaflop = (flopAClip(sizes) * sizes.clips) / 1e9
  bench.set({ ...sizes, streams: 2, gigaflop })

  const method = createMethod('x-mic', { preset: 'code' }, setting(sizes))
  const labels = nouns(sizes.classes)
  const texts = randn([sizes.classes, sizes.width], { generator: new Generator(2) })
  const clips = Array.from({ length: sizes.clips }, (_, i) => clipOf(i, sizes))
  const features = cachedFeatures(sizes)
  let parts = { load: 0, score: 0 }
  const samples = await bench.interleave({
    ours: async () => {
      const start = clock()
      let loaded = start
      const { noun } = await scoreClips(method, clips, labels, {
        features,
        classes: { noun: texts },
        progress: ({ task, done }) => {
          if (task === 'scoring: features' && done === sizes.clips) loaded = clock()
        },
      })
      if (noun!.length !== sizes.clips) throw new Error(`${noun!.length} clips were scored`)
      parts = { load: loaded - start, score: clock() - loaded }
      return clock() - start
    },
    gemm: () => gemmSeconds(sizes, gigaflop),
  })
  bench.side('ours', await ourSide())
  bench.figure('score', 's', samples.ours)
  bench.figure('ofWhichTableOfFeatures', 's', [parts.load])
  bench.figure('products', 's', samples.gemm)
  bench.figure(
    'clipsPerSecond',
    'clips/s',
    samples.ours.map((s) => sizes.clips / s),
  )
  bench.figure(
    'gemmRate',
    'GFLOP/s',
    samples.gemm.map((s) => gigaflop / s),
  )
  bench.figure(
    'shareOfGemmRate',
    'of 1',
    samples.ours.map((s, i) => samples.gemm[i]! / s),
  )
  const peak = peakResident()
  bench.figure('peakResident', 'MB', [peak / 1e6])
  bench.figure('gigabyteOverPeak', 'times', [1e9 / peak])
  bench.say(`${(median(samples.ours) / median(samples.gemm)).toFixed(2)} times the products`)
}

const setting = ({ width, frames }: Sizes) => ({
  backbone: cachedBackbone(width),
  components: ['noun' as const],
  frames,
  generator: new Generator(1),
})

/** Every clip is a video of its own, so that no frame is held for two. */
function clipOf(i: number, { frames, classes }: Sizes): Clip {
  const id = String(i)
  return { id, video: id, source: id, start: 0, end: frames * EVERY, noun: i % classes }
}

const EVERY = 0.25 // seconds

/** Both views of each video, cut from one pool of numbers: making them takes no time. */
function cachedFeatures({ frames, width }: Sizes): FeatureSource {
  const pool = randn([64 * frames, width], { generator: new Generator(3) }).dataView() as Float32Array
  const times = Float64Array.from({ length: frames }, (_, i) => i * EVERY)
  return {
    key: ({ view }) => view,
    read: async ({ view }, source): Promise<VideoFeatures> => {
      const from = ((Number(source) * 7 + (view === 'hand' ? 13 : 0)) % 63) * frames * width
      return { times, values: pool.subarray(from, from + frames * width), width }
    },
  }
}

/** Multiplications and additions of one clip's matrix products: b_S, twice b_T, the meta-net, the classifier. */
function flopAClip({ frames: n, width: d, classes }: Sizes): number {
  const block = (sequences: number, length: number) => {
    const tokens = sequences * length
    const linears = tokens * (3 * d * d + d * d + 2 * d * Math.round(d / 4))
    return linears + 2 * sequences * length * length * d
  }
  const metaNet = 2 * d * Math.floor(d / 16)
  return 2 * (block(n, 2) + 2 * block(1, n) + metaNet + 2 * classes * d)
}

/** Seconds that as many operations take as large plain products. */
function gemmSeconds({ frames, width }: Sizes, gigaflop: number): number {
  const rows = 256 * frames
  return scope(() =>
    noGrad(() => {
      const [x, w] = [randn([rows, width]), randn([3 * width, width])]
      const times = 8
      const start = clock()
      for (let i = 0; i < times; i++) scope(() => x.matmul(w.t()))
      const took = clock() - start
      return (took / times / (6 * rows * width * width)) * gigaflop * 1e9
    }),
  )
}

/** Bytes that the process held at its peak; the same as now where the system does not say. */
function peakResident(): number {
  try {
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1])
  } catch {
    return process.memoryUsage.rss()
  }
}
