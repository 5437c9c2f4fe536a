import { join } from 'node:path'
import { fromTypedArray, Generator, nn, optim, randn, safetensors, scope } from '@egolens/torch'
import { applyLora, nextTokenLoss } from 'egolens'
import { agree } from './harness/agree.js'
import type { Bench, Benchmark } from './harness/bench.js'
import { atGemmRate, languageWork, utilisation } from './harness/flops.js'
import { languagePeer, languageSetting, someIds } from './harness/language.js'
import { milliseconds, timed } from './harness/step.js'

/** A training step of low-rank layers in a frozen language model: forward, loss on the answers, backward, AdamW. */
export const mllmTrainStep: Benchmark = {
  name: 'mllm-train-step',
  about: 'a training step of LoRA on two sequences of 500 tokens, against the same model written plainly in Python',
  goals: { ratio: 1 },
  run,
}

const [BATCH, LR] = [2, 1e-3]
const DECAY = 0.02

async function run(bench: Bench): Promise<void> {
  const setting = languageSetting(bench)
  const { config, model, prefix } = setting
  const [length, targets] = [prefix.shape[1]!, bench.quick ? 4 : 32]
  const settings = { r: bench.quick ? 4 : 16, alpha: bench.quick ? 8 : 32, dropout: 0 }
  bench.set({ ...settings, batch: BATCH, targets, optimizer: 'adamw' })
  const generator = new Generator(2)
  const lora = applyLora(model, settings, { generator })
  // B begins at zero; here it does not, so that A has a gradient at once.
  for (const [name, tensor] of lora.namedParameters()) {
    if (name.includes('lora_B')) nn.init.normal_(tensor, 0, 0.02, generator)
  }
  const input = randn([BATCH, length, config.width], { generator })
  const ids = Array.from({ length: BATCH }, (_, row) => [
    ...Array(length - targets).fill(-100),
    ...someIds(targets, config.vocabulary, row),
  ])
  const labels = fromTypedArray(BigInt64Array.from(ids.flat(), BigInt), [BATCH, length])
  const given = join(bench.folder, 'lora.safetensors')
  const named = lora.namedParameters()
  scope(() => safetensors.save(given, { ...Object.fromEntries(named), input, labels }))
  const optimizer = new optim.AdamW(
    named.map(([, tensor]) => tensor),
    { lr: LR, weightDecay: DECAY },
  )
  const ours = (): number =>
    scope(() => {
      optimizer.zeroGrad()
      const loss = nextTokenLoss(model, model.forward(input), labels)
      loss.backward()
      optimizer.step()
      return loss.item()
    })
  const [first, second] = [ours(), ours()]
  using peer = await languagePeer(bench, setting)
  if (peer) {
    const { r, alpha } = settings
    await peer.ask({ run: 'lora', path: given, scale: alpha / r, lr: LR, decay: DECAY })
    agree(bench, 'Python', first, Number((await peer.ask({ run: 'step' })).loss))
    // The second loss also sees the first step's gradients.
    agree(bench, 'Python', second, Number((await peer.ask({ run: 'step' })).loss))
  }
  const { linear, attention, logits } = languageWork(config, length)
  const adapted = named.reduce((sum, [, { numel }]) => sum + numel, 0)
  // Frozen weights get no gradient, so that their way back is as long as the one there; low-rank ones take twice that.
  const each = BATCH * (2 * (length * linear + targets * logits) + 3 * attention + 6 * length * adapted)
  const samples = await bench.interleave({
    ours: timed(ours),
    gemm: atGemmRate(config, BATCH * length, each),
    python: peer && (() => peer.seconds({ run: 'step' })),
  })
  bench.figure('step', 'ms', milliseconds(samples.ours))
  bench.figure(
    'rate',
    'tokens/s',
    samples.ours.map((seconds) => (BATCH * length) / seconds),
  )
  utilisation(bench, each, samples.ours, samples.gemm)
  if (samples.python) {
    bench.figure('pythonStep', 'ms', milliseconds(samples.python))
    if (bench.comparable('ours', 'python')) bench.ratio(samples.ours, samples.python)
  }
}
