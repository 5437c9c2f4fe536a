import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { noGrad, scope, zeros } from '@egolens/torch'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  CausalLM,
  type Conversation,
  conversation,
  loadVideoPixels,
  mistralTemplate,
  type Reply,
  tokenisePrompt,
} from '../../mllm/index.js'
import { addToken } from '../../mllm/tokenizer/tokenizer.testing.js'
import { temporaryFolder } from '../../video/testing.js'
import type { Built } from '../model/build.js'
import { Tape } from '../model/tape.js'
import { seen } from '../stages/index.js'
import { type TinyStages, tinyStages } from '../training/stage.testing.js'
import { tinyCheckpoint, tinyRun } from './ask.testing.js'
import { openVideoModel } from './open.js'

const { folder, at, remove } = temporaryFolder()
let tiny: TinyStages
let video: string
/** The model that was written, with its low-rank layers apart. */
let trained: Built | undefined
beforeAll(async () => {
  tiny = await tinyStages(folder, { count: 1 })
  video = join(folder, 'videos', '0-ego.mp4')
  trained = await tinyRun(tiny, at('practice'), { system: 'Look.' })
})
afterAll(() => {
  trained?.model.dispose()
  remove()
})

async function reply(talk: Conversation, ...asked: Parameters<Conversation['ask']>): Promise<Reply> {
  const stream = talk.ask(...asked)
  for (;;) {
    const { done, value } = await stream.next()
    if (done) return value
  }
}

/** The log-probabilities of the first token of an answer, by the way that training takes. */
async function firstToken({ model, tokenizer, preprocessing }: Built, system: string): Promise<number[]> {
  const { pixels } = await loadVideoPixels(video, { start: 0.2, end: 0.8, preprocessing, frames: 2 })
  const prompt = tokenisePrompt(tokenizer, mistralTemplate(conversation({ question: 'What is cut?' }, { system })))
  const tape = new Tape({ checkpointing: false })
  const found = noGrad(() =>
    scope(() => {
      const visual = seen(model, tape, pixels.unsqueeze(0))
      const { hidden } = model.read(tape, [prompt], visual)
      return model.llm
        .logits(hidden.select(1, hidden.shape[1]! - 1))
        .logSoftmax(-1)
        .flatten()
        .tolist() as number[]
    }),
  )
  pixels.dispose()
  return found
}

describe('a run', () => {
  it('answers as the trained model does, with its system text', async () => {
    using model = await openVideoModel(at('practice'))
    for (const system of [undefined, 'Hello.']) {
      const { talk } = await model.watch(video, { start: 0.2, end: 0.8, ...(system ? { system } : {}) })
      const wanted = await firstToken(trained!, system ?? 'Look.')
      const { text } = await reply(talk, 'What is cut?', { maxTokens: 1 })
      const best = wanted.indexOf(Math.max(...wanted))
      expect(text).toBe(trained!.tokenizer.decode([best]).replace(/\uFFFD+$/, ''))
      talk.dispose()
    }
  })

  it('of a stage before practice sees by the towers that it has', async () => {
    for (const [stage, parts] of [
      ['guidance', ['ego', 'exo', 'connector', 'mapping', 'inverse']],
      ['preparation', ['exo', 'connector']],
      ['initialization', ['ego', 'connector']],
    ] as const) {
      const { model: written } = await tinyRun(tiny, at(stage), { stage, parts: [...parts] })
      written.dispose()
      using model = await openVideoModel(at(stage))
      const { talk } = await model.watch(video)
      expect((await reply(talk, 'What is cut?', { choices: ['pan', 'cup'] })).choices).toHaveLength(2)
      talk.dispose()
    }
  })

  it('says where a video has fewer frames than it looks at, and where it ends', async () => {
    using model = await openVideoModel(at('practice'))
    const { talk, notice } = await model.watch(video, { start: 0.3, end: 0.35 })
    talk.dispose()
    expect(notice).toBe('the clip has 1 frame, and 2 are wanted: some are shown several times')
    const black = await model.watch(video, { start: 0.3, end: 0.35, short: 'pad' })
    black.talk.dispose()
    expect(black.notice).toBe('the clip has 1 frame, and 2 are wanted: 1 black one follows them')
    const refused = model.watch(video, { start: 0.3, end: 0.35, short: 'refuse' })
    await expect(refused).rejects.toMatchObject({ code: 'mllm/short-clip', where: video })
    await expect(model.watch(video, { start: 9 })).rejects.toMatchObject({ code: 'mllm/clip-outside' })
  })
})

describe('a device without memory', () => {
  // libtorch's own refusal, of 140 terabytes.
  const tooMuch = () => zeros([2 ** 20, 2 ** 25])
  const error = {
    ...{ code: 'mllm/out-of-memory', message: 'cpu has no more memory' },
    cure: expect.stringContaining('take a smaller model'),
  }

  it('is an error with its cure, while the video is looked at and while an answer is made', async () => {
    using model = await openVideoModel(at('practice'))
    const { talk } = await model.watch(video)
    vi.spyOn(Tape.prototype, 'through').mockImplementation(tooMuch)
    await expect(model.watch(video)).rejects.toMatchObject(error)
    vi.spyOn(CausalLM.prototype, 'forward').mockImplementation(tooMuch)
    await expect(reply(talk, 'What is cut?', { maxTokens: 1 })).rejects.toMatchObject(error)
    vi.restoreAllMocks()
    // Nothing of it is left in the talk.
    expect((await reply(talk, 'What is cut?', { maxTokens: 1 })).tokens).toBeLessThanOrEqual(1)
    talk.dispose()
  })
})

describe('a VideoLLaMA2 checkpoint', () => {
  it('is loaded whole, by name, with the frames that it says', async () => {
    await tinyCheckpoint(tiny, at('checkpoint'))
    using model = await openVideoModel(at('checkpoint'))
    expect(model.frames).toBe(4)
    const { talk } = await model.watch(video)
    expect((await reply(talk, 'What is cut?', { maxTokens: 3 })).tokens).toBe(3)
    talk.dispose()
  })

  it('that has a tokenizer of another model', async () => {
    await tinyCheckpoint(tiny, at('tokens'))
    await addToken(at('tokens'), trained!.tokenizer.size)
    await expect(openVideoModel(at('tokens'))).rejects.toMatchObject({
      ...{ code: 'tokenizer/other-vocabulary', where: at('tokens/tokenizer.json') },
    })
  })

  it.each([
    ['model.layers.0.mlp.up_proj.weight', 'missing model.layers.0.mlp.up_proj.weight'],
    ['model.mm_projector.sampler.0.bias', 'missing sampler.0.bias'],
    ['model.vision_tower.vision_tower.vision_model.pre_layrnorm.bias', 'missing vision_model.pre_layrnorm.bias'],
  ])('that lacks %s', async (name, message) => {
    await tinyCheckpoint(tiny, at('lacks'), (tensors) => {
      delete tensors[name]
    })
    await expect(openVideoModel(at('lacks'))).rejects.toThrow(message)
  })

  it('that has what nobody asks for', async () => {
    await tinyCheckpoint(tiny, at('more'), (tensors) => {
      tensors['model.audio_tower.weight'] = tensors['model.norm.weight']!
    })
    await expect(openVideoModel(at('more'))).rejects.toThrow('extra model.audio_tower.weight')
  })
})

describe('what is no model', () => {
  it('a file, a CLIP, a run of recognition', async () => {
    const other = { code: 'ask/other-model' }
    await expect(openVideoModel(video)).rejects.toMatchObject({ ...other, message: expect.stringMatching(/a file/) })
    await expect(openVideoModel(join(folder, 'clip'))).rejects.toMatchObject({
      ...other,
      message: expect.stringMatching(/VideoLLaMA2/),
    })
    await mkdir(at('adapter'))
    await writeFile(at('adapter/adapter.json'), '{}')
    await expect(openVideoModel(at('adapter'))).rejects.toMatchObject({
      ...other,
      message: expect.stringMatching(/egolens recognise/),
    })
  })

  it('a run that has not ended, or has lost a part', async () => {
    await mkdir(at('begun'))
    await expect(openVideoModel(at('begun'))).rejects.toMatchObject({ code: 'exo2ego/no-output' })
    const { model } = await tinyRun(tiny, at('changed'))
    model.dispose()
    const path = at('changed/ego.safetensors')
    const bytes = await readFile(path)
    bytes[bytes.length - 1]! ^= 1
    await writeFile(path, bytes)
    await expect(openVideoModel(at('changed'))).rejects.toMatchObject({ code: 'exo2ego/changed-part', where: path })
  })
})
