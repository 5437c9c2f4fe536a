import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StageName, StageRecipeInput } from '../exo2ego/index.js'
import { hashes, steps, trainChain } from '../exo2ego/training/chain.testing.js'
import { temporaryFolder } from '../video/testing.js'

// The command line is tested as it is used: the built program in processes of its own.
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** A command that runs, all that it says, and how it ends. */
function start(...args: string[]) {
  const env = { ...process.env, OMP_NUM_THREADS: '1' }
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => void said.push(text))
  }
  return { child, ended: once(child, 'close').then(([status, by]) => ({ status, by, said: said.join('') })) }
}

const taken = async (dir: string) => (await steps(dir).catch(() => [])).length

/** Sends a signal once a run's log has so many steps. */
async function signalAfter(count: number, dir: string, child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  while ((await taken(dir)) < count && child.exitCode === null) await pause(2)
  child.kill(signal)
}

const resumptions = async (dir: string) =>
  [...(await readFile(join(dir, 'log.jsonl'), 'utf8')).matchAll(/"kind":"resume","step":(\d+)/g)].map(([, step]) =>
    Number(step),
  )

describe.skipIf(!existsSync(main))('a stage of Exo2Ego that is cut off', () => {
  const { folder, at, remove } = temporaryFolder()
  let recipe: (stage: 'guidance' | 'practice', changes: Partial<StageRecipeInput>) => Promise<string>
  beforeAll(async () => {
    const { tiny, dirs } = await trainChain(folder)
    const before: Partial<Record<StageName, string>> = { guidance: dirs.preparation, practice: dirs.guidance }
    recipe = async (stage, changes) => {
      const path = at(`${stage}.yaml`)
      await writeFile(path, JSON.stringify(tiny.recipe(stage, { from: before[stage]!, ...changes })))
      return path
    }
  }, 120_000)
  afterAll(remove)

  /** What a run came to: its parts, and the loss and the gradients' norm of every step. */
  const came = async (dir: string) => ({ parts: await hashes(dir), steps: await steps(dir) })

  it.each([
    // What the language model sees is drawn anew in each step.
    ['guidance', { model: { guidance: 'mix' } }],
    ['practice', { model: { lora: { r: 2, alpha: 4, dropout: 0.1 } } }],
  ] as const)(
    'by SIGKILL, %s ends as it would have ended, bit for bit',
    async (stage, changes) => {
      const training = { epochs: 4, globalBatch: 1, localBatch: 1, saveEvery: 3 }
      const [path, whole, killed] = [await recipe(stage, { ...changes, training }), at(`${stage}-1`), at(`${stage}-2`)]
      expect(await start('train', path, '--dir', whole).ended).toMatchObject({ status: 0 })
      for (const after of [4, 12]) {
        const { child, ended } = start('train', path, '--dir', killed, '--resume')
        await signalAfter(after, killed, child, 'SIGKILL')
        expect(await ended).toMatchObject({ status: null, by: 'SIGKILL' })
        expect(existsSync(join(killed, 'model.json'))).toBe(false)
      }
      expect(await start('train', path, '--dir', killed, '--resume').ended).toMatchObject({ status: 0 })
      expect(await came(killed)).toEqual(await came(whole))
      // Of eight steps an epoch; each sitting went on from a checkpoint and not from the beginning.
      const [begun, first, second] = await resumptions(killed)
      expect(begun).toBe(0)
      expect(first).toBeGreaterThanOrEqual(3)
      expect(second).toBeGreaterThanOrEqual(9)
      expect(second).toBeLessThan(32)
    },
    180_000,
  )

  it.each(['guidance', 'practice'] as const)(
    'by SIGTERM, two processes of %s end as they would have',
    async (stage) => {
      // Seven records in steps of two: in each fourth step one of the processes has none.
      const changes = { training: { epochs: 5, globalBatch: 2, localBatch: 1 } }
      const file = at(stage === 'guidance' ? 'pairs.jsonl' : 'egoit.jsonl')
      const path = await recipe(stage, { ...changes, data: { train: file, limit: 7 } })
      const [whole, cut] = [at(`${stage}-whole`), at(`${stage}-cut`)]
      const launch = (dir: string, ...more: string[]) =>
        start('launch', '--nproc', '2', 'train', path, '--dir', dir, ...more)
      expect(await launch(whole).ended).toMatchObject({ status: 0 })

      const { child, ended } = launch(cut)
      await signalAfter(6, cut, child, 'SIGTERM')
      const { status, said } = await ended
      expect({ status, said }).toMatchObject({
        status: 143,
        said: expect.stringContaining('training was interrupted; a checkpoint was written (go on with --resume)'),
      })
      const before = await taken(cut)
      expect(before).toBeGreaterThanOrEqual(6)
      expect(before).toBeLessThan(20)
      expect(existsSync(join(cut, 'lock'))).toBe(false)

      expect(await launch(cut, '--resume').ended).toMatchObject({ status: 0 })
      // The checkpoint was of the very last step that was taken.
      expect(await resumptions(cut)).toEqual([before])
      expect(await came(cut)).toEqual(await came(whole))
    },
    180_000,
  )
})
