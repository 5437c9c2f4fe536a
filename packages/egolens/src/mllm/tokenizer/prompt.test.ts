import { describe, expect, it } from 'vitest'
import { promptLength, tokenisePrompt } from './prompt.js'
import { chatMlTemplate, type Message, mistralTemplate, plainTemplate } from './template.js'
import { LanguageTokenizer } from './tokenizer.js'
import { byteLevel, sentencePieces } from './tokenizer.testing.js'

const files = sentencePieces(['what', 'is', 'cut', 'the'])
const tokenizer = new LanguageTokenizer(files.json, files.config)
const spell = (ids: readonly number[]) =>
  ids.map((id) => ({ [-100]: '-', [-200]: '<image>', [-201]: '<video>' })[id] ?? files.tokens[id]).join(' ')

const chat: Message[] = [
  { role: 'user', content: '<video>\nwhat is cut?' },
  { role: 'assistant', content: 'the a' },
  { role: 'user', content: 'is' },
  { role: 'assistant', content: 'a' },
]

describe("Mistral's template", () => {
  it('puts turns between [INST] and [/INST], and learns what the assistant says', () => {
    const { ids, labels } = tokenisePrompt(tokenizer, mistralTemplate(chat))
    expect(spell(ids)).toBe(
      '<s> ▁ [ I N S T ] ▁ <video> ▁ <0x0A> w h a t ▁is ▁cut ? ▁ [ / I N S T ] t h e ▁ a </s> ▁ [ I N S T ] ▁is ▁ [ / I N S T ] a </s>',
    )
    expect(spell(labels)).toBe([...Array(27).fill('-'), 't h e ▁ a </s>', ...Array(16).fill('-'), 'a </s>'].join(' '))
  })

  it('puts a system text before the first user', () => {
    const messages: Message[] = [
      { role: 'system', content: 'is' },
      { role: 'user', content: 'the' },
    ]
    const { ids, labels } = tokenisePrompt(tokenizer, mistralTemplate(messages))
    expect(spell(ids)).toBe('<s> ▁ [ I N S T ] ▁is <0x0A> <0x0A> t h e ▁ [ / I N S T ]')
    expect(new Set(labels)).toEqual(new Set([-100]))
  })

  it('begins a trained answer as an answer begins that is generated', () => {
    const asked = tokenisePrompt(tokenizer, mistralTemplate(chat.slice(0, 1))).ids
    const whole = tokenisePrompt(tokenizer, mistralTemplate(chat.slice(0, 2))).ids
    expect(whole.slice(0, asked.length)).toEqual(asked)
  })
})

it("ChatML's template is Qwen2's", () => {
  const files = byteLevel([])
  const qwen = new LanguageTokenizer(files.json, files.config)
  const messages: Message[] = [{ role: 'system', content: 'S' }, ...chat]
  const { ids, labels } = tokenisePrompt(qwen, chatMlTemplate(messages))
  const text = (all: readonly number[]) =>
    all
      .map((id) =>
        id === -201 ? '<video>' : id === -100 ? '-' : files.tokens[id]!.replace('Ġ', ' ').replace('Ċ', '\n'),
      )
      .join('')
  expect(text(ids)).toBe(
    '<|im_start|>system\nS<|im_end|>\n<|im_start|>user\n<video>\nwhat is cut?<|im_end|>\n<|im_start|>assistant\nthe a<|im_end|>\n' +
      '<|im_start|>user\nis<|im_end|>\n<|im_start|>assistant\na<|im_end|>',
  )
  expect(text(labels).replace(/-+/g, '-')).toBe('-the a<|im_end|>-a<|im_end|>')
})

it('the plain template learns all text', () => {
  const { ids, labels } = tokenisePrompt(tokenizer, plainTemplate('cut'))
  expect(spell(ids)).toBe('<video> ▁ <0x0A> c u t')
  expect(spell(labels)).toBe('- ▁ <0x0A> c u t')
  const ends = tokenisePrompt(tokenizer, plainTemplate('cut', { marker: '<image>', ends: true }))
  expect(spell(ends.ids)).toBe('<image> ▁ <0x0A> c u t </s>')
  expect(ends.labels.at(-1)).toBe(2)
})

it.each([
  [[], 'there is no turn'],
  [[chat[1]!], "turn 1 is the assistant's"],
  [[chat[0]!, chat[0]!], "turn 2 is the user's"],
  [[chat[0]!, { role: 'system', content: '' } as const], "turn 2 is the system's"],
])('turns alternate (%#)', (messages, what) => {
  expect(() => mistralTemplate(messages)).toThrow(what)
  expect(() => chatMlTemplate(messages)).toThrow(what)
})

it('a token that the template needs must be named', () => {
  const { json } = sentencePieces([])
  const without = new LanguageTokenizer(json, { eos_token: '</s>' })
  expect(() => tokenisePrompt(without, mistralTemplate(chat))).toThrow('needs a bos token')
})

describe('the length of a prompt', () => {
  const prompt = tokenisePrompt(tokenizer, plainTemplate('cut'))

  it('counts visuals in the places of their markers', () => {
    expect(promptLength(prompt, [9], { context: 14 })).toBe(14)
    expect(() => promptLength(prompt, [9], { context: 11 })).toThrow(
      'the prompt exceeds the context by 3 tokens: 5 of text, 9 of visuals, where 11 fit',
    )
    expect(() => promptLength(prompt, [9], { context: 14, room: 4 })).toThrow(
      'by 4 tokens: 5 of text, 9 of visuals and 4 for the answer',
    )
  })

  it('has a marker for each visual', () => {
    expect(() => promptLength(prompt, [], { context: 99 })).toThrow('1 places for visuals, and 0 are given')
  })
})
