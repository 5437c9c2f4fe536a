import { writeFile } from 'node:fs/promises'
import { noGrad, scope } from '@egolens/torch'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { chatMlTemplate, conversation, loadVideoPixels, tokenisePrompt } from '../../mllm/index.js'
import { temporaryFolder } from '../../video/testing.js'
import { tinyRun } from '../ask/ask.testing.js'
import { openVideoModel } from '../ask/index.js'
import { openStageRun } from '../ask/run.js'
import { answerRun, trainStage } from '../index.js'
import { Tape } from '../model/tape.js'
import { seen } from '../stages/index.js'
import { steps } from './chain.testing.js'
import { type TinyStages, tinyStages } from './stage.testing.js'

const { folder, at, remove } = temporaryFolder()
let tiny: TinyStages
beforeAll(async () => {
  tiny = await tinyStages(folder, { count: 4, family: 'qwen2' })
  const { model } = await tinyRun(tiny, at('guidance'), { stage: 'guidance', parts: ['ego', 'connector', 'mapping'] })
  model.dispose()
  await trainStage(tiny.recipe('practice', { from: at('guidance') }), { dir: at('practice') })
})
afterAll(remove)

/** The likeliest token to begin an answer with, by the way that training takes. */
async function firstToken(question: string): Promise<string> {
  const { model, tokenizer, preprocessing } = await openStageRun(at('practice'))
  const { pixels } = await loadVideoPixels(at('videos/0-ego.mp4'), { preprocessing, frames: 2 })
  const prompt = tokenisePrompt(tokenizer, chatMlTemplate(conversation({ question })))
  expect(tokenizer.decode(prompt.ids.filter((id) => id >= 0))).toBe(`user\n\n${question}\nassistant\n`)
  const best = noGrad(() =>
    scope(() => {
      const visual = seen(model, new Tape({ checkpointing: false }), pixels.unsqueeze(0))
      const { hidden } = model.read(new Tape({ checkpointing: false }), [prompt], visual)
      return model.llm
        .logits(hidden.select(1, hidden.shape[1]! - 1))
        .argmax(-1)
        .item()
    }),
  )
  pixels.dispose()
  model.dispose()
  return tokenizer.decode([best])
}

it('a language model of Qwen2 learns answers and is asked in its own layout', async () => {
  const losses = (await steps(at('practice'))).map(({ loss }) => loss)
  expect(losses.at(-1)).toBeLessThan(losses[0]!)
  using model = await openVideoModel(at('practice'))
  const { talk } = await model.watch(at('videos/0-ego.mp4'))
  const stream = talk.ask('What is cut?', { maxTokens: 1 })
  let answer = await stream.next()
  while (!answer.done) answer = await stream.next()
  expect(answer.value.text).toBe((await firstToken('What is cut?')).replace(/\uFFFD+$/, ''))
  talk.dispose()
})

it('and chooses among answers', async () => {
  const record = { video: 'videos/0-ego.mp4', instruction: 'Choose.', question: 'What is cut?', answer: 'the cup' }
  await writeFile(at('asked.jsonl'), JSON.stringify({ ...record, choices: ['the cup', 'the onion'] }))
  const [answer] = await answerRun(at('practice'), at('asked.jsonl'))
  expect(answer!.probabilities[0]! + answer!.probabilities[1]!).toBeCloseTo(1, 6)
})
