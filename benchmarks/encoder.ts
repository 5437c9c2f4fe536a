import { join } from 'node:path'
import { Generator, noGrad, randn, safetensors, scope, setNumThreads, type Tensor } from '@egolens/torch'
import { type ClipModel, loadClip, resolveCompute } from 'egolens'
import type { Bench, Benchmark } from './harness/bench.js'
import { clock, seconds } from './harness/clock.js'
import { ourSide } from './harness/machine.js'
import { onnxSession } from './harness/onnxruntime.js'
import { Peer } from './harness/peer.js'
import { pictures } from './harness/pictures.js'
import { type TowerSize, tiny, vitB16, writeRandomClip } from './harness/random-clip.js'
import { median } from './harness/statistics.js'
import { exportVit } from './harness/vit-onnx.js'

/** CLIP's image tower, the dearest part of extraction. */
export const encoder: Benchmark = {
  name: 'encoder',
  about: 'ViT-B/16 with random weights on batches of 16, float32 against Python with the same folded algebra',
  goals: { ratio: 1, autoVsOrtFp32: 1.7, shareOfGemmRate: 0.7, leastCosine: 0.999 },
  run,
}

async function run(bench: Bench): Promise<void> {
  setNumThreads(bench.threads)
  const size = bench.quick ? tiny : vitB16
  const batch = bench.quick ? 2 : 16
  const auto = resolveCompute('auto')
  bench.set({ model: bench.quick ? 'tiny' : 'ViT-B/16', batch, auto, gigaflopAnImage: gigaflop(size) })

  const dir = join(bench.folder, 'clip')
  await writeRandomClip(dir, size)
  const weights = join(dir, 'model.safetensors')
  const [exact, fast] = [await loadClip(dir), await loadClip(dir, { compute: auto })]
  const pixels = randn([batch, 3, size.image, size.image], { generator: new Generator(3) })
  const first = encodeWith(exact, pixels).first
  const ours = await ourSide()
  bench.side('ours', ours)

  using peer = await Peer.python(bench, 'encoder', ours.blas)
  if (peer) {
    const pixelFile = join(bench.folder, 'pixels.safetensors')
    safetensors.save(pixelFile, { pixels })
    await peer.ask({ run: 'load', path: weights, heads: size.heads, patch: size.patch, pixels: pixelFile })
    for (const form of ['folded', 'plain']) {
      agree(bench, `Python (${form})`, first, (await peer.ask({ run: 'encode', form, batches: 1 })).first as number[])
    }
  }
  const model = join(bench.folder, 'vit.onnx')
  exportVit(weights, size, batch, model)
  const ort = await onnxSession(bench, model)
  const input = { pixels: { data: pixels.toTypedArray() as Float32Array, shape: pixels.shape } }
  if (ort) agree(bench, 'ONNX Runtime', first, [...(await ort(input)).features!.data.slice(0, size.joint)])

  const samples = await bench.interleave({
    ours: () => encodeWith(exact, pixels).seconds,
    python: peer && (() => peer.seconds({ run: 'encode', form: 'folded', batches: 1 })),
    auto: () => encodeWith(fast, pixels).seconds,
    ort: ort && (() => seconds(() => ort(input))),
    plain: peer && (() => peer.seconds({ run: 'encode', form: 'plain', batches: 1 })),
    gemm: () => gemmSeconds(size, batch, 'float32'),
    autoGemm: () => gemmSeconds(size, batch, auto),
  })
  const rate = (of: readonly number[]) => of.map((s) => batch / s)
  bench.figure('float32', 'images/s', rate(samples.ours))
  bench.figure('auto', 'images/s', rate(samples.auto))
  const gemm = (of: readonly number[]) => of.map((s) => (gigaflop(size) * batch) / s)
  bench.figure('gemmRate', 'GFLOP/s', gemm(samples.gemm))
  bench.figure('autoGemmRate', 'GFLOP/s', gemm(samples.autoGemm))
  bench.figure(
    'shareOfGemmRate',
    'of 1',
    samples.ours.map((s, i) => samples.gemm[i]! / s),
  )
  bench.figure(
    'autoShareOfGemmRate',
    'of 1',
    samples.auto.map((s, i) => samples.autoGemm[i]! / s),
  )
  bench.ratio(samples.auto, samples.ours, 'autoVsFloat32')
  if (samples.python && samples.plain) {
    bench.figure('python', 'images/s', rate(samples.python))
    bench.figure('pythonPlain', 'images/s', rate(samples.plain))
    if (bench.comparable('ours', 'python')) {
      bench.ratio(samples.ours, samples.python)
      bench.ratio(samples.ours, samples.plain, 'foldedVsPythonPlain')
    }
  }
  if (samples.ort) {
    bench.figure('onnxruntime', 'images/s', rate(samples.ort))
    bench.ratio(samples.ours, samples.ort, 'vsOrtFp32')
    bench.ratio(samples.auto, samples.ort, 'autoVsOrtFp32')
  }
  closeness(bench, exact, fast, 'random')
  const small = await Promise.all([loadClip('small'), loadClip('small', { compute: auto })])
  closeness(bench, small[0], small[1], 'small')
}

function encodeWith(model: ClipModel, pixels: Tensor): { seconds: number; first: number[] } {
  const start = clock()
  const features = scope(() => model.image.encode(pixels).toTypedArray() as Float32Array)
  return { seconds: clock() - start, first: [...features.slice(0, model.image.width)] }
}

/** Multiplications and additions of one image's matrix products. */
function products({ width, image, patch, joint, layers }: TowerSize): [rows: number, inner: number, columns: number][] {
  const n = (image / patch) ** 2 + 1
  const layer: [number, number, number][] = [
    [n, width, 3 * width],
    [n, width, n],
    [n, n, width],
    [n, width, width],
    [n, width, 4 * width],
    [n, 4 * width, width],
  ]
  const patches: [number, number, number] = [n - 1, 3 * patch * patch, width]
  return [patches, ...Array.from({ length: layers }, () => layer).flat(), [1, width, joint]]
}

function gigaflop(size: TowerSize): number {
  return products(size).reduce((sum, [m, k, n]) => sum + 2 * m * k * n, 0) / 1e9
}

/** Seconds that as many operations take as large plain products: what the encoder's rate is held against. */
function gemmSeconds(size: TowerSize, batch: number, dtype: 'float32' | 'bfloat16'): number {
  const { width, image, patch } = size
  const rows = batch * ((image / patch) ** 2 + 1)
  return scope(() =>
    noGrad(() => {
      const x = randn([rows, width]).to(dtype)
      const w = randn([4 * width, width]).to(dtype)
      const times = 4
      const start = clock()
      for (let i = 0; i < times; i++) scope(() => x.matmul(w.t()))
      const took = clock() - start
      return (took / times / (8 * rows * width * width)) * gigaflop(size) * 1e9 * batch
    }),
  )
}

/** Cosine and top-1 agreement of the default precision with float32 over frames of the small world. */
function closeness(bench: Bench, exact: ClipModel, fast: ClipModel, which: 'random' | 'small'): void {
  const count = bench.quick ? 8 : 1000
  const classes =
    which === 'small' ? exact.text.encode(captions) : randn([300, exact.image.width], { generator: new Generator(7) })
  const cosines: number[] = []
  let same = 0
  for (const pixels of pictures(count, exact.image.preprocessing, 50)) {
    scope(() => {
      const [a, b] = [exact, fast].map((model) => unit(model.image.encode(pixels)))
      cosines.push(...(a!.mul(b!).sum(-1).toTypedArray() as Float32Array))
      const [x, y] = [a!, b!].map((features) => features.matmul(unit(classes).t()).argmax(-1))
      same += x!.eq(y!).sum().item()
    })
    pixels.dispose()
    if (cosines.length % 200 === 0) bench.say(`precision on ${which} weights: ${cosines.length} of ${count} frames`)
  }
  const suffix = which === 'small' ? 'OfSmall' : ''
  bench.figure(`leastCosine${suffix}`, 'of 1', [cosines.reduce((a, b) => Math.min(a, b))])
  bench.figure(`medianCosine${suffix}`, 'of 1', [median(cosines)])
  bench.figure(`top1Agreement${suffix}`, 'of 1', [same / cosines.length])
}

const captions = [
  'cup',
  'knife',
  'plate',
  'bowl',
  'pan',
  'bottle',
  'apple',
  'bread',
  'tomato',
  'spoon',
  'lid',
  'sponge',
]

const unit = (x: Tensor): Tensor => x.div(x.norm(2, -1, true))

function agree(bench: Bench, who: string, ours: number[], theirs: number[]): void {
  const off = Math.max(...ours.map((value, i) => Math.abs(value - theirs[i]!)))
  const size = Math.max(...ours.map(Math.abs))
  bench.say(`${who}: largest difference of a feature ${(off / size).toExponential(1)} of the largest value`)
  if (!(off < 1e-3 * size)) throw new Error(`${who} computes other features: the two cannot be compared`)
}
