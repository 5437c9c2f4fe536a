import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expectNoLeak } from '@egolens/torch'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { temporaryFolder } from '../../video/testing.js'
import { readStageRecipe, resolveStageRecipe, trainStage } from '../index.js'
import { Tape } from '../model/tape.js'
import { type TinyStages, tinyStages } from '../training/stage.testing.js'
import { planStage } from './index.js'

const { folder, at, remove } = temporaryFolder()
let tiny: TinyStages
beforeAll(async () => {
  // Published sizes are used where there are no files, so that nothing in a cache may count.
  vi.stubEnv('HF_HUB_CACHE', at('no-cache'))
  tiny = await tinyStages(folder)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await remove()
})

const folders = fileURLToPath(new URL('../../../../../recipes/exo2ego', import.meta.url))
const full = (stage: string, set: string[] = []) => readStageRecipe(join(folders, 'full', `${stage}.yaml`), set)
/** Those of full size. */
const recipes = ['full', 'table9'].flatMap((name) => readdirSync(join(folders, name)).map((file) => join(name, file)))

describe('the plan of a full-size stage', () => {
  it('counts parameters by part, exactly, and makes no tensor that stays', async () => {
    const practice = await full('practice')
    const plan = await expectNoLeak(() => planStage(practice))
    const parts = Object.fromEntries(plan.parts.map(({ part, parameters }) => [part, parameters]))
    // 23 of CLIP-L's 24 layers: 1024 + 3*14*14*1024 + 577*1024 + 2*1024 before them, 12,596,224 each.
    const tower = 1024 + 602_112 + 590_848 + 2048 + 23 * 12_596_224
    // r (in + out) of q, o; k, v; gate, up, down, in 32 layers.
    const lora = 32 * 128 * (2 * (4096 + 4096) + 2 * (4096 + 1024) + 3 * (4096 + 14_336))
    const llm = 2 * 32_000 * 4096 + 4096 + 32 * (2 * 4096 ** 2 + 2 * 4096 * 1024 + 3 * 4096 * 14_336 + 2 * 4096)
    expect(parts).toEqual({ ego: tower, connector: 489_188_608, mapping: 17_782_912, lora, llm })
    expect([lora, llm]).toEqual([335_544_320, 7_241_732_096])
    expect(plan.parameters).toEqual({ trained: tower + 489_188_608 + 17_782_912 + lora, frozen: llm })
  })

  it('fits stage 3 on 80 GB with checkpointing, and not without', async () => {
    const plan = await planStage(await full('practice'), { worldSize: 16 })
    expect(plan.tokens.visual).toBe(2 * 1521)
    // 16 processes of 8 are more than 64.
    expect(plan.batch).toEqual({ global: 64, worldSize: 16, local: 4, microBatches: 1 })
    expect(plan.steps).toEqual({ epoch: 9157, epochs: 1, total: 9157 })
    expect(plan.fit).toMatchObject({ fits: true, localBatch: 4, advice: [] })
    const without = await planStage(await full('practice', ['training.checkpointing=false']), { worldSize: 16 })
    expect(without.fit.fits).toBe(false)
    expect(without.fit.advice.at(-1)).toBe('--set training.checkpointing=true')
    expect(without.operations.computed).toBe(without.operations.needed)
    expect(without.operations.needed).toBe(plan.operations.needed)
  })

  it.each(recipes)('fits 80 GB as the recipe is, in however many processes: %s', async (file) => {
    const recipe = await readStageRecipe(join(folders, file))
    for (const worldSize of [1, 8, 16]) {
      const { fit, batch, memory } = await planStage(recipe, { worldSize, memory: 80e9 })
      expect(fit.fits, `${worldSize} processes take ${memory.total} bytes each`).toBe(true)
      expect(batch.local * batch.microBatches * worldSize).toBe(recipe.training.globalBatch)
    }
  })

  it('leaves out what a recipe leaves out, and counts the records that it is about', async () => {
    const [whole, without] = [await full('guidance'), await full('guidance', ['losses.ccl.weight=0'])]
    const [all, less] = [await planStage(whole), await planStage(without)]
    expect(all.parameters.trained - less.parameters.trained).toBe(17_782_912)
    const pretraining = async (view: string) =>
      (await planStage(await readStageRecipe(join(folders, 'table9', `videollama2-pretrain-${view}.yaml`)))).records
    expect([(await pretraining('exo')).count, (await pretraining('ego')).count]).toEqual([103_000_000, 3_800_000])
  })

  it('says what would fit a smaller device, or that none of it does', async () => {
    const recipe = await full('guidance')
    const { fit } = await planStage(recipe, { worldSize: 16, memory: 55e9 })
    expect([fit.fits, fit.localBatch < 4, fit.localBatch > 0]).toEqual([false, true, true])
    expect(fit.advice).toEqual([`--set training.localBatch=${fit.localBatch}`])
    const small = await planStage(recipe, { memory: 24e9 })
    expect(small.fit.localBatch).toBe(0)
    expect(small.fit.advice).toEqual([expect.stringMatching(/^a device of \d+ GB, .* or fewer frames/)])
  })

  it('counts the operations of the language model by hand', async () => {
    const all = await planStage(await full('initialization-ego'), { records: 512 })
    // 2 for each weight of a product, forward and backward to its input; order is causal, so that half of 4 L W is left.
    const tokens = 1521 + 32
    const weights = 32 * (2 * 4096 ** 2 + 2 * 4096 * 1024 + 3 * 4096 * 14_336)
    const language = 512 * tokens * (4 * weights + 3 * 32 * 2 * tokens * 4096)
    expect(all.operations.needed).toBeGreaterThan(language)
    expect(all.operations.needed).toBeLessThan(2 * language)
  })

  it('does not know how large what nobody has published is', async () => {
    const recipe = await full('practice', ['model.llm=some/model'])
    await expect(planStage(recipe)).rejects.toMatchObject({ code: 'plan/unknown-size', where: 'model' })
  })
})

describe('the plan of the tiny stages', () => {
  it('has the memory that is counted by hand', async () => {
    const recipe = tiny.recipe('initialization')
    const { memory, records, parts, batch, steps } = await planStage(recipe)
    expect([records.from, records.count, batch.local, batch.microBatches, steps.total]).toEqual(['data', 8, 2, 2, 4])
    const trained = parts.filter((part) => part.trained).reduce((all, { parameters }) => all + parameters, 0)
    const llm = parts.find(({ part }) => part === 'llm')!.parameters
    // Two frames of 65 tokens of 16; 128 and 50 places of 32 in the connector; three layers of 32 in the language model.
    const tower = { patches: 57_472 + 24_576, boundaries: 8320 + 8192, widest: 1.5 * 130 * 1800 }
    const connector = 8192 + 16_384 + 6400 + 6400 + 6400
    const language = (50 + records.text) * (3 * 128 + 384)
    expect(memory).toMatchObject({
      weights: 4 * (trained + llm),
      ...{ casts: 0, gradients: 4 * trained, optimizer: 8 * trained, other: 2e9, checkpointing: true },
    })
    expect(memory.activations).toBeCloseTo(
      2 * (tower.patches + tower.boundaries + tower.widest + connector + language),
      3,
    )
    expect(memory.activationsOtherwise).toBeGreaterThan(memory.activations)
  })

  it('takes the published counts where there is no data, up to the limit', async () => {
    const recipe = tiny.recipe('practice', { from: at('x'), data: { train: at('absent.jsonl') } })
    expect((await planStage(recipe)).records).toMatchObject({ count: 586_000, from: 'published' })
    const limited = resolveStageRecipe({ ...recipe, data: { ...recipe.data, limit: 10 } })
    expect((await planStage(limited)).records.count).toBe(10)
  })
})

describe('a device without memory', () => {
  it('is an error that says what would fit', async () => {
    const { zeros } = await import('@egolens/torch')
    // libtorch's own refusal, of 140 terabytes.
    const broken = vi.spyOn(Tape.prototype, 'through').mockImplementation(() => zeros([2 ** 20, 2 ** 25]))
    try {
      await expect(trainStage(tiny.recipe('initialization'), { dir: at('full') })).rejects.toMatchObject({
        code: 'training/out-of-memory',
        where: 'training.localBatch 2',
        message: expect.stringMatching(/^cpu has no more memory; a step is planned to take 2\.0 GB$/),
        cure: expect.stringContaining('--set training.localBatch=1'),
      })
    } finally {
      broken.mockRestore()
    }
  })
})
