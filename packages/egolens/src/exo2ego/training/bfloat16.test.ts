import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../video/testing.js'
import { FrameCache } from '../data/frames.js'
import { type StageName, trainStage } from '../index.js'
import { steps } from './chain.testing.js'
import { type TinyStages, tinyStages } from './stage.testing.js'

const stageNames = ['initialization', 'preparation', 'guidance', 'practice'] as const
const cache = new FrameCache()
const { folder, remove } = temporaryFolder()
let tiny: TinyStages
/** Runs in float32, one from the other, and their losses. */
const whole = {} as Record<StageName, { from?: string; losses: number[] }>

async function losses(
  name: string,
  stage: StageName,
  training: { precision: 'float32' | 'bfloat16'; checkpointing: boolean },
  from?: string,
) {
  const dir = join(folder, `${name}-${stage}`)
  const all = { ...training, epochs: 1, globalBatch: 2 }
  const model = { lora: { r: 2, alpha: 4, dropout: 0 } }
  await trainStage(tiny.recipe(stage, { ...(from ? { from } : {}), model, training: all }), { dir, cache })
  return { dir, losses: (await steps(dir)).map(({ loss }) => loss) }
}

beforeAll(async () => {
  tiny = await tinyStages(folder, { count: 4 })
  let from: string | undefined
  for (const stage of stageNames) {
    const run = await losses('whole', stage, { precision: 'float32', checkpointing: false }, from)
    whole[stage] = { losses: run.losses, ...(from ? { from } : {}) }
    from = run.dir
  }
})
afterAll(remove)

describe('training in bfloat16', () => {
  it.each(stageNames)('has about the losses of float32, computed once or twice: %s', async (stage) => {
    const { from, losses: wanted } = whole[stage]
    for (const checkpointing of [true, false]) {
      const found = await losses(`half-${checkpointing}`, stage, { precision: 'bfloat16', checkpointing }, from)
      expect(found.losses).toHaveLength(wanted.length)
      found.losses.forEach((loss, i) => {
        const said = `step ${i + 1}: ${loss}, in float32 ${wanted[i]}`
        // Instance norms over 2 x 2 places make what residual networks have learnt a matter of rounding.
        const tolerance = stage === 'guidance' && i > 0 ? 0.15 : 0.02
        expect(Math.abs(loss / wanted[i]! - 1), said).toBeLessThan(tolerance)
      })
    }
  })
})
