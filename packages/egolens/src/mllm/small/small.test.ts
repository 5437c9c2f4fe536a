import { scope } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { tokenisePrompt } from '../tokenizer/prompt.js'
import { corpus } from './corpus.js'
import { makeSmallLanguage } from './make.js'
import { quickRecipe } from './recipe.js'

const textOf = (parts: readonly { text?: string }[]) => parts.map(({ text = '' }) => text).join('')

describe('texts of the small world', () => {
  const documents = corpus({ seed: 1, takes: 3, actions: 4 })

  it('are the same for a seed, and say what is seen before they ask or tell', () => {
    expect(corpus({ seed: 1, takes: 3, actions: 4 })).toEqual(documents)
    const questions = documents.filter(({ kind }) => kind === 'question')
    const captions = documents.filter(({ kind }) => kind === 'caption')
    expect(captions.length).toBe(3 * 3 * 4)
    expect(questions.length).toBeGreaterThan(captions.length)
    for (const { parts, seen } of captions) {
      const lines = textOf(parts).split('\n')
      expect(lines.at(-1)).toMatch(/^C .*\.$/)
      expect(lines[0] !== '').toBe(seen)
    }
    const unseen = documents.filter(({ seen }) => !seen).length / documents.length
    expect(unseen).toBeGreaterThan(0.03)
    expect(unseen).toBeLessThan(0.2)
  })

  it('name the answer of a question about things among what is seen, most of the time', () => {
    const asked = documents.filter(({ parts, seen }) => seen && /Which object is the person/.test(textOf(parts)))
    const told = asked.filter(({ parts }) => {
      const text = textOf(parts)
      const answer = parts.at(-2)!.text!
      return text.slice(0, text.indexOf('\n')).includes(answer)
    })
    expect(told.length / asked.length).toBeGreaterThan(0.75)
  })
})

describe('the small language model', () => {
  it('learns texts, with a token for every word', async () => {
    const recipe = { ...quickRecipe, corpus: { takes: 1, actions: 3 }, steps: 50, batch: 8, lr: 5e-3 }
    const made = await makeSmallLanguage(recipe)
    const { model, tokenizer, documents, curve } = made
    try {
      expect(curve[0]!.loss).toBeLessThan(Math.log(tokenizer.size))
      const { parts } = documents.train.find(({ kind }) => kind === 'caption')!
      const { ids } = tokenisePrompt(tokenizer, parts)
      const words = textOf(parts).match(/\p{L}+|[^\s\p{L}]/gu)!
      expect(tokenizer.decode(ids).match(/\p{L}+|[^\s\p{L}]/gu)).toEqual(words)
      // Besides the words: a space and a line feed between what is seen and what is said, and the end.
      expect(ids.length).toBeLessThanOrEqual(words.length + 4)
      scope(() => expect(model.parameters().every(({ requiresGrad }) => !requiresGrad)).toBe(true))
    } finally {
      model.dispose()
    }
  })
})
