import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { readOutput, type StageName, type StageRecipeInput, trainStage } from '../index.js'
import { type TinyStages, tinyStages } from './stage.testing.js'

/** A step as the log has it. */
export interface Step {
  loss: number
  gradNorm: number
  parts: { text: number; kl: number; ccl: number }
}

/** The runs of all stages on tiny networks, one from the other. */
export interface Chain {
  tiny: TinyStages
  dirs: Record<StageName, string>
  /** Trains a stage once more, from the chain's run before it. @returns its directory */
  trained(name: string, stage: StageName, changes?: Partial<StageRecipeInput>): Promise<string>
}

export async function trainChain(folder: string): Promise<Chain> {
  const tiny = await tinyStages(folder)
  const dirs = {} as Record<StageName, string>
  let from: string | undefined
  for (const stage of ['initialization', 'preparation', 'guidance', 'practice'] as const) {
    dirs[stage] = join(folder, `chain-${stage}`)
    await trainStage(tiny.recipe(stage, from ? { from } : {}), { dir: dirs[stage] })
    from = dirs[stage]
  }
  const before: Partial<Record<StageName, string>> = {
    preparation: dirs.initialization,
    guidance: dirs.preparation,
    practice: dirs.guidance,
  }
  return {
    tiny,
    dirs,
    trained: async (name, stage, changes = {}) => {
      const dir = join(folder, name)
      const from = before[stage]
      await trainStage(tiny.recipe(stage, { ...(from ? { from } : {}), ...changes }), { dir })
      return dir
    },
  }
}

/** Stops a stage of the chain after its third step, goes on with it, and holds what comes of it against the chain's run. */
export async function expectResumed({ tiny, dirs }: Chain, stage: StageName, from: string, dir: string) {
  const recipe = tiny.recipe(stage, { from })
  const stopping = new AbortController()
  const progress = ({ done }: { done: number }) => done === 3 && stopping.abort()
  const cut = trainStage(recipe, { dir, progress, signal: stopping.signal })
  await expect(cut).rejects.toMatchObject({ code: 'run/interrupted' })
  const summary = await trainStage(recipe, { dir, resume: true })
  expect(summary.resumedFrom).toBe(3)
  expect(await hashes(dir)).toEqual(await hashes(dirs[stage]))
  const [a, b] = [await steps(dir), await steps(dirs[stage])]
  expect(a.map(({ loss }) => loss)).toEqual(b.map(({ loss }) => loss))
}

export async function steps(dir: string): Promise<Step[]> {
  const lines = (await readFile(join(dir, 'log.jsonl'), 'utf8')).trim().split('\n')
  return lines.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'step')
}

/** sha256 of each part that a run names. */
export const hashes = async (dir: string) =>
  Object.fromEntries(Object.entries((await readOutput(dir)).parts).map(([name, { sha256 }]) => [name, sha256]))

export const near = (found: readonly Step[], wanted: readonly Step[], digits: number) =>
  found.forEach((step, i) => {
    expect(step.loss).toBeCloseTo(wanted[i]!.loss, digits)
    expect(step.gradNorm / wanted[i]!.gradNorm).toBeCloseTo(1, digits)
  })
