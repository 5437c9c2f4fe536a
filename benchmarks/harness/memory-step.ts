// A process of its own: one training step, and what it took. memory-step.js '{"dir":...,"method":...}' prints JSON.
import { readFileSync } from 'node:fs'
import { F, Generator, memory, optim, randn, resetPeak, scope, setNumThreads } from '@egolens/torch'
import { type Component, createMethod, type LabelSets } from 'egolens'
import { batchOf, roundLabels } from './step.js'
import { nouns, textBackbone } from './text-setting.js'

export interface MemoryStep {
  dir: string
  method: string
  options: Record<string, unknown>
  /** How many nouns there are. */
  classes: number
  /** How many verbs, for a method that learns both at once. */
  verbs?: number
  clips: number
}

export interface MemoryTaken {
  /** Bytes that the process grew by at its peak: after the weights were loaded, before the step. */
  resident: number
  /** Of these, what libtorch's allocator gave out at a time. */
  tensors: number
}

function status(key: string): number {
  return 1024 * Number(new RegExp(`${key}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))![1])
}

async function run({ dir, method: name, options, classes, verbs, clips }: MemoryStep): Promise<MemoryTaken> {
  setNumThreads(1)
  const backbone = await textBackbone(dir)
  const { noun } = nouns(classes)
  const labels: LabelSets = { noun, ...(verbs ? { verb: { ...nouns(verbs).noun!, component: 'verb' } } : {}) }
  const components = Object.keys(labels) as Component[]
  const frames = 16
  const setting = { backbone, components, generator: new Generator(1), frames }
  const method = createMethod(name, options, setting)
  const optimizer = new optim.SGD(method.module.parameters(), { lr: 2e-3, momentum: 0.9 })
  const wanted = Object.fromEntries(components.map((name) => [name, roundLabels(clips, labels[name]!.names.length)]))
  const full = randn([clips, frames, backbone.image.width], { generator: new Generator(2) })
  const batch = batchOf(clips, { features: { full }, labels: wanted })
  const [resident, { bytes }] = [status('VmRSS'), memory()]
  resetPeak()
  scope(() => {
    const { logits } = method.forward(batch, method.classes(labels))
    const losses = components.map((name) => F.crossEntropy(logits[name]!, wanted[name]!))
    const loss = losses.reduce((sum, one) => sum.add(one))
    optimizer.zeroGrad()
    if (method.backward) method.backward(loss)
    else loss.backward()
    optimizer.step()
  })
  return { resident: status('VmHWM') - resident, tensors: memory().peakBytes - bytes }
}

process.stdout.write(`${JSON.stringify(await run(JSON.parse(process.argv[2]!) as MemoryStep))}\n`)
