import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { noGrad, scope } from '@egolens/torch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formulaWeights, tinyConfig, wordTokenizer, writeClip } from '../../encoders/clip/clip.testing.js'
import { loadLanguageTokenizer } from '../../mllm/index.js'
import { tinyLanguages, writeLanguageModel } from '../../mllm/language/language.testing.js'
import { addToken } from '../../mllm/tokenizer/tokenizer.testing.js'
import { temporaryFolder } from '../../video/testing.js'
import { tinyRun } from '../ask/ask.testing.js'
import { planStage, type StageRecipeInput, stages, trainStage } from '../index.js'
import { hasOutput } from './output.js'
import { type TinyStages, tinyStages } from './stage.testing.js'

const { folder, at, remove } = temporaryFolder()
let tiny: TinyStages
beforeAll(async () => {
  tiny = await tinyStages(folder, { count: 4 })
  for (const stage of ['initialization', 'preparation'] as const) {
    const { model } = await tinyRun(tiny, at(stage), { stage, parts: ['exo', 'connector'] })
    model.dispose()
  }
})
afterAll(remove)

let runs = 0
const train = (...asked: Parameters<TinyStages['recipe']>) =>
  trainStage(tiny.recipe(...asked), { dir: at(`run-${++runs}`) })

describe('what a stage begins from', () => {
  it('nothing', () => {
    expect(() => tiny.recipe('guidance')).toThrow(/goes on from another stage/)
  })

  it('a directory in which no stage has ended', async () => {
    await expect(train('guidance', { from: at('nowhere') })).rejects.toMatchObject({ code: 'exo2ego/no-output' })
  })

  it('parts that have changed since', async () => {
    const copy = at('copy')
    await cp(at('preparation'), copy, { recursive: true })
    const file = join(copy, 'exo.safetensors')
    const bytes = await readFile(file)
    bytes[bytes.length - 1]! ^= 1
    await writeFile(file, bytes)
    await expect(train('guidance', { from: copy })).rejects.toMatchObject({ code: 'exo2ego/changed-part', where: file })
  })
})

describe('what stays frozen', () => {
  it('a language model of the same shape with other weights; its number type does not count', async () => {
    const first = await train('initialization', { training: { epochs: 1 } })
    const changes = { from: first.dir, training: { epochs: 1, precision: 'bfloat16' as const } }
    expect((await train('preparation', changes)).output.language).toBe(first.output.language)
    const llm = at('other-llm')
    await cp(join(folder, 'llm'), llm, { recursive: true })
    const { size } = await loadLanguageTokenizer(llm)
    await writeLanguageModel(llm, { ...tinyLanguages.mistral, vocabulary: size, context: 256 }, (weights) => ({
      ...weights,
      'model.norm.weight': weights['model.norm.weight']!.mul(2),
    }))
    await expect(train('preparation', { ...changes, model: { llm } })).rejects.toMatchObject({
      ...{ code: 'exo2ego/other-frozen', where: first.dir },
      message: `the language model (llm) is not the one that the run before has had: there ${join(folder, 'llm')}, here ${llm}`,
    })
  })

  it('parts that the training itself has changed, which would be a fault of the program', async () => {
    const { preparation } = stages
    const { forward } = preparation
    preparation.forward = (model, ...rest) => {
      noGrad(() => scope(() => void model.llm.model.norm.weight.add_(0.01)))
      return forward(model, ...rest)
    }
    try {
      const dir = at('changed')
      const recipe = tiny.recipe('preparation', { from: at('preparation') })
      await expect(trainStage(recipe, { dir })).rejects.toMatchObject({
        ...{ code: 'exo2ego/frozen-changed', message: 'frozen parts have changed: llm' },
      })
      expect(await hasOutput(dir)).toBe(false)
    } finally {
      preparation.forward = forward
    }
  })
})

describe('networks', () => {
  it('a tokenizer of another model, some of whose tokens have no embedding', async () => {
    const llm = at('more-tokens')
    await cp(join(folder, 'llm'), llm, { recursive: true })
    const { size } = await loadLanguageTokenizer(llm)
    await addToken(llm, size)
    const changes = { from: at('initialization'), model: { llm } }
    const other = {
      ...{ code: 'tokenizer/other-vocabulary', where: join(llm, 'tokenizer.json') },
      message: `the tokenizer has ${size + 1} tokens, the model's embedding ${size} rows`,
    }
    await expect(train('preparation', changes)).rejects.toMatchObject(other)
    await expect(planStage(tiny.recipe('preparation', changes))).rejects.toMatchObject(other)
  })

  it('a grid that the mapping cannot halve twice', async () => {
    const clip = { ...tinyConfig, vision: { ...tinyConfig.vision, image: 24, patch: 4 } }
    const vision = at('clip-6')
    await writeClip(vision, clip, formulaWeights(clip), wordTokenizer(clip.text.vocabulary))
    await expect(train('guidance', { from: at('preparation'), model: { vision } })).rejects.toMatchObject({
      code: 'exo2ego/bad-grid',
      message: expect.stringContaining('a frame of 6 x 6 tokens'),
    })
  })
})

describe('records that are too long', () => {
  const long = 'the cup '.repeat(200)
  const tokens = async (text: string) => {
    const tokenizer = await loadLanguageTokenizer(join(folder, 'llm'))
    // What stands around a caption: the line feed behind the video, and the end.
    return tokenizer.encode(`\n${text}`).length + 1
  }
  const preparation = (training: StageRecipeInput['training'], file = 'pairs.jsonl') =>
    train('preparation', { from: at('initialization'), data: { train: join(folder, file) }, training })

  it('for the language model: named before the first step, by how much, and what would help', async () => {
    const [first] = (await readFile(join(folder, 'pairs.jsonl'), 'utf8')).split('\n')
    const lines = [first, JSON.stringify({ ...JSON.parse(first!), id: 'long', text: long.trim() })]
    await writeFile(at('long.jsonl'), lines.join('\n'))
    // Two frames of 8 x 8 patches are 2 x 5 x 5 tokens; the language model has 256 positions.
    const text = await tokens(long.trim())
    await expect(preparation({}, 'long.jsonl')).rejects.toMatchObject({
      code: 'exo2ego/too-long',
      where: `${at('long.jsonl')}:2`,
      message: `record long cam01 is too long by ${text + 50 - 256}: ${text} tokens of text and 50 of what is seen, where 256 fit`,
      cure: expect.stringContaining('lower model.frames'),
    })
  })

  it('for training.maxLength, which is less than the language model takes', async () => {
    const longest =
      50 +
      Math.max(
        ...(await Promise.all(
          ['C takes the cup.', 'C cuts the onion.', 'C washes a pan.', 'C opens the lid.'].map(tokens),
        )),
      )
    await expect(preparation({ maxLength: longest - 1 })).rejects.toMatchObject({
      code: 'exo2ego/too-long',
      message: expect.stringMatching(/^record . cam01 is too long by 1: /),
    })
    expect((await preparation({ maxLength: longest, epochs: 1 })).records).toBe(4)
    expect(tiny.recipe('preparation', { from: 'x' }).training.maxLength).toBeUndefined()
  })
})

it('a loss that is no number, before the step that would spoil the parameters', async () => {
  const training = { lr: 1e30, saveEvery: 1 }
  await expect(train('preparation', { from: at('initialization'), training })).rejects.toMatchObject({
    code: 'training/not-finite',
  })
})
