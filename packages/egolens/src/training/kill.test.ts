import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

const built = new URL('../../dist/training/', import.meta.url).href

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-kill-'))
})
afterEach(() => rm(root, { recursive: true }))

/** Trains in a process of its own, which kills itself after a step, or during the checkpoint after it. */
async function sitting(dir: string, { resume, killAt }: { resume: boolean; killAt?: number }): Promise<string | null> {
  const program = `
    import { train } from '${built}train.js'
    import { standInRecipe, standInResources } from '${built}testing.js'
    const recipe = standInRecipe({ epochs: 4, saveEvery: 3 })
    const progress = ({ task, done }) => {
      if (task === 'training' && done === ${killAt ?? -1}) process.kill(process.pid, 'SIGKILL')
    }
    await train(recipe, { dir: ${JSON.stringify(dir)}, resources: standInResources(), resume: ${resume}, progress })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (data) => {
    errors += data
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (code !== 0 && !signal) throw new Error(errors)
  return signal
}

it('a run that is killed again and again ends with the weights of one that was not, bit for bit', async () => {
  const [whole, killed] = [join(root, 'whole'), join(root, 'killed')]
  expect(await sitting(whole, { resume: false })).toBeNull()

  expect(await sitting(killed, { resume: false, killAt: 2 })).toBe('SIGKILL') // before the first checkpoint
  expect(await sitting(killed, { resume: true, killAt: 7 })).toBe('SIGKILL') // between checkpoints, within an epoch
  expect(await sitting(killed, { resume: true, killAt: 12 })).toBe('SIGKILL') // at an epoch's end
  expect(await sitting(killed, { resume: true })).toBeNull()

  for (const file of ['adapter.safetensors', 'recipe.yaml']) {
    expect((await readFile(join(killed, file))).equals(await readFile(join(whole, file)))).toBe(true)
  }
  const steps = async (dir: string) =>
    (await readFile(join(dir, 'log.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('{"kind":"step"'))
  expect(await steps(killed)).toEqual(await steps(whole))
  expect(await steps(whole)).toHaveLength(16)
  expect((await readdir(join(killed, 'checkpoints'))).sort()).toEqual(
    (await readdir(join(whole, 'checkpoints'))).sort(),
  )
})
