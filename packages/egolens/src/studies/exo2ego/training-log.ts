import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { safetensors, scope } from '@egolens/torch'
import { z } from 'zod'
import { partNames, readOutput } from '../../exo2ego/index.js'
import { readBytes } from '../../files/read.js'
import { runPaths } from '../../training/run-directory.js'

const logged = z.looseObject({
  kind: z.string(),
  step: z.number().optional(),
  loss: z.number().optional(),
  seconds: z.number().optional(),
})

/** What a run took. */
export interface RunCost {
  /** Values that were trained. */
  parameters: number
  steps: number
  /** Of its epochs. */
  seconds: number
  /** Mean over the last epoch. */
  loss: number
}

/** Means of `width` steps' losses, each at its last step. */
export async function runLosses(dir: string, width = 10): Promise<[number, number][]> {
  const steps = (await linesOf(dir)).filter(({ kind }) => kind === 'step')
  const groups = Array.from({ length: Math.ceil(steps.length / width) }, (_, i) =>
    steps.slice(i * width, (i + 1) * width),
  )
  return groups.map((group) => [group.at(-1)!.step!, mean(group.map(({ loss = 0 }) => loss))])
}

export async function runCost(dir: string): Promise<RunCost> {
  const epochs = (await linesOf(dir)).filter(({ kind }) => kind === 'epoch')
  const { parts } = await readOutput(dir)
  let parameters = 0
  for (const name of partNames) {
    const file = parts[name]?.file
    // What it did not train is named where an earlier stage has written it.
    if (file === undefined || file.startsWith('..')) continue
    const bytes = await readBytes(join(dir, file))
    parameters += scope(() => Object.values(safetensors.fromBytes(bytes)).reduce((sum, { numel }) => sum + numel, 0))
  }
  const last = epochs.at(-1)!
  return {
    parameters,
    steps: last.step!,
    seconds: epochs.reduce((sum, { seconds = 0 }) => sum + seconds, 0),
    loss: last.loss!,
  }
}

async function linesOf(dir: string) {
  const text = await readFile(runPaths(dir).log, 'utf8')
  return text
    .trim()
    .split('\n')
    .map((line) => logged.parse(JSON.parse(line)))
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
