import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { smallEgoPrompt, standInRecipe, standInResources } from './testing.js'
import { train } from './train.js'

/** A method that trains in one go, and one whose second epoch is another stage. */
export type Kind = 'whole' | 'staged'

const methods = {
  whole: {},
  staged: { method: 'egoprompt', component: 'both', options: smallEgoPrompt },
} as const

/** Five checkpoints in four steps: within epochs, at their ends, and a validation that keeps the best weights. */
export const recipe = (kind: Kind = 'whole') =>
  standInRecipe(
    { epochs: 2, batch: 8, saveEvery: 1, keep: 1, select: 'val_within' },
    { data: { ...standInRecipe().data, validation: { holdOut: 0.3 } }, ...methods[kind] },
  )

export const sitting = (dir: string, resume: boolean, kind: Kind = 'whole') =>
  train(recipe(kind), { dir, resume, resources: standInResources({ clips: 20 }) })

/** What of a run must not depend on how often it was cut off: hashes by file, and the losses in its log. */
export async function outcome(dir: string): Promise<Record<string, string>> {
  const files = ['adapter.safetensors', 'adapter.json', 'best.safetensors', 'inputs.json', 'recipe.yaml', 'README.md']
  const hashes = await Promise.all(files.map(async (name) => [name, hash(await readFile(join(dir, name)))]))
  const log = (await readFile(join(dir, 'log.jsonl'), 'utf8')).trim().split('\n')
  return {
    ...(Object.fromEntries(hashes) as Record<string, string>),
    steps: log.filter((line) => line.startsWith('{"kind":"step"')).join('\n'),
    checkpoints: (await checkpoints(dir)).join(),
  }
}

export const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

/** How many checkpoints of one step there are depends on where a run was cut off; what the last says does not. */
async function checkpoints(dir: string): Promise<string[]> {
  const names = (await readdir(join(dir, 'checkpoints'))).filter((name) => !name.startsWith('.'))
  return [...new Set(names.map((name) => name.replace(/\.\d+$/, '')))].sort()
}
