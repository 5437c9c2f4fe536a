import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formulaWeights, tinyConfig, wordTokenizer, writeClip } from '../../encoders/clip/clip.testing.js'
import type { LanguageConfig } from '../../mllm/index.js'
import { tinyLanguages, writeLanguageModel } from '../../mllm/language/language.testing.js'
import { byteLevel, sentencePieces } from '../../mllm/tokenizer/tokenizer.testing.js'
import { makeVideo } from '../../video/testing.js'
import { resolveStageRecipe, type StageRecipe, type StageRecipeInput } from '../index.js'

/** Networks, videos and records for all stages, so small that a step takes milliseconds. */
export interface TinyStages {
  dir: string
  recipe(stage: StageRecipe['stage'], changes?: Partial<StageRecipeInput>): StageRecipe
}

const texts = ['C takes the cup.', 'C cuts the onion.', 'C washes a pan.', 'C opens the lid.']

/**
 * Takes of four sentences, eight by default: each has a hue, the wearer sees it darker than who stands beside.
 * @param family of the language model
 */
export async function tinyStages(
  dir: string,
  { count = 8, family = 'mistral' as LanguageConfig['family'] } = {},
): Promise<TinyStages> {
  await mkdir(join(dir, 'videos'), { recursive: true })
  const words = ['takes', 'the', 'cup', 'cuts', 'onion', 'washes', 'a', 'pan', 'opens', 'lid']
  const { json, config, tokens } = family === 'mistral' ? sentencePieces(words) : byteLevel(words)
  const llm = join(dir, 'llm')
  await writeLanguageModel(llm, { ...tinyLanguages[family], vocabulary: tokens.length, context: 256 })
  await writeFile(join(llm, 'tokenizer.json'), JSON.stringify(json))
  await writeFile(join(llm, 'tokenizer_config.json'), JSON.stringify(config))
  // A grid of 8 x 8 patches can be halved twice.
  const vision = { ...tinyConfig.vision, image: 32, patch: 4 }
  const clip = { ...tinyConfig, vision }
  await writeClip(join(dir, 'clip'), clip, formulaWeights(clip), wordTokenizer(clip.text.vocabulary))
  const takes = Array.from({ length: count }, (_, i) => take(dir, i))
  await writeLines(
    join(dir, 'pairs.jsonl'),
    takes.map(({ pair }) => pair),
  )
  await writeLines(
    join(dir, 'captions.jsonl'),
    takes.map(({ caption }) => caption),
  )
  await writeLines(
    join(dir, 'egoit.jsonl'),
    takes.map(({ question }) => question),
  )
  const files = { initialization: 'captions', preparation: 'pairs', guidance: 'pairs', practice: 'egoit' } as const
  return {
    dir,
    recipe: (stage, { model, training, data, ...rest } = {}) =>
      resolveStageRecipe({
        name: stage,
        stage,
        ...rest,
        model: {
          llm,
          vision: join(dir, 'clip'),
          frames: 2,
          connector: { depth: 1 },
          mapping: { ngf: 4 },
          lora: { r: 2, alpha: 4, dropout: 0.1 },
          ...model,
        },
        data: { train: join(dir, `${files[stage]}.jsonl`), view: 'exo', ...data },
        training: { epochs: 2, globalBatch: 4, localBatch: 2, lr: 3e-3, precision: 'float32', ...training },
      }),
  }
}

function take(dir: string, i: number) {
  const text = texts[i % texts.length]!
  const hue = 90 * (i % texts.length)
  const video = (name: string, filter: string) => {
    const file = join('videos', `${i}-${name}.mp4`)
    makeVideo(join(dir, file), '-f', 'lavfi', '-i', `testsrc2=s=32x32:r=8:d=1,hue=h=${hue},${filter}`)
    return file
  }
  const [ego, exo] = [video('ego', 'eq=brightness=-0.2'), video('exo', 'eq=brightness=0.1')]
  const span = { start: 0.1, end: 0.9 }
  return {
    pair: {
      id: `${i}`,
      take: `t${i}`,
      annotator: '1',
      text,
      ...span,
      time: 0.5,
      ego,
      exo: [{ camera: 'cam01', video: exo }],
    },
    caption: { media: exo, ...span, caption: text },
    question: {
      id: `${i}`,
      video: ego,
      instruction: 'Say what is done.',
      question: 'What is cut?',
      answer: text,
      ...span,
    },
  }
}

const writeLines = (path: string, records: readonly object[]) =>
  writeFile(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
