import { expectNoLeak, noGrad, scope, type Tensor } from '@egolens/torch'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { formulaTensor } from '../../encoders/formula.testing.js'
import { tinyLanguages, tinyModel } from '../language/language.testing.js'
import { nextTokenLoss } from '../language/loss.js'
import type { CausalLM } from '../language/model.js'
import { joinVisuals } from '../tokenizer/join.js'
import { tokenisePrompt } from '../tokenizer/prompt.js'
import { conversation } from '../tokenizer/question.js'
import { chatMlTemplate, type Message, mistralTemplate, type Part } from '../tokenizer/template.js'
import { LanguageTokenizer } from '../tokenizer/tokenizer.js'
import { byteLevel, sentencePieces } from '../tokenizer/tokenizer.testing.js'
import { Conversation, type Reply } from './conversation.js'

const words = sentencePieces(['the', 'cup', 'onion', 'pan', 'is', 'cut', 'What', 'Where', 'takes', 'opens'])
const tokenizer = new LanguageTokenizer(words.json, words.config)
const seen = 12

let model: CausalLM
let visual: Tensor
beforeEach(() => {
  model = tinyModel({ ...tinyLanguages.mistral, vocabulary: words.tokens.length, context: 160 })
  visual = formulaTensor('visual', [1, seen, 32], { size: 1 }).keep()
})
afterEach(() => {
  vi.restoreAllMocks()
  model.dispose()
  visual.dispose()
})

/** A conversation that may free its visual. */
const talkWith = (system = '') => new Conversation({ model, tokenizer }, visual.clone(), { system })

async function whole(stream: AsyncGenerator<string, Reply>): Promise<Reply & { pieces: string[] }> {
  const pieces: string[] = []
  for (;;) {
    const { done, value } = await stream.next()
    if (done) return { ...value, pieces }
    pieces.push(value)
  }
}

/** The likeliest tokens after a prompt, each by a pass over all that is before it. */
function plainly(messages: readonly Message[], count: number): string {
  const { ids } = tokenisePrompt(tokenizer, mistralTemplate(messages))
  const made: number[] = []
  while (made.length < count) {
    const next = noGrad(() =>
      scope(() => {
        const all = [...ids, ...made]
        const sample = { ids: all, labels: all, visuals: [visual.select(0, 0)] }
        const { embeddings } = joinVisuals(model, [sample])
        const last = model.forward(embeddings).narrow(1, embeddings.shape[1]! - 1, 1)
        return model.logits(last).argmax(-1).item()
      }),
    )
    if (next === tokenizer.eos) break
    made.push(next)
  }
  // Half a character at the end is not shown.
  return tokenizer.decode(made).replace(/\uFFFD+$/, '')
}

/** What a training step says of an answer: the sum over its tokens and its end. */
function logLikelihood(messages: readonly Message[], answer: string): number {
  const parts: Part[] = mistralTemplate([...messages, { role: 'assistant', content: answer }])
  const before = tokenisePrompt(tokenizer, mistralTemplate(messages)).ids.length
  const { ids, labels: all } = tokenisePrompt(tokenizer, parts)
  const prompt = { ids, labels: all.map((label, i) => (i < before ? -100 : label)) }
  const targets = ids.length - before
  return noGrad(() =>
    scope(() => {
      const { embeddings, labels } = joinVisuals(model, [{ ...prompt, visuals: [visual.select(0, 0)] }])
      return -targets * nextTokenLoss(model, model.forward(embeddings), labels).item()
    }),
  )
}

/** The shapes of what the model is given from now on. */
function spied(): number[][] {
  const shapes: number[][] = []
  const forward = model.forward.bind(model)
  vi.spyOn(model, 'forward').mockImplementation((embeddings, options) => {
    shapes.push(embeddings.shape)
    return forward(embeddings, options)
  })
  return shapes
}

const user = (content: string): Message => ({ role: 'user', content })
const said = (content: string): Message => ({ role: 'assistant', content })

describe('a conversation', () => {
  it('says what passes over the whole prompt say, in pieces', async () => {
    using talk = talkWith('Look.')
    const reply = await whole(talk.ask('What is cut?', { maxTokens: 6 }))
    const first = conversation({ question: 'What is cut?' }, { system: 'Look.' })
    expect(reply.text).toBe(plainly(first, 6))
    expect(reply.pieces.join('')).toBe(reply.text)
    expect(reply).toMatchObject({ tokens: 6, reason: 'length', seconds: expect.any(Number) })
    expect(talk.history).toEqual([...first, said(reply.text)])
  })

  it('goes on with all that was said, and computes the video once', async () => {
    using talk = talkWith()
    const shapes = spied()
    const first = await whole(talk.ask('What is cut?', { maxTokens: 4 }))
    const second = await whole(talk.ask('Where is the cup?', { maxTokens: 4 }))
    vi.restoreAllMocks()
    const messages = [...conversation({ question: 'What is cut?' }), said(first.text), user('Where is the cup?')]
    expect(second.text).toBe(plainly(messages, 4))
    const length = tokenisePrompt(tokenizer, mistralTemplate(messages)).ids.length - 1 + seen
    // The last token of an answer, and what is spelled otherwise than it was made, is computed again.
    expect(shapes.reduce((sum, [, one]) => sum + one!, 0)).toBeLessThan(length + 3 + 4)
  })

  it('is as if nothing had been asked after an answer that nobody read to its end', async () => {
    using talk = talkWith()
    for await (const _ of talk.ask('Where is the pan?', { maxTokens: 8 })) break
    const stopped = new AbortController()
    stopped.abort(new Error('enough'))
    await expect(whole(talk.ask('Where is the cup?', { signal: stopped.signal }))).rejects.toThrow('enough')
    expect(talk.history).toEqual([])
    const reply = await whole(talk.ask('What is cut?', { maxTokens: 6 }))
    expect(reply.text).toBe(plainly(conversation({ question: 'What is cut?' }), 6))
  })

  it('draws by its seed', async () => {
    const drawn = async (seed: number) => {
      using talk = talkWith()
      return (await whole(talk.ask('What is cut?', { maxTokens: 12, temperature: 3, seed }))).text
    }
    expect(await drawn(1)).toBe(await drawn(1))
    expect(await drawn(2)).not.toBe(await drawn(1))
  })

  it('talks by the template of another family', async () => {
    const bytes = byteLevel(['the'])
    const other = tinyModel({ ...tinyLanguages.qwen2, vocabulary: bytes.tokens.length, context: 160 })
    const speaker = { model: other, tokenizer: new LanguageTokenizer(bytes.json, bytes.config) }
    using talk = new Conversation(speaker, visual.clone(), { template: chatMlTemplate })
    expect((await whole(talk.ask('A?', { maxTokens: 3 }))).tokens).toBeLessThanOrEqual(3)
    expect((await whole(talk.ask('B?', { maxTokens: 3 }))).reason).toMatch(/end|length/)
    other.dispose()
  })

  it('frees what it made', () =>
    expectNoLeak(async () => {
      using talk = talkWith()
      await whole(talk.ask('What is cut?', { maxTokens: 3 }))
      await whole(talk.ask('Where?', { choices: ['the cup', 'pan'] }))
    }))
})

describe('choices', () => {
  const choices = ['the cup', 'onion', 'the pan opens']

  it('have the probabilities of the answers that a training step gives, listed as in training', async () => {
    using talk = talkWith()
    const reply = await whole(talk.ask('What is cut?', { choices }))
    const messages = conversation({ question: 'What is cut?', choices })
    const sums = choices.map((choice) => logLikelihood(messages, choice))
    const all = sums.reduce((sum, one) => sum + Math.exp(one), 0)
    reply.choices!.forEach((choice, i) => {
      expect(choice.text).toBe(choices[i])
      expect(choice.logLikelihood).toBeCloseTo(sums[i]!, 4)
      expect(choice.probability).toBeCloseTo(Math.exp(sums[i]!) / all, 4)
    })
    expect(reply.text).toBe(choices[sums.indexOf(Math.max(...sums))])
    expect(reply).toMatchObject({ reason: 'chosen', pieces: [reply.text] })
    expect(talk.history.at(-1)).toEqual(said(reply.text))
  })

  it('by the likelihood a token, and after other questions', async () => {
    using talk = talkWith()
    const first = await whole(talk.ask('Where is the cup?', { maxTokens: 3 }))
    const reply = await whole(talk.ask('What is cut?', { choices, likelihood: 'mean' }))
    const before = [...conversation({ question: 'Where is the cup?' }), said(first.text)]
    const messages = [...before, user('What is cut?\nthe cup / onion / the pan opens')]
    const means = choices.map((choice, i) => logLikelihood(messages, choice) / reply.choices![i]!.tokens)
    const all = means.reduce((sum, one) => sum + Math.exp(one), 0)
    reply.choices!.forEach(({ probability }, i) => {
      expect(probability).toBeCloseTo(Math.exp(means[i]!) / all, 4)
    })
  })

  it('compute what they share once', async () => {
    using talk = talkWith()
    const shapes = spied()
    await whole(talk.ask('What is cut?', { choices }))
    expect(shapes.map(([rows]) => rows)).toEqual([1, 3])
    expect(shapes[1]![1]).toBeLessThan(seen)
  })
})

describe('what cannot be asked', () => {
  it('a question for which there is no room: it says by how much, and the talk goes on', async () => {
    using talk = talkWith()
    const long = 'the '.repeat(160)
    const { ids } = tokenisePrompt(tokenizer, mistralTemplate(conversation({ question: long })))
    const over = ids.length - 1 + seen + 1 - 160
    await expect(whole(talk.ask(long))).rejects.toMatchObject({
      code: 'mllm/too-long',
      message: expect.stringContaining(`exceeds the context by ${over} tokens`),
    })
    expect((await whole(talk.ask('What is cut?', { maxTokens: 2 }))).tokens).toBe(2)
  })

  it.each([
    [{ choices: ['the cup'] }, /^choices: /],
    [{ choices: ['cup', 'cup'] }, /the same answer twice/],
    [{ maxTokens: 0 }, /^maxTokens: /],
    [{ topP: 2 }, /^topP: /],
    [{ seed: -1 }, /^seed: /],
  ])('%j', async (options, message) => {
    using talk = talkWith()
    await expect(whole(talk.ask('What?', options))).rejects.toMatchObject({
      code: 'mllm/bad-option',
      message: expect.stringMatching(message),
    })
  })
})
