import { scoreCandidates } from 'egolens'
import { agree } from './harness/agree.js'
import type { Bench, Benchmark } from './harness/bench.js'
import { languageSetting, someIds } from './harness/language.js'
import { ourSide } from './harness/machine.js'
import { milliseconds, timed } from './harness/step.js'

/** Five answers to one question on one video. */
export const candidates: Benchmark = {
  name: 'candidates',
  about: 'likelihoods of five answers over one prefix of 500 tokens, computed once, against five passes',
  goals: { ratio: 3 },
  run,
}

async function run(bench: Bench): Promise<void> {
  const { config, model, prefix } = languageSetting(bench)
  const answers = Array.from({ length: 5 }, (_, i) => someIds(4 + i, config.vocabulary, i))
  bench.set({ answers: answers.length, longest: Math.max(...answers.map(({ length }) => length)) })
  const sum = (scores: readonly { sum: number }[]) => scores.reduce((all, score) => all + score.sum, 0)
  const together = () => sum(scoreCandidates(model, prefix, answers))
  const apart = () => sum(answers.flatMap((answer) => scoreCandidates(model, prefix, [answer])))
  bench.side('ours', await ourSide())
  agree(bench, 'five passes', together(), apart())
  const samples = await bench.interleave({ ours: timed(together), apart: timed(apart) })
  bench.figure('together', 'ms', milliseconds(samples.ours))
  bench.figure('apart', 'ms', milliseconds(samples.apart))
  bench.ratio(samples.ours, samples.apart)
}
