// npm run bench -- NAME... [--json] [--quick] [--threads N] [--cpu-time]
import { availableParallelism } from 'node:os'
import { Bench, type Benchmark, show } from './harness/bench.js'
import type { BenchmarkDocument } from './harness/document.js'

const benchmarks: Record<string, () => Promise<Benchmark>> = {
  'op-overhead': async () => (await import('./op-overhead.js')).opOverhead,
  'adapter-step': async () => (await import('./adapter-step.js')).adapterStep,
  'coop-step': async () => (await import('./coop-step.js')).coopStep,
  'egoprompt-step': async () => (await import('./egoprompt-step.js')).egoPromptStep,
  'vita-clip-step': async () => (await import('./vita-clip-step.js')).vitaClipStep,
  'pixel-memory': async () => (await import('./pixel-memory.js')).pixelMemory,
  'xmic-score': async () => (await import('./xmic-score.js')).xmicScore,
  'text-memory': async () => (await import('./text-memory.js')).textMemory,
  'mllm-prefill': async () => (await import('./mllm-prefill.js')).mllmPrefill,
  'mllm-decode': async () => (await import('./mllm-decode.js')).mllmDecode,
  'mllm-train-step': async () => (await import('./mllm-train-step.js')).mllmTrainStep,
  candidates: async () => (await import('./candidates.js')).candidates,
  encoder: async () => (await import('./encoder.js')).encoder,
  decode: async () => (await import('./decode.js')).decode,
  hands: async () => (await import('./hands.js')).hands,
  extract: async () => (await import('./extract.js')).extract,
  leak: async () => (await import('./leak.js')).leak,
  startup: async () => (await import('./startup.js')).startup,
}

const args = process.argv.slice(2)
const threadsAt = args.indexOf('--threads')
const [, threadsText] = threadsAt < 0 ? [] : args.splice(threadsAt, 2)
const threads = Number(threadsText ?? process.env.OMP_NUM_THREADS ?? availableParallelism())
const flags = args.filter((arg) => arg.startsWith('--'))
const names = args.filter((arg) => !arg.startsWith('--'))
const wrong =
  flags.find((flag) => !['--json', '--quick', '--cpu-time'].includes(flag)) ??
  names.find((name) => !(name in benchmarks))

if (names.length === 0 || wrong !== undefined || !Number.isSafeInteger(threads) || threads < 1) {
  const known = Object.keys(benchmarks).join('|')
  process.stderr.write(`usage: npm run --silent bench -- ${known} [--json] [--quick] [--threads N] [--cpu-time]\n`)
  process.exit(2)
}
// Read by OpenMP as the engine is loaded, here and in every child.
process.env.OMP_NUM_THREADS = String(threads)
if (flags.includes('--cpu-time')) process.env.EGOLENS_BENCH_CLOCK = 'cpu'
process.env.OMP_WAIT_POLICY ??= 'PASSIVE'

for (const name of names) {
  const benchmark = await benchmarks[name]!()
  using bench = new Bench(benchmark, { threads, quick: flags.includes('--quick') })
  await benchmark.run(bench)
  const document = bench.document()
  process.stdout.write(`${flags.includes('--json') ? JSON.stringify(document) : table(document)}\n`)
}

function table({ name, about, figures, ratio, ratios, ranges, goals, notes }: BenchmarkDocument): string {
  const goal = (of: string) => {
    const held = goals[of]
    return held ? `  goal ${held.least}: ${held.met ? 'met' : held.met === null ? 'not measured' : 'missed'}` : ''
  }
  const rows = [
    ...Object.entries(figures).map(([of, { median, low, high, unit }]) => ({ of, median, low, high, unit })),
    ...Object.entries({ ...(ratio === null ? {} : { ratio }), ...ratios }).map(([of, value]) => ({
      of,
      median: value,
      low: ranges[of]![0],
      high: ranges[of]![1],
      unit: 'times',
    })),
  ]
  const lines = rows.map(
    ({ of, median, low, high, unit }) =>
      `  ${of.padEnd(24)} ${show(median).padStart(8)} ${unit.padEnd(9)} (${show(low)} to ${show(high)})${goal(of)}`,
  )
  return [`${name}: ${about}`, ...lines, ...notes.map((note) => `  note: ${note}`)].join('\n')
}
