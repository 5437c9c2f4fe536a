import { elementSize, randn, type Tensor } from '@egolens/torch'
import { type CausalLM, KeyValueCache } from 'egolens'
import { agree } from './harness/agree.js'
import type { Bench, Benchmark } from './harness/bench.js'
import { clock } from './harness/clock.js'
import { idRow, languagePeer, languageSetting, quietly, someIds, surprise } from './harness/language.js'
import { milliseconds } from './harness/step.js'

/** Tokens one by one behind a prompt: every weight is read once for each, so that memory sets the limit. */
export const mllmDecode: Benchmark = {
  name: 'mllm-decode',
  about:
    'tokens one by one behind a prompt of 500, against the same model written plainly in Python, and the limit of the memory',
  goals: { ratio: 1 },
  run,
}

async function run(bench: Bench): Promise<void> {
  const setting = languageSetting(bench)
  const { config, model, prefix } = setting
  const ids = someIds(bench.quick ? 3 : 32, config.vocabulary)
  bench.set({ tokens: ids.length })
  const bandwidth = readingRate(bench)
  const length = prefix.shape[1]!
  const cache = new KeyValueCache(config.layers, 1, length + ids.length)
  quietly(() => void model.forward(prefix, { cache }))
  // Seconds a token.
  const ours = (): { loss: number; seconds: number } => {
    const start = clock()
    let loss = 0
    for (const [i, id] of ids.slice(0, -1).entries()) {
      loss += quietly(() => surprise(model, model.forward(model.embed(idRow([id])), { cache }), ids[i + 1]!).item())
    }
    const seconds = (clock() - start) / (ids.length - 1)
    cache.crop(length)
    return { loss, seconds }
  }
  const first = ours()
  using peer = await languagePeer(bench, setting)
  if (peer) {
    agree(bench, 'Python', first.loss, Number((await peer.ask({ run: 'decode', ids })).loss))
  }
  const samples = await bench.interleave({
    ours: () => ours().seconds,
    python: peer && (() => peer.seconds({ run: 'decode', ids })),
  })
  cache.dispose()
  const limit = bytesAToken(model, length + ids.length / 2) / bandwidth
  bench.figure('token', 'ms', milliseconds(samples.ours))
  bench.figure(
    'rate',
    'tokens/s',
    samples.ours.map((seconds) => 1 / seconds),
  )
  bench.figure('limit', 'tokens/s', [1 / limit])
  bench.ratio(
    samples.ours,
    samples.ours.map(() => limit),
    'shareOfMemoryLimit',
  )
  if (samples.python) {
    bench.figure('pythonToken', 'ms', milliseconds(samples.python))
    if (bench.comparable('ours', 'python')) bench.ratio(samples.ours, samples.python)
  }
}

/** Bytes a second that a sum over far more than the caches hold reads, the best of several. */
function readingRate(bench: Bench): number {
  const values = randn([bench.quick ? 1 << 16 : 1 << 26])
  const rates = Array.from({ length: bench.pairs + 1 }, () => {
    const start = clock()
    quietly(() => values.sum().item())
    return (4 * values.numel) / (clock() - start)
  })
  values.dispose()
  bench.figure(
    'reading',
    'GB/s',
    rates.map((rate) => rate / 1e9),
  )
  return Math.max(...rates)
}

/** All weights but the embeddings, of which a row is read, and the keys and values of what came before. */
function bytesAToken(model: CausalLM, before: number): number {
  const { layers, keyValueHeads, headWidth } = model.config
  const size = elementSize(model.dtype)
  const weights = Object.entries(model.stateDict()).filter(([name]) => !name.includes('embed_tokens'))
  const sum = weights.reduce((bytes, [, { numel }]: [string, Tensor]) => bytes + numel * size, 0)
  return sum + 2 * layers * keyValueHeads * headWidth * before * size
}
