import { join } from 'node:path'
import { expectNoLeak } from '@egolens/torch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../video/testing.js'
import type { EgoItRecord } from '../data/egoit/index.js'
import { ClipFrames } from '../data/frames.js'
import { buildModel } from '../model/build.js'
import { type TinyStages, tinyStages } from '../training/stage.testing.js'
import { accuracyOf, answerClosed } from './closed.js'

const { folder, remove } = temporaryFolder()
let tiny: TinyStages
beforeAll(async () => {
  tiny = await tinyStages(folder)
})
afterAll(remove)

const choices = ['the cup', 'a pan', 'onion']
const records = Array.from(
  { length: 3 },
  (_, i): EgoItRecord => ({
    ...{ id: `${i}`, instruction: 'Say.', question: 'What is cut?', task: i === 2 ? 'other' : 'object' },
    video: join('videos', `${i}-ego.mp4`),
    answer: choices[i]!,
    choices,
  }),
)
const open: EgoItRecord = { ...records[0]!, choices: undefined }

async function answers(options: { blind?: boolean; batch?: number } = {}) {
  const { model: networks } = tiny.recipe('practice', { from: folder })
  const { model, tokenizer, preprocessing } = await buildModel(networks, {
    parts: ['ego', 'connector', 'mapping'],
    seed: 1,
  })
  const frames = new ClipFrames({ preprocessing, frames: 2, short: 'repeat' })
  try {
    return await answerClosed(model, [...records, open], { tokenizer, frames, root: folder, ...options })
  } finally {
    model.dispose()
  }
}

describe('questions with choices', () => {
  it('are answered by the likeliest choice, whatever goes through together, and leave nothing behind', async () => {
    const [one, all] = await expectNoLeak(async () => [await answers({ batch: 1 }), await answers()] as const)
    expect(all.map(({ id }) => id)).toEqual(['0', '1', '2'])
    all.forEach(({ probabilities, chosen }, i) => {
      expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 6)
      expect(chosen).toBe(choices[probabilities.indexOf(Math.max(...probabilities))])
      probabilities.forEach((value, k) => {
        expect(value).toBeCloseTo(one[i]!.probabilities[k]!, 4)
      })
    })
  })

  it('go by what is seen; without the video the same words have the same answer', async () => {
    const [looking, blind] = [await answers(), await answers({ blind: true })]
    expect(looking[0]!.probabilities).not.toEqual(looking[1]!.probabilities)
    expect(blind[0]!.probabilities).toEqual(blind[1]!.probabilities)
  })

  it('are counted over all and by task', () => {
    const answer = (task: string, right: boolean, of: number) => ({
      ...{ id: '', task, answer: 'a', chosen: right ? 'a' : 'b' },
      probabilities: new Array<number>(of).fill(1 / of),
    })
    const { all, tasks } = accuracyOf([answer('x', true, 4), answer('x', false, 4), answer('y', true, 2)])
    expect(all).toEqual({ count: 3, accuracy: 2 / 3, chance: expect.closeTo(1 / 3) })
    expect(tasks).toEqual({ x: { count: 2, accuracy: 0.5, chance: 0.25 }, y: { count: 1, accuracy: 1, chance: 0.5 } })
  })
})
