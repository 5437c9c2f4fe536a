import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../video/testing.js'
import { readOutput, type StageName, type StageRecipeInput, trainStage } from '../index.js'
import { type TinyStages, tinyStages } from './stage.testing.js'

const { folder, at, remove } = temporaryFolder()
let tiny: TinyStages
/** The runs of all stages, one from the other. */
const chain = {} as Record<StageName, string>

beforeAll(async () => {
  tiny = await tinyStages(folder)
  let from: string | undefined
  for (const stage of ['initialization', 'preparation', 'guidance', 'practice'] as const) {
    chain[stage] = at(`chain-${stage}`)
    await trainStage(tiny.recipe(stage, from ? { from } : {}), { dir: chain[stage] })
    from = chain[stage]
  }
})
afterAll(remove)

interface Step {
  loss: number
  gradNorm: number
  parts: { text: number; kl: number; ccl: number }
}

async function steps(dir: string): Promise<Step[]> {
  const lines = (await readFile(join(dir, 'log.jsonl'), 'utf8')).trim().split('\n')
  return lines.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'step')
}

const hashes = async (dir: string) =>
  Object.fromEntries(Object.entries((await readOutput(dir)).parts).map(([name, { sha256 }]) => [name, sha256]))

/** Trains a stage from the chain's run before it. */
async function trained(name: string, stage: StageName, changes: Partial<StageRecipeInput> = {}, resume = false) {
  const before = {
    initialization: undefined,
    preparation: chain.initialization,
    guidance: chain.preparation,
    practice: chain.guidance,
  }
  const from = before[stage]
  const dir = at(name)
  await trainStage(tiny.recipe(stage, { ...(from ? { from } : {}), ...changes }), { dir, resume })
  return dir
}

const near = (found: readonly Step[], wanted: readonly Step[], digits: number) =>
  found.forEach((step, i) => {
    expect(step.loss).toBeCloseTo(wanted[i]!.loss, digits)
    expect(step.gradNorm / wanted[i]!.gradNorm).toBeCloseTo(1, digits)
  })

describe('the stages', () => {
  it('learn their texts, each from the parts of the one before', async () => {
    for (const dir of Object.values(chain)) {
      const all = await steps(dir)
      expect(all.length).toBe(4)
      expect(all.at(-1)!.parts.text).toBeLessThan(all[0]!.parts.text)
    }
  })

  it('train the parts of section 4 and leave the others as they were', async () => {
    const [first, one, two, three] = await Promise.all(Object.values(chain).map(hashes))
    expect(Object.keys(first!)).toEqual(['exo', 'connector'])
    expect(one!.exo).not.toBe(first!.exo)
    expect(two!.exo).toBe(one!.exo)
    expect(Object.keys(two!)).toEqual(['ego', 'exo', 'connector', 'mapping', 'inverse'])
    expect([three!.exo, three!.inverse]).toEqual([two!.exo, two!.inverse])
    for (const part of ['ego', 'connector', 'mapping', 'lora']) expect(three![part]).not.toBe(two![part])
    const { frozen } = await readOutput(chain.guidance)
    expect(Object.keys(frozen)).toEqual(['llm', 'exo'])
  })

  it('have the same losses and gradients whatever a step is cut into, computed once or twice', async () => {
    // Instance norms over 2 x 2 places make the residual networks' gradients a matter of rounding; linear layers have none.
    const model = { mapping: { arch: 'mlp' as const } }
    const run = async (name: string, training: StageRecipeInput['training']) =>
      steps(await trained(name, 'guidance', { model, training }))
    const wanted = await run('whole', { localBatch: 4, checkpointing: false })
    near(await run('ones', { localBatch: 1 }), wanted, 3)
    near(await run('thirds', { localBatch: 3 }), wanted, 3)
    const [residual, pieces] = [
      await steps(chain.guidance),
      await trained('pieces', 'guidance', { training: { localBatch: 1 } }),
    ]
    expect((await steps(pieces))[0]!.loss).toBeCloseTo(residual[0]!.loss, 4)
  })
})

describe('a stage that is cut off', () => {
  it.each(['guidance', 'practice'] as const)('%s goes on bit for bit', async (stage) => {
    const dir = at(`cut-${stage}`)
    const recipe = tiny.recipe(stage, { from: stage === 'guidance' ? chain.preparation : chain.guidance })
    const stopping = new AbortController()
    const progress = ({ done }: { done: number }) => done === 3 && stopping.abort()
    const cut = trainStage(recipe, { dir, progress, signal: stopping.signal })
    await expect(cut).rejects.toMatchObject({ code: 'run/interrupted' })
    const summary = await trainStage(recipe, { dir, resume: true })
    expect(summary.resumedFrom).toBe(3)
    expect(await hashes(dir)).toEqual(await hashes(chain[stage]))
    const [a, b] = [await steps(dir), await steps(chain[stage])]
    expect(a.map(({ loss }) => loss)).toEqual(b.map(({ loss }) => loss))
  })
})

describe('switches', () => {
  it('Table 7: no LoRA, no cycle, no KL, a mapping of linear layers', async () => {
    const noLora = await trained('no-lora', 'practice', { train: { lora: false } })
    expect(Object.keys(await hashes(noLora))).not.toContain('lora')
    const noCycle = (await steps(await trained('no-cycle', 'guidance', { losses: { ccl: { weight: 0 } } })))[0]!
    expect([noCycle.parts.ccl, noCycle.loss]).toEqual([0, expect.closeTo(noCycle.parts.text + noCycle.parts.kl, 4)])
    const noKl = (await steps(await trained('no-kl', 'guidance', { losses: { kl: { weight: 0 } } })))[0]!
    expect([noKl.parts.kl, noKl.loss]).toEqual([0, expect.closeTo(noKl.parts.text + noKl.parts.ccl, 4)])
    const mlp = await trained('mlp', 'guidance', { model: { mapping: { arch: 'mlp' } } })
    expect((await hashes(mlp)).mapping).not.toBe((await hashes(chain.guidance)).mapping)
  })

  it('Table 8: the exo tower trained beside the ego tower, the ego tower frozen in practice', async () => {
    const both = await hashes(await trained('both', 'guidance', { train: { exo: true } }))
    expect(both.exo).not.toBe((await hashes(chain.preparation)).exo)
    const still = await hashes(await trained('still', 'practice', { train: { ego: false } }))
    expect(still.ego).toBe((await hashes(chain.guidance)).ego)
  })

  it('what guides, how it is joined and where it is mapped make other losses', async () => {
    const first = async (name: string, model: StageRecipeInput['model']) =>
      (await steps(await trained(name, 'guidance', { model })))[0]!.parts
    const plain = (await steps(chain.guidance))[0]!.parts
    const others = [
      await first('real', { guidance: 'real' }),
      await first('channel', { concat: 'channel' }),
      await first('own', { sharedConnector: false, concat: 'channel' }),
      await first('mean', { concat: 'mean' }),
      await first('none', { concat: 'none' }),
      await first('post', { mapping: { ngf: 4, where: 'post_connector' } }),
    ]
    expect(new Set([plain, ...others].map(({ text }) => text)).size).toBe(7)
    expect(others[4]).toMatchObject({ kl: 0, ccl: 0 })
  })

  it('a model without video learns text alone, with low-rank layers and nothing else', async () => {
    const dir = await trained('blind', 'practice', { model: { blind: true } })
    const [parts, before] = [await hashes(dir), await hashes(chain.guidance)]
    expect([parts.ego, parts.connector]).toEqual([before.ego, before.connector])
    expect((await steps(dir))[0]!.parts.text).not.toBe((await steps(chain.practice))[0]!.parts.text)
    expect(() => tiny.recipe('guidance', { from: dir, model: { blind: true } })).toThrow(/about what is seen/)
  })
})

describe('what is wrong is said', () => {
  it('a stage that has nothing to go on from', () => {
    expect(() => tiny.recipe('guidance')).toThrow(/goes on from another stage/)
  })

  it('a directory in which no stage has ended, and parts that have changed since', async () => {
    const recipe = tiny.recipe('guidance', { from: at('nowhere') })
    await expect(trainStage(recipe, { dir: at('a') })).rejects.toMatchObject({ code: 'exo2ego/no-output' })
    const copy = at('copy')
    await cp(chain.preparation, copy, { recursive: true })
    const file = join(copy, 'exo.safetensors')
    const bytes = await readFile(file)
    bytes[bytes.length - 1]! ^= 1
    await writeFile(file, bytes)
    const changed = trainStage(tiny.recipe('guidance', { from: copy }), { dir: at('b') })
    await expect(changed).rejects.toMatchObject({ code: 'exo2ego/changed-part', where: file })
  })

  it('a loss that is no number, before the step that would spoil the parameters', async () => {
    const dir = at('broken')
    const training = { lr: 1e30, saveEvery: 1 }
    const broken = trainStage(tiny.recipe('preparation', { from: chain.initialization, training }), { dir })
    await expect(broken).rejects.toMatchObject({ code: 'training/not-finite' })
  })

  it('a grid that the mapping cannot halve twice', async () => {
    const model = { mapping: { where: 'pre_connector' as const }, vision: 'small' }
    const recipe = tiny.recipe('guidance', { from: chain.preparation, model })
    await expect(trainStage(recipe, { dir: at('c') })).rejects.toMatchObject({ code: 'weights/mismatch' })
  })
})
