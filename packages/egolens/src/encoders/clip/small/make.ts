import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Generator, noGrad, safetensors, scope, type Tensor } from '@egolens/torch'
import { type ClipConfig, formatConfig } from '../config.js'
import { clipMean, clipStd } from '../preprocessing.js'
import { jsonTokenizer } from '../tokenizer/json.js'
import { learnVocabulary, tokenizerJson } from '../tokenizer/learn.js'
import { type ClipWeights, stateDict } from '../weights.js'
import type { WebImages } from './images.js'
import { initialWeights } from './initial.js'
import type { SmallRecipe } from './recipe.js'
import { type LossPoint, trainSmall } from './train.js'

/** A trained model, ready to be written. */
export interface MadeClip {
  config: ClipConfig
  weights: ClipWeights
  tokenizer: object
  curve: LossPoint[]
}

/**
 * Learns a vocabulary from the captions' and the given words, and trains a CLIP on the pictures.
 *
 * @param words that must be single tokens besides the captions' own: class names
 */
export async function makeSmallClip(
  recipe: SmallRecipe,
  images: WebImages,
  words: Iterable<string>,
  tell: (point: LossPoint) => void = () => {},
): Promise<MadeClip> {
  const vocabulary = learnVocabulary(wordsOf([...images.captions, ...words]))
  const tokenizer = tokenizerJson(vocabulary)
  const config: ClipConfig = {
    ...recipe.config,
    text: { ...recipe.config.text, vocabulary: vocabulary.tokens.length },
  }
  const weights = initialWeights(config, new Generator(recipe.seed))
  const curve = await trainSmall(recipe, config, weights, images, jsonTokenizer(tokenizer), tell)
  return { config, weights, tokenizer, curve }
}

/** The distinct words of some texts, as the tokenizer will see them. */
export function wordsOf(texts: Iterable<string>): Set<string> {
  const words = new Set<string>()
  for (const text of texts) for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) words.add(word)
  return words
}

/** Writes config.json, model.safetensors in float16, tokenizer.json and preprocessor_config.json. */
export async function writeSmallClip(dir: string, { config, weights, tokenizer }: MadeClip): Promise<void> {
  await mkdir(dir, { recursive: true })
  const json = (name: string, value: unknown, indent = 2) =>
    writeFile(join(dir, name), `${JSON.stringify(value, null, indent)}\n`)
  await json('config.json', formatConfig(config))
  await json('tokenizer.json', tokenizer, 1)
  const { image } = config.vision
  await json('preprocessor_config.json', { size: image, crop_size: image, image_mean: clipMean, image_std: clipStd })
  noGrad(() =>
    scope(() => {
      const halves = Object.entries(quickGelu(stateDict(weights))).map(([name, tensor]) => [
        name,
        tensor.detach().to('float16'),
      ])
      safetensors.save(join(dir, 'model.safetensors'), Object.fromEntries(halves), { format: 'pt' })
    }),
  )
}

// silu(a) w = 1.702 w * quickgelu(a / 1.702)
function quickGelu(state: Record<string, Tensor>): Record<string, Tensor> {
  const factor = (name: string) =>
    /\.mlp\.fc1\./.test(name) ? 1 / 1.702 : name.endsWith('.mlp.fc2.weight') ? 1.702 : 1
  return Object.fromEntries(Object.entries(state).map(([name, tensor]) => [name, tensor.mul(factor(name))]))
}
