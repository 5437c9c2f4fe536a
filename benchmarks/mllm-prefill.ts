import { KeyValueCache } from 'egolens'
import { agree } from './harness/agree.js'
import type { Bench, Benchmark } from './harness/bench.js'
import { atGemmRate, languageWork, utilisation } from './harness/flops.js'
import { languagePeer, languageSetting, quietly, surprise } from './harness/language.js'
import { milliseconds, timed } from './harness/step.js'

/** A prompt's way through the language model into a new cache, and the logits behind it. */
export const mllmPrefill: Benchmark = {
  name: 'mllm-prefill',
  about: 'a prompt of 500 tokens into a new cache, against the same model written plainly in Python',
  goals: { ratio: 1 },
  run,
}

async function run(bench: Bench): Promise<void> {
  const setting = languageSetting(bench)
  const { config, model, prefix } = setting
  const length = prefix.shape[1]!
  const ours = (): number =>
    quietly(() => {
      const cache = new KeyValueCache(config.layers, 1, length)
      const hidden = model.forward(prefix, { cache })
      const found = surprise(model, hidden.narrow(1, length - 1, 1), 3).item()
      cache.dispose()
      return found
    })
  const first = ours()
  using peer = await languagePeer(bench, setting)
  if (peer) {
    agree(bench, 'Python', first, Number((await peer.ask({ run: 'prefill', id: 3 })).loss))
  }
  const { linear, attention, logits } = languageWork(config, length)
  const flops = length * linear + attention + logits
  const samples = await bench.interleave({
    ours: timed(ours),
    gemm: atGemmRate(config, length, flops),
    python: peer && (() => peer.seconds({ run: 'prefill', id: 3 })),
  })
  bench.figure('prefill', 'ms', milliseconds(samples.ours))
  bench.figure(
    'rate',
    'tokens/s',
    samples.ours.map((seconds) => length / seconds),
  )
  utilisation(bench, flops, samples.ours, samples.gemm)
  if (samples.python) {
    bench.figure('pythonPrefill', 'ms', milliseconds(samples.python))
    if (bench.comparable('ours', 'python')) bench.ratio(samples.ours, samples.python)
  }
}
