import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StageName, StageRecipeInput } from '../exo2ego/index.js'
import { tinyStages } from '../exo2ego/training/stage.testing.js'
import { temporaryFolder } from '../video/testing.js'
import { freePort } from './launch/place.js'

// The command line is tested as it is used: the built program in processes of its own.
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

function start(args: readonly string[], variables: Record<string, string> = {}) {
  const env = { ...process.env, OMP_NUM_THREADS: '1', ...variables }
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const heard = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      heard[name] += text
    })
  }
  return { child, ended: once(child, 'close').then(([status]) => ({ status: status as number | null, ...heard })) }
}

const egolens = (...args: string[]) => start(args).ended

describe.skipIf(!existsSync(main))('egolens train with a stage of Exo2Ego', () => {
  const { folder, at, remove } = temporaryFolder()
  let recipe: (name: string, stage: StageName, changes?: Partial<StageRecipeInput>) => Promise<string>
  let guidance: string
  beforeAll(async () => {
    const tiny = await tinyStages(folder)
    recipe = async (name, stage, changes) => {
      const path = at(`${name}.yaml`)
      await writeFile(path, JSON.stringify(tiny.recipe(stage, changes)))
      return path
    }
    const training = { epochs: 1, globalBatch: 3, localBatch: 1 }
    const first = await recipe('first', 'initialization', { training })
    const { status, stdout } = await egolens('train', first, '--dir', at('first'))
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('8 records, 3 steps in') })
    guidance = await recipe('guidance', 'guidance', {
      from: at('first'),
      model: { mapping: { arch: 'mlp' } },
      // Five records in steps of three: the shares of two processes are never equal.
      data: { train: at('pairs.jsonl'), limit: 5 },
      training: { ...training, epochs: 2 },
    })
  }, 120_000)
  afterAll(remove)

  const losses = async (dir: string) =>
    (await readFile(`${dir}/log.jsonl`, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; loss: number; gradNorm: number })
      .filter(({ kind }) => kind === 'step')

  it('has the same losses in one process and in two with unequal shares', async () => {
    const alone = await egolens('train', guidance, '--dir', at('one'), '--json')
    expect(JSON.parse(alone.stdout)).toMatchObject({ stage: 'guidance', processes: 1, steps: 4, records: 5 })
    const both = await egolens('launch', '--nproc', '2', 'train', guidance, '--dir', at('two'))
    expect(both.status).toBe(0)
    expect(both.stdout).toContain('[0] 2 processes\n')
    expect(both.stdout).not.toContain('[1]')
    const [one, two] = [await losses(at('one')), await losses(at('two'))]
    expect(two.length).toBe(4)
    two.forEach(({ loss, gradNorm }, i) => {
      expect(Math.abs(loss / one[i]!.loss - 1)).toBeLessThan(1e-5)
      expect(Math.abs(gradNorm / one[i]!.gradNorm - 1)).toBeLessThan(1e-4)
    })
  }, 120_000)

  it("has them in processes that stand in torchrun's environment", async () => {
    const shared = { WORLD_SIZE: '2', MASTER_ADDR: '127.0.0.1', MASTER_PORT: String(await freePort()) }
    const ranks = [0, 1].map((rank) =>
      start(['train', guidance, '--dir', at('ranks')], { ...shared, RANK: `${rank}`, LOCAL_RANK: `${rank}` }),
    )
    const [zero, one] = await Promise.all(ranks.map(({ ended }) => ended))
    expect([zero!.status, one!.status]).toEqual([0, 0])
    expect(zero!.stdout).toContain('2 processes\n')
    expect(one!.stdout).toBe('')
    const [alone, both] = [await losses(at('one')), await losses(at('ranks'))]
    expect(both.length).toBe(4)
    both.forEach(({ loss }, i) => {
      expect(Math.abs(loss / alone[i]!.loss - 1)).toBeLessThan(1e-5)
    })
  }, 120_000)

  it('refuses a run that is there, and goes on with one that has ended', async () => {
    const again = await egolens('train', guidance, '--dir', at('first'))
    expect(again).toMatchObject({ status: 1, stderr: expect.stringContaining('there is a run in this directory') })
    const first = at('first.yaml')
    const resumed = await egolens('train', first, '--dir', at('first'), '--resume', '--json')
    expect(JSON.parse(resumed.stdout)).toMatchObject({ resumedFrom: 3, steps: 3 })
  }, 120_000)

  it('plans a stage, and says why it does not plan a recognition method', async () => {
    const plan = await egolens('train', guidance, '--plan', '--world-size', '3', '--memory', '4GiB', '--json')
    expect(JSON.parse(plan.stdout)).toMatchObject({
      batch: { global: 3, worldSize: 3, local: 1, microBatches: 1 },
      records: { count: 5, from: 'data' },
      fit: { memory: 4 * 1024 ** 3, fits: true },
    })
    const text = await egolens('train', guidance, '--plan', '--memory', '1GB')
    expect(text.stdout).toMatch(/^guidance: Teacher-Student Guidance\nParameters: [\d,]+ trained, [\d,]+ frozen\n/)
    expect(text.stdout).toContain('\nDoes not fit 1.00 GB; what would: a device of 3 GB')
    const method = fileURLToPath(new URL('../../../../recipes/small/coop-kitchen-noun.yaml', import.meta.url))
    expect((await egolens('train', method, '--plan')).stderr).toContain('--plan is for stages of Exo2Ego')
    expect((await egolens('train', guidance, '--plan', '--memory', 'much')).stderr).toContain('It is like 80GB')
  }, 120_000)

  it('ends with a clear error where another process is lost', async () => {
    const shared = { WORLD_SIZE: '2', MASTER_ADDR: '127.0.0.1', MASTER_PORT: String(await freePort()) }
    const args = ['train', guidance, '--dir', at('lost'), '--set', 'training.epochs=10000']
    const [zero, one] = [0, 1].map((rank) => start(args, { ...shared, RANK: `${rank}`, LOCAL_RANK: `${rank}` }))
    await until(async () => (await losses(at('lost'))).length >= 2)
    ;(one!.child as ChildProcess).kill('SIGKILL')
    const { status, stderr } = await zero!.ended
    expect(status).toBe(1)
    expect(stderr).toMatch(/egolens: .*rank 1/)
  }, 120_000)
})

async function until(reached: () => Promise<boolean>): Promise<void> {
  while (!(await reached().catch(() => false))) await new Promise((wait) => setTimeout(wait, 100))
}
