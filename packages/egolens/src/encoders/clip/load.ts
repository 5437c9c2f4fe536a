import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { EgoLensError } from '../../errors.js'
import { readJson } from '../../files.js'
import { weightFiles, weightHash } from '../../weights/files.js'
import { checkTensors } from '../../weights/mismatch.js'
import { resolveWeights } from '../../weights/resolve.js'
import { checkFinite, openDirectory } from '../source.js'
import type { Compute, DualEncoder } from '../types.js'
import { type ClipConfig, parseConfig } from './config.js'
import { ClipImageEncoder } from './image-encoder.js'
import { allFolded } from './layers.js'
import { expectedTensors, isIgnored } from './names.js'
import { configFromOpenAi, isOpenAi, openAiSource } from './openai.js'
import { clipPreprocessing } from './preprocessing.js'
import { TextTower } from './text.js'
import { ClipTextEncoder, type LongTexts } from './text-encoder.js'
import { loadTokenizer } from './tokenizer/load.js'
import type { Tokenizer } from './tokenizer/types.js'
import { VisionTower } from './vision.js'
import { allTensors, bindWeights } from './weights.js'

/** Both frozen towers of a CLIP. */
export interface ClipModel extends DualEncoder {
  config: ClipConfig
  image: ClipImageEncoder
  text: ClipTextEncoder
}

export interface ClipOptions {
  compute?: Compute
  longTexts?: LongTexts | undefined
}

/**
 * Loads a CLIP of any size: `small` (comes with the toolkit), a directory, or a name in the Hugging Face cache.
 * Weights are safetensors in Hugging Face's or OpenAI's layout; in the latter the size is read from the shapes.
 *
 * @throws EgoLensError `weights/not-found`, `weights/mismatch`, `weights/not-finite`, `weights/not-safetensors`,
 * `clip/bad-config`, `tokenizer/not-found`, `tokenizer/too-large`
 * @example
 * const clip = await loadClip('small')
 * const texts = clip.text.encode(['cup', 'knife']) // [2, D]
 */
export async function loadClip(nameOrDir: string, options: ClipOptions = {}): Promise<ClipModel> {
  const { name, dir } = await resolveWeights(nameOrDir)
  const [hash, tokenizer] = [await weightHash(await weightFiles(dir)), await loadTokenizer(dir)]
  const compute = options.compute ?? 'float32'
  const { config, weights } = await readWeights(dir, compute)
  checkVocabulary(tokenizer, config, dir)
  const preprocessing = await clipPreprocessing(dir, config.vision.image)
  const text = new TextTower(config, weights.text, allFolded)
  return {
    name,
    dir,
    hash,
    config,
    image: new ClipImageEncoder(new VisionTower(config, weights.vision, allFolded), name, hash, preprocessing, compute),
    text: new ClipTextEncoder(text, tokenizer, options.longTexts),
    logitScale: weights.logitScale.item(),
    dispose() {
      for (const tensor of allTensors(weights)) tensor.dispose()
      text.dispose()
    },
  }
}

async function readWeights(dir: string, compute: Compute) {
  const opened = await openDirectory(dir)
  try {
    const openAi = isOpenAi(opened.names)
    const path = join(dir, 'config.json')
    const config = openAi && !existsSync(path) ? configFromOpenAi(opened, dir) : parseConfig(await readJson(path), path)
    const source = openAi ? openAiSource(opened) : opened
    const expected = expectedTensors(config)
    checkTensors(source, expected, dir, { isIgnored })
    checkFinite(source, expected.keys(), dir)
    return { config, weights: bindWeights(source, config, { folding: allFolded, vision: compute }) }
  } finally {
    opened.close()
  }
}

/** @throws EgoLensError `tokenizer/too-large` */
export function checkVocabulary(tokenizer: Tokenizer, config: Pick<ClipConfig, 'text'>, dir: string): void {
  if (tokenizer.size <= config.text.vocabulary) return
  throw new EgoLensError(
    'tokenizer/too-large',
    `the tokenizer has ${tokenizer.size} tokens, the text tower ${config.text.vocabulary}`,
    { where: dir, cure: 'take the tokenizer of the same model' },
  )
}
