import { expectNoLeak, Generator, scope, tensor } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { KeyValueCache } from '../language/cache.js'
import {
  golden,
  goldenIds,
  idTensor,
  type TinyLanguage,
  tinyLanguages,
  tinyModel,
} from '../language/language.testing.js'
import type { CausalLM } from '../language/model.js'
import type { LanguageTokenizer } from '../tokenizer/tokenizer.js'
import { Answer } from './answer.js'
import { decode } from './decode.js'
import { generate, streamText } from './generate.js'
import { checkGeneration } from './options.js'
import { pickTokens } from './sampling.js'

/** Ids to texts: a word for each id, none special, the last id ending a text. */
const words = {
  ...{ size: 40, bos: undefined, eos: 39, stops: new Set([39]) },
  decode: (ids: readonly number[]) => ids.map((id) => ` w${id}`).join(''),
} as unknown as LanguageTokenizer

async function ids(model: CausalLM, rows: number[][], count: number): Promise<number[][]> {
  const embeddings = scope(() => model.embed(idTensor(rows)))
  const steps: number[][] = []
  for await (const tokens of decode(model, { embeddings }, checkGeneration({ maxNewTokens: count }), () => false)) {
    steps.push(tokens)
  }
  embeddings.dispose()
  return rows.map((_, row) => steps.map((tokens) => tokens[row]!))
}

/** Greedy, by a forward pass over everything for each token. */
function withoutCache(model: CausalLM, prompt: number[], count: number): number[] {
  const all = [...prompt]
  for (let i = 0; i < count; i++) {
    all.push(
      scope(() => {
        const hidden = model.forward(model.embed(idTensor([all])))
        return model
          .logits(hidden.select(0, 0).narrow(0, all.length - 1, 1))
          .argmax()
          .item()
      }),
    )
  }
  return all.slice(prompt.length)
}

describe.each(Object.keys(tinyLanguages) as TinyLanguage[])('%s', (name) => {
  it('goes on as the reference does, token for token, with the cache as without', async () => {
    const model = tinyModel(name)
    const prompts = goldenIds.map((row) => row.slice(0, 5))
    expect(await ids(model, prompts, 12)).toEqual(golden[name].greedy)
    expect(prompts.map((prompt) => withoutCache(model, prompt, 12))).toEqual(golden[name].greedy)
    model.dispose()
  })

  it('answers a padded batch as it answers each alone', async () => {
    const model = tinyModel(name)
    const prompts = [goldenIds[0]!, goldenIds[1]!.slice(0, 3)]
    const alone = prompts.map((prompt) => withoutCache(model, prompt, 8))
    for (const side of ['left', 'right'] as const) {
      const blank = Array<number>(6).fill(0)
      const padded = [prompts[0]!, side === 'left' ? [...blank, ...prompts[1]!] : [...prompts[1]!, ...blank]]
      const embeddings = scope(() => model.embed(idTensor(padded)))
      const padding = { side, lengths: [9, 3] }
      const answers = await generate({ model, tokenizer: words }, { embeddings, padding }, { maxNewTokens: 8 })
      for (const [row, { ids, reason }] of answers.entries()) {
        const ends = alone[row]!.indexOf(39)
        expect(ids).toEqual(ends < 0 ? alone[row] : alone[row]!.slice(0, ends))
        expect(reason).toBe(ends < 0 ? 'length' : 'end')
      }
      embeddings.dispose()
    }
    model.dispose()
  })
})

it('text comes in pieces that make up the answer', async () => {
  const model = tinyModel()
  const embeddings = scope(() => model.embed(idTensor([goldenIds[0]!.slice(0, 5)])))
  const speaker = { model, tokenizer: words }
  const [id, second, third] = golden.mistral.greedy[0]!
  const pieces: string[] = []
  const stream = streamText(speaker, { embeddings }, { maxNewTokens: 3 })
  let next = await stream.next()
  for (; !next.done; next = await stream.next()) pieces.push(next.value)
  expect(pieces).toEqual([` w${id}`, ` w${second}`, ` w${third}`])
  expect(next.value).toEqual({ text: pieces.join(''), ids: [id, second, third], reason: 'length' })
  const [stopped] = await generate(speaker, { embeddings }, { stop: [` w${third}`] })
  expect(stopped).toMatchObject({ text: ` w${id} w${second}`, reason: 'stop' })
  embeddings.dispose()
  model.dispose()
})

it('a chat goes on in its cache', async () => {
  const model = tinyModel()
  const cache = new KeyValueCache(model.config.layers)
  const start = (row: readonly number[]) => scope(() => model.embed(idTensor([row])))
  const [first, again] = [start(goldenIds[0]!.slice(0, 3)), start(goldenIds[0]!.slice(3, 5))]
  for await (const _ of decode(model, { embeddings: first, cache }, checkGeneration({ maxNewTokens: 4 }), () => false));
  expect(cache.length).toBe(6)
  cache.crop(3)
  const [answer] = await generate({ model, tokenizer: words }, { embeddings: again, cache }, { maxNewTokens: 12 })
  const reference = golden.mistral.greedy[0]!
  expect(answer!.ids).toEqual(reference.includes(39) ? reference.slice(0, reference.indexOf(39)) : reference)
  for (const each of [first, again, cache, model]) each.dispose()
})

it('the last position of the model ends an answer', async () => {
  const model = tinyModel({ ...tinyLanguages.mistral, context: 9 })
  expect(await ids(model, [goldenIds[0]!.slice(0, 7)], 50)).toEqual([withoutCache(model, goldenIds[0]!.slice(0, 7), 3)])
  model.dispose()
})

it('stops when it is told to, and leaves nothing behind', async () => {
  const model = tinyModel()
  const embeddings = scope(() => model.embed(idTensor([goldenIds[0]!])))
  const abort = new AbortController()
  await expectNoLeak(async () => {
    const stream = streamText({ model, tokenizer: words }, { embeddings }, { signal: abort.signal })
    await stream.next()
    abort.abort(new Error('enough'))
    await expect(stream.next()).rejects.toThrow('enough')
    const other = streamText({ model, tokenizer: words }, { embeddings })
    await other.next()
    await other.return({ text: '', ids: [], reason: 'stop' })
  })
  embeddings.dispose()
  model.dispose()
})

describe('drawing', () => {
  const logits = () => tensor([[Math.log(0.5), Math.log(0.3), Math.log(0.15), Math.log(0.05)]])
  const share = (options: { temperature: number; topP: number }) => {
    const generator = new Generator(5)
    const counts = [0, 0, 0, 0]
    scope(() => {
      const many = logits().expand([4000, 4])
      for (const token of pickTokens(many, { ...options, generator })) counts[token]! += 1 / 4000
    })
    return counts
  }

  it('takes the likeliest at temperature 0', () => {
    expect(scope(() => pickTokens(logits(), { temperature: 0, topP: 1 }))).toEqual([0])
  })

  it('follows the distribution, sharpened by the temperature', () => {
    share({ temperature: 1, topP: 1 }).forEach((value, i) => {
      expect(value).toBeCloseTo([0.5, 0.3, 0.15, 0.05][i]!, 1.3)
    })
    // At 0.5 the probabilities are squared: 0.25, 0.09, 0.0225 and 0.0025 over 0.365.
    share({ temperature: 0.5, topP: 1 }).forEach((value, i) => {
      expect(value).toBeCloseTo([0.685, 0.247, 0.062, 0.007][i]!, 1.3)
    })
  })

  it('leaves out what is not among the likeliest', () => {
    expect(share({ temperature: 1, topP: 0.5 })).toEqual([expect.closeTo(1, 6), 0, 0, 0])
    const [first, second, ...rest] = share({ temperature: 1, topP: 0.7 })
    expect(rest).toEqual([0, 0])
    expect(first! / second!).toBeCloseTo(5 / 3, 0)
    expect(share({ temperature: 1, topP: 0.81 }).at(2)).toBeGreaterThan(0.1)
  })

  it('is the same with the same seed', async () => {
    const model = tinyModel()
    const embeddings = scope(() => model.embed(idTensor([goldenIds[0]!])))
    const drawn = async (seed: number) =>
      (
        await generate(
          { model, tokenizer: words },
          { embeddings },
          { temperature: 2, topP: 0.9, maxNewTokens: 10, generator: new Generator(seed) },
        )
      )[0]!.ids
    expect(await drawn(1)).toEqual(await drawn(1))
    expect(await drawn(1)).not.toEqual(await drawn(2))
    embeddings.dispose()
    model.dispose()
  })
})

describe('an answer', () => {
  /** Ids that are characters. */
  const letters = {
    stops: new Set([0]),
    decode: (ids: readonly number[]) =>
      ids
        .filter((id) => id > 0)
        .map((id) => String.fromCharCode(id))
        .join(''),
  } as unknown as LanguageTokenizer
  const run = (text: string, stop: string[]) => {
    const answer = new Answer(letters, stop)
    const parts = [...text].map((letter) => answer.push(letter === '$' ? 0 : letter.charCodeAt(0)))
    return { parts: [...parts, answer.close()].filter((part) => part !== ''), text: answer.text, reason: answer.reason }
  }

  it('holds what may become a stop text', () => {
    expect(run('ab###c', ['###'])).toEqual({ parts: ['a', 'b'], text: 'ab', reason: 'stop' })
    expect(run('a##b', ['###'])).toEqual({ parts: ['a', '##b'], text: 'a##b', reason: 'length' })
    expect(run('a##', ['###'])).toEqual({ parts: ['a', '##'], text: 'a##', reason: 'length' })
    expect(run('aab', ['ab', 'b'])).toEqual({ parts: ['a'], text: 'a', reason: 'stop' })
  })

  it('ends with the end token, which is no part of it', () => {
    expect(run('a#$b', ['##'])).toEqual({ parts: ['a', '#'], text: 'a#', reason: 'end' })
  })
})

it.each([
  [{ maxNewTokens: 0 }, 'maxNewTokens'],
  [{ topP: 0 }, 'topP'],
  [{ temperature: -1 }, 'temperature'],
  [{ temperature: 1 }, 'drawing needs a generator'],
  [{ stop: [''] }, 'stop.0'],
])('options are checked: %o', (options, what) => {
  expect(() => checkGeneration(options)).toThrow(what)
})
