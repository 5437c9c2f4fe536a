import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { distributed } from '@egolens/torch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Slurm, slurmHere, srun, startSlurm } from '../../../../examples/slurm.testing.js'
import { tinyRun } from '../exo2ego/ask/ask.testing.js'
import { trainStage } from '../exo2ego/index.js'
import { near, steps } from '../exo2ego/training/chain.testing.js'
import { tinyStages } from '../exo2ego/training/stage.testing.js'
import { temporaryFolder } from '../video/testing.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const able = existsSync(main) && slurmHere() && distributed.backends().includes('gloo')
const why = able ? '' : ' (skipped: needs the build, and the packages slurm-wlm, munge and libgloo-dev)'

describe.skipIf(!able)(`a stage of Exo2Ego under Slurm${why}`, () => {
  const { folder, at, remove } = temporaryFolder()
  let slurm: Slurm | undefined
  beforeAll(async () => {
    slurm = await startSlurm(folder)
  }, 120_000)
  afterAll(async () => {
    await slurm?.stop()
    await remove()
  })

  it('is trained by two tasks as by one process', async () => {
    const tiny = await tinyStages(folder, { count: 5 })
    const { model } = await tinyRun(tiny, at('preparation'), { stage: 'preparation', parts: ['exo', 'connector'] })
    model.dispose()
    const recipe = tiny.recipe('guidance', {
      from: at('preparation'),
      model: { mapping: { arch: 'mlp' } },
      // Five records in steps of three: the shares of two processes are never equal.
      training: { globalBatch: 3, localBatch: 1 },
    })
    await writeFile(at('guidance.yaml'), JSON.stringify(recipe))
    await trainStage(recipe, { dir: at('one') })
    const said = srun(slurm!, 2, process.execPath, main, 'train', at('guidance.yaml'), '--dir', at('two'))
    expect(said).toMatch(/5 records, 4 steps in .*\n2 processes\n/)
    const [one, two] = [await steps(at('one')), await steps(at('two'))]
    expect(two).toHaveLength(4)
    near(two, one, 4)
  }, 240_000)
})
