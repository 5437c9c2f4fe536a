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

interface Sitting {
  resume: boolean
  /** After this step. */
  killAt?: number
  /** Steps 9 to 16 of the staged run are those of its second stage. */
  kind?: 'whole' | 'staged'
}

/** Trains in a process of its own, which kills itself after a step, or during the checkpoint after it. */
async function sitting(dir: string, { resume, killAt, kind = 'whole' }: Sitting): Promise<string | null> {
  const program = `
    import { train } from '${built}train.js'
    import { smallEgoPrompt, standInRecipe, standInResources } from '${built}testing.js'
    const staged = { method: 'egoprompt', component: 'both', options: smallEgoPrompt }
    const recipe = standInRecipe({ epochs: 4, saveEvery: 3 }, ${kind === 'staged' ? 'staged' : '{}'})
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

  await expectSame(killed, whole)
})

it('so does one in two stages that is killed before, at and after the boundary between them', async () => {
  const [whole, killed] = [join(root, 'whole'), join(root, 'killed')]
  const kind = 'staged'
  expect(await sitting(whole, { resume: false, kind })).toBeNull()

  expect(await sitting(killed, { resume: false, killAt: 7, kind })).toBe('SIGKILL') // in the first stage
  expect(await sitting(killed, { resume: true, killAt: 8, kind })).toBe('SIGKILL') // after its last step
  expect(await sitting(killed, { resume: true, killAt: 9, kind })).toBe('SIGKILL') // after the second's first step
  expect(await sitting(killed, { resume: true, killAt: 11, kind })).toBe('SIGKILL') // within it
  expect(await sitting(killed, { resume: true, kind })).toBeNull()
  await expectSame(killed, whole)
})

async function expectSame(killed: string, whole: string): Promise<void> {
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
}
