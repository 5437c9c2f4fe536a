import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { distributed } from '@egolens/torch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Slurm, slurmHere, srun, startSlurm } from './slurm.testing.js'

const example = fileURLToPath(new URL('distributed.js', import.meta.url))
const able = slurmHere() && distributed.backends().includes('gloo')
const why = able ? '' : ' (skipped: needs the packages slurm-wlm, munge and libgloo-dev)'

describe.skipIf(!able)(`distributed.js under Slurm${why}`, () => {
  let folder: string
  let slurm: Slurm | undefined
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'egolens-slurm-'))
    slurm = await startSlurm(folder)
  }, 120_000)
  afterAll(async () => {
    await slurm?.stop()
    await rm(folder, { recursive: true })
  })

  it('learns what one process learns', () => {
    const alone = execFileSync(process.execPath, [example], { encoding: 'utf8' }).trim().split('\n')
    const together = srun(slurm!, 2, process.execPath, example).trim().split('\n')
    expect(together).toHaveLength(3)
    together.forEach((line, i) => {
      const [, step, loss] = /^(step \d+): loss (\S+) on 2 processes$/.exec(line)!
      expect(alone[i]).toContain(step)
      expect(Math.abs(Number(loss) - Number(/loss (\S+)/.exec(alone[i]!)![1]))).toBeLessThan(1e-3)
    })
  }, 180_000)

  it('ends as a whole when a rank fails', () => {
    const program = `
      const { distributed, tensor } = await import(${JSON.stringify(new URL('../packages/torch/dist/index.js', import.meta.url).href)})
      const group = await distributed.init({ timeoutSeconds: 30 })
      if (group.rank === 1) process.exit(7)
      await group.allReduce(tensor([1])).wait().catch((error) => { console.log(error.message); process.exit(1) })`
    const failing = () => srun(slurm!, 2, process.execPath, '--input-type=module', '-e', program)
    expect(failing).toThrow(/task 1: Exited with exit code 7/)
  }, 180_000)
})
