import { join } from 'node:path'
import { setNumThreads } from '@egolens/torch'
import { HandDetector } from 'egolens'
import type { Bench, Benchmark } from './harness/bench.js'
import { clock } from './harness/clock.js'
import { ourSide } from './harness/machine.js'
import { onnxSession } from './harness/onnxruntime.js'
import { Peer } from './harness/peer.js'
import { stills } from './harness/pictures.js'
import { ANCHORS, SIDE, ssdGraph } from './harness/ssd-graph.js'
import { exportSsd } from './harness/ssd-onnx.js'
import { tensorflowJs } from './harness/tfjs.js'

/** The hand detector on whole pictures: resize, network on the picture and its mirror image, boxes. */
export const hands: Benchmark = {
  name: 'hands',
  about: 'hand detection, picture and mirror image, against the same network in Python',
  goals: { ratio: 1, frames: 8 },
  run,
}

async function run(bench: Bench): Promise<void> {
  setNumThreads(bench.threads)
  const count = bench.quick ? 1 : 16
  const views = 2 // the picture and its mirror image
  bench.set({ frames: count, views, dtype: 'float32' })
  const detector = await HandDetector.load()
  const pictures = [...stills(count)]
  const detect = (mirror: boolean) => () => {
    const start = clock()
    for (const picture of pictures) detector.detect([picture], { mirror })
    return (clock() - start) / count
  }
  detect(true)()
  const ours = await ourSide()
  bench.side('ours', ours)

  const graph = ssdGraph()
  using peer = await Peer.python(bench, 'hands', ours.blas)
  if (peer) {
    await peer.ask({ run: 'load', folder: graph.folder })
  }
  const model = join(bench.folder, 'ssd.onnx')
  exportSsd(graph, views, model)
  const ort = await onnxSession(bench, model)
  if (ort && peer) await agree(bench, peer, ort)
  const tfjs = bench.quick ? undefined : await tensorflowJs(bench, graph)
  const noise = Float32Array.from({ length: views * SIDE * SIDE * 3 }, (_, i) => Math.sin(i))

  const samples = await bench.interleave({
    ours: detect(true),
    python: peer && (() => peer.seconds({ run: 'detect', views, frames: count })),
    ort:
      ort &&
      (async () => {
        const start = clock()
        for (let i = 0; i < count; i++) await ort({ pixels: { data: noise, shape: [views, SIDE, SIDE, 3] } })
        return (clock() - start) / count
      }),
    once: detect(false),
    tfjs,
  })
  const rate = (of: readonly number[]) => of.map((s) => 1 / s)
  bench.figure('frames', 'frames/s', rate(samples.ours))
  bench.figure('framesWithoutMirror', 'frames/s', rate(samples.once))
  if (samples.python) {
    bench.figure('pythonNetworkAlone', 'frames/s', rate(samples.python))
    if (bench.comparable('ours', 'python')) bench.ratio(samples.ours, samples.python)
  }
  if (samples.ort) {
    bench.figure('onnxruntimeNetworkAlone', 'frames/s', rate(samples.ort))
    bench.ratio(samples.ours, samples.ort, 'vsOrt')
  }
  if (samples.tfjs) {
    bench.figure('tfjsOneView', 'frames/s', rate(samples.tfjs))
    bench.ratio(samples.once, samples.tfjs, 'oneViewVsTfjs')
  }
  bench.note('ours: resize, network, boxes; the peers: the network alone')
  detector.dispose()
}

/** The exported graph gives what Python's walk over the original gives. */
async function agree(bench: Bench, peer: Peer, ort: NonNullable<Awaited<ReturnType<typeof onnxSession>>>) {
  const one = Float32Array.from({ length: SIDE * SIDE * 3 }, (_, i) => Math.sin(i * 0.001))
  const two = new Float32Array(2 * one.length)
  two.set(one)
  two.set(one, one.length)
  const [theirs, exported] = [
    await peer.ask({ run: 'check', values: [...one] }),
    await ort({ pixels: { data: two, shape: [2, SIDE, SIDE, 3] } }),
  ]
  if (exported.codes!.dims[1] !== ANCHORS) throw new Error('the exported graph has another number of boxes')
  const pairs = (['codes', 'logits'] as const).map((name) => [theirs[name] as number[], exported[name]!.data] as const)
  const off = Math.max(...pairs.flatMap(([a, b]) => a.map((value, i) => Math.abs(value - b[i]!))))
  bench.say(`largest difference of the exported graph: ${off.toExponential(1)}`)
  if (!(off < 1e-2)) throw new Error('the exported graph gives other boxes')
}
