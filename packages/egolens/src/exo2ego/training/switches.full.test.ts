import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../video/testing.js'
import type { StageRecipeInput } from '../index.js'
import { type Chain, expectResumed, hashes, near, steps, trainChain } from './chain.testing.js'

const { folder, at, remove } = temporaryFolder()
let chain: Chain
beforeAll(async () => {
  chain = await trainChain(folder)
})
afterAll(remove)

describe('the stages', () => {
  it('have the same losses and gradients whatever a step is cut into, computed once or twice', async () => {
    // Instance norms over 2 x 2 places make the residual networks' gradients a matter of rounding; linear layers have none.
    const model = { mapping: { arch: 'mlp' as const } }
    const run = async (name: string, training: StageRecipeInput['training']) =>
      steps(await chain.trained(name, 'guidance', { model, training }))
    const wanted = await run('whole', { localBatch: 4, checkpointing: false })
    near(await run('ones', { localBatch: 1 }), wanted, 3)
    near(await run('thirds', { localBatch: 3 }), wanted, 3)
    const [residual, pieces] = [
      await steps(chain.dirs.guidance),
      await chain.trained('pieces', 'guidance', { training: { localBatch: 1 } }),
    ]
    expect((await steps(pieces))[0]!.loss).toBeCloseTo(residual[0]!.loss, 4)
  })
})

describe('a stage that is cut off', () => {
  it('goes on bit for bit in guidance', async () => {
    await expectResumed(chain, 'guidance', chain.dirs.preparation, at('cut-guidance'))
  })
})

describe('switches', () => {
  it('Table 7: no LoRA, no cycle, no KL, a mapping of linear layers', async () => {
    const noLora = await chain.trained('no-lora', 'practice', { train: { lora: false } })
    expect(Object.keys(await hashes(noLora))).not.toContain('lora')
    const cycleDir = await chain.trained('no-cycle', 'guidance', { losses: { ccl: { weight: 0 } } })
    expect(Object.keys(await hashes(cycleDir))).not.toContain('inverse')
    const noCycle = (await steps(cycleDir))[0]!
    expect([noCycle.parts.ccl, noCycle.loss]).toEqual([0, expect.closeTo(noCycle.parts.text + noCycle.parts.kl, 4)])
    const noKl = (await steps(await chain.trained('no-kl', 'guidance', { losses: { kl: { weight: 0 } } })))[0]!
    expect([noKl.parts.kl, noKl.loss]).toEqual([0, expect.closeTo(noKl.parts.text + noKl.parts.ccl, 4)])
    const mlp = await chain.trained('mlp', 'guidance', { model: { mapping: { arch: 'mlp' } } })
    expect((await hashes(mlp)).mapping).not.toBe((await hashes(chain.dirs.guidance)).mapping)
  })

  it('Table 8: the exo tower trained beside the ego tower, the ego tower frozen in practice', async () => {
    const both = await hashes(await chain.trained('both', 'guidance', { train: { exo: true } }))
    expect(both.exo).not.toBe((await hashes(chain.dirs.preparation)).exo)
    const still = await hashes(await chain.trained('still', 'practice', { train: { ego: false } }))
    expect(still.ego).toBe((await hashes(chain.dirs.guidance)).ego)
  })

  it('what guides, how it is joined and where it is mapped make other losses', async () => {
    const first = async (name: string, model: StageRecipeInput['model']) =>
      (await steps(await chain.trained(name, 'guidance', { model })))[0]!.parts
    const plain = (await steps(chain.dirs.guidance))[0]!.parts
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
    const dir = await chain.trained('blind', 'practice', { model: { blind: true } })
    const [parts, before] = [await hashes(dir), await hashes(chain.dirs.guidance)]
    expect([parts.ego, parts.connector]).toEqual([before.ego, before.connector])
    expect((await steps(dir))[0]!.parts.text).not.toBe((await steps(chain.dirs.practice))[0]!.parts.text)
    expect(() => chain.tiny.recipe('guidance', { from: dir, model: { blind: true } })).toThrow(/about what is seen/)
  })
})
