import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../video/testing.js'
import { readOutput, trainStage } from '../index.js'
import { type Chain, expectResumed, hashes, steps, trainChain } from './chain.testing.js'

const { folder, at, remove } = temporaryFolder()
let chain: Chain
beforeAll(async () => {
  chain = await trainChain(folder)
})
afterAll(remove)

describe('the stages', () => {
  it('learn their texts, each from the parts of the one before', async () => {
    for (const dir of Object.values(chain.dirs)) {
      const all = await steps(dir)
      expect(all.length).toBe(4)
      expect(all.at(-1)!.parts.text).toBeLessThan(all[0]!.parts.text)
    }
  })

  it('train the parts of section 4 and leave the others as they were', async () => {
    const [first, one, two, three] = await Promise.all(Object.values(chain.dirs).map(hashes))
    expect(Object.keys(first!)).toEqual(['exo', 'connector'])
    expect(one!.exo).not.toBe(first!.exo)
    expect(two!.exo).toBe(one!.exo)
    expect(Object.keys(two!)).toEqual(['ego', 'exo', 'connector', 'mapping', 'inverse'])
    expect([three!.exo, three!.inverse]).toEqual([two!.exo, two!.inverse])
    for (const part of ['ego', 'connector', 'mapping', 'lora']) expect(three![part]).not.toBe(two![part])
    const { frozen } = await readOutput(chain.dirs.guidance)
    expect(Object.keys(frozen)).toEqual(['llm', 'exo'])
  })
})

describe('a stage that is cut off', () => {
  it('goes on bit for bit', async () => {
    await expectResumed(chain, 'practice', chain.dirs.guidance, at('cut-practice'))
  })
})

describe('what is wrong is said', () => {
  it('a stage that has nothing to go on from', () => {
    expect(() => chain.tiny.recipe('guidance')).toThrow(/goes on from another stage/)
  })

  it('a directory in which no stage has ended, and parts that have changed since', async () => {
    const recipe = chain.tiny.recipe('guidance', { from: at('nowhere') })
    await expect(trainStage(recipe, { dir: at('a') })).rejects.toMatchObject({ code: 'exo2ego/no-output' })
    const copy = at('copy')
    await cp(chain.dirs.preparation, copy, { recursive: true })
    const file = join(copy, 'exo.safetensors')
    const bytes = await readFile(file)
    bytes[bytes.length - 1]! ^= 1
    await writeFile(file, bytes)
    const changed = trainStage(chain.tiny.recipe('guidance', { from: copy }), { dir: at('b') })
    await expect(changed).rejects.toMatchObject({ code: 'exo2ego/changed-part', where: file })
  })

  it('a loss that is no number, before the step that would spoil the parameters', async () => {
    const dir = at('broken')
    const training = { lr: 1e30, saveEvery: 1 }
    const broken = trainStage(chain.tiny.recipe('preparation', { from: chain.dirs.initialization, training }), { dir })
    await expect(broken).rejects.toMatchObject({ code: 'training/not-finite' })
  })

  it('a grid that the mapping cannot halve twice', async () => {
    const model = { mapping: { where: 'pre_connector' as const }, vision: 'small' }
    const recipe = chain.tiny.recipe('guidance', { from: chain.dirs.preparation, model })
    await expect(trainStage(recipe, { dir: at('c') })).rejects.toMatchObject({ code: 'weights/mismatch' })
  })
})
