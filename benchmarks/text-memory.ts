import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Bench, Benchmark } from './harness/bench.js'
import { runProgram } from './harness/cli.js'
import type { MemoryStep, MemoryTaken } from './harness/memory-step.js'
import { writeTextClip } from './harness/text-setting.js'

/** How much memory a training step takes that sends class texts through the text tower. */
export const textMemory: Benchmark = {
  name: 'text-memory',
  about:
    'what one training step of CoOp, A5, CoCoOp and EgoPrompt takes beside the weights of B/16, each in a process of its own',
  run,
}

const program = fileURLToPath(new URL('harness/memory-step.js', import.meta.url))

async function run(bench: Bench): Promise<void> {
  const dir = join(bench.folder, 'clip')
  await writeTextClip(dir, bench.quick)
  for (const { name, ...step } of bench.quick ? quickSteps : steps()) {
    const { stdout } = await runProgram(process.execPath, [program, JSON.stringify({ dir, ...step })], process.env)
    const { resident, tensors } = JSON.parse(stdout) as MemoryTaken
    bench.figure(name, 'MiB', [resident / 2 ** 20])
    bench.figure(`${name}, tensors`, 'MiB', [tensors / 2 ** 20])
  }
}

type NamedStep = Omit<MemoryStep, 'dir'> & { name: string }

const quickSteps: NamedStep[] = [
  { name: 'a5', method: 'a5', options: { recompute: true, classChunk: 2 }, classes: 5, clips: 2 },
  { name: 'cocoop', method: 'cocoop', options: { recompute: true, classChunk: 2 }, classes: 5, clips: 2 },
  {
    name: 'egoprompt',
    method: 'egoprompt',
    options: { recompute: true, classChunk: 2 },
    classes: 5,
    verbs: 3,
    clips: 2,
  },
]

/** EPIC-KITCHENS-100's numbers of nouns and verbs and Ego4D's. */
const lists = [
  { classes: 300, verbs: 97 },
  { classes: 521, verbs: 117 },
]

function steps(): NamedStep[] {
  const kinds = [
    { name: 'CoOp, batch 32', method: 'coop', clips: 32, options: {} },
    { name: 'CoOp, batch 32, whole texts', method: 'coop', clips: 32, options: { sharePrefix: false } },
    { name: 'A5, batch 32', method: 'a5', clips: 32, options: {} },
    { name: 'CoCoOp, batch 1', method: 'cocoop', clips: 1, options: {} },
    { name: 'CoCoOp, batch 4', method: 'cocoop', clips: 4, options: {} },
    // Its first stage: in the second, class texts are kept.
    { name: 'EgoPrompt, batch 128, with verbs', method: 'egoprompt', clips: 128, options: {} },
  ]
  const ways = [
    { name: 'everything held', options: {} },
    ...[16, 64, 256].map((classChunk) => ({
      name: `recompute, chunk ${classChunk}`,
      options: { recompute: true, classChunk },
    })),
  ]
  return kinds.flatMap(({ name, method, clips, options }) =>
    lists.flatMap(({ classes, verbs }) =>
      ways.map((way) => ({
        ...{ name: `${name}, ${classes} classes, ${way.name}`, method, clips, classes },
        ...(method === 'egoprompt' ? { verbs } : {}),
        options: { ...options, ...way.options },
      })),
    ),
  )
}
