import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../video/testing.js'
import { answerRun, readOutput } from '../index.js'
import { packRun } from '../small/pack.js'
import { type Chain, expectResumed, hashes, steps, trainChain } from './chain.testing.js'
import { finishStage } from './finish.js'

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

describe('a stage that is to be finished', () => {
  it('is trained once, goes on where it was stopped, and gives way to another recipe', async () => {
    const dir = at('finished')
    const from = chain.dirs.guidance
    const recipe = chain.tiny.recipe('practice', { from })
    const stopping = new AbortController()
    const progress = ({ done }: { done: number }) => done === 2 && stopping.abort()
    const cut = finishStage(recipe, { dir, progress, signal: stopping.signal })
    await expect(cut).rejects.toMatchObject({ code: 'run/interrupted' })
    expect(await finishStage(recipe, { dir })).toBe(true)
    expect(await hashes(dir)).toEqual(await hashes(chain.dirs.practice))
    expect(await finishStage(recipe, { dir })).toBe(false)
    expect(await finishStage(chain.tiny.recipe('practice', { from, training: { seed: 2 } }), { dir })).toBe(true)
    expect(await hashes(dir)).not.toEqual(await hashes(chain.dirs.practice))
  })
})

describe('a run', () => {
  it('answers the questions of a file that have choices, the same again', async () => {
    const record = { video: 'videos/0-ego.mp4', instruction: 'Choose.', question: 'What is cut?', answer: 'the cup' }
    const choices = [
      ['the cup', 'the onion'],
      ['the lid', 'the cup'],
    ]
    const lines = [{ ...record, choices: choices[0] }, record, { ...record, choices: choices[1] }]
    await writeFile(at('asked.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'))
    const answers = await answerRun(chain.dirs.practice, at('asked.jsonl'))
    expect(answers.map(({ chosen }, i) => choices[i]!.includes(chosen))).toEqual([true, true])
    for (const { probabilities } of answers) expect(probabilities[0]! + probabilities[1]!).toBeCloseTo(1, 6)
    expect(await answerRun(chain.dirs.practice, at('asked.jsonl'), { limit: 1 })).toHaveLength(1)
    // A run of the first stage looks by the tower of the view from outside.
    expect(await answerRun(chain.dirs.preparation, at('asked.jsonl'))).toHaveLength(2)
  })

  it('is packed into one folder of half the bytes, from which another begins', async () => {
    const packed = at('packed')
    const parts = ['ego', 'connector', 'mapping'] as const
    expect(Object.keys((await packRun(chain.dirs.guidance, packed, parts)).parts)).toEqual([...parts])
    expect((await readdir(packed)).sort()).toEqual([
      'connector.safetensors',
      'ego.safetensors',
      'mapping.safetensors',
      'model.json',
    ])
    const [whole, half] = await Promise.all(
      [chain.dirs.guidance, packed].map((dir) => stat(join(dir, 'ego.safetensors'))),
    )
    expect(half!.size / whole!.size).toBeCloseTo(0.5, 1)
    const run = await chain.trained('from-packed', 'practice', { from: packed })
    const [exact, rounded] = await Promise.all([chain.dirs.practice, run].map(steps))
    expect(rounded![0]!.loss).toBeCloseTo(exact![0]!.loss, 2)
  })
})
