import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { EgoLensError } from '../../errors.js'
import { readJson } from '../../files.js'
import { weightFiles, weightHash } from '../../weights/files.js'
import { checkTensors } from '../../weights/mismatch.js'
import { resolveWeights } from '../../weights/resolve.js'
import type { Compute } from '../types.js'
import { type ClipConfig, parseConfig } from './config.js'
import { ClipImageEncoder } from './image-encoder.js'
import { allFolded } from './layers.js'
import { expectedTensors, isIgnored } from './names.js'
import { configFromOpenAi, isOpenAi, openAiSource } from './openai.js'
import { clipPreprocessing } from './preprocessing.js'
import { brokenTensors, openDirectory } from './source.js'
import { TextTower } from './text.js'
import { ClipTextEncoder } from './text-encoder.js'
import { loadTokenizer } from './tokenizer/load.js'
import type { Tokenizer } from './tokenizer/types.js'
import { VisionTower } from './vision.js'
import { allTensors, bindWeights } from './weights.js'

/** Both frozen towers of a CLIP. */
export interface ClipModel {
  name: string
  dir: string
  /** sha256 of the weights. */
  hash: string
  config: ClipConfig
  image: ClipImageEncoder
  text: ClipTextEncoder
  /** A logarithm: ln 100 in published weights. */
  logitScale: number
  /** Frees the weights. */
  dispose(): void
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
export async function loadClip(nameOrDir: string, options: { compute?: Compute } = {}): Promise<ClipModel> {
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
    text: new ClipTextEncoder(text, tokenizer),
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
    const broken = brokenTensors(source, expected.keys())
    if (broken.length > 0) throw notFinite(broken, dir)
    return { config, weights: bindWeights(source, config, { folding: allFolded, vision: compute }) }
  } finally {
    opened.close()
  }
}

function notFinite(names: readonly string[], where: string): EgoLensError {
  const few = `${names.slice(0, 8).join(', ')}${names.length > 8 ? ', ...' : ''}`
  return new EgoLensError('weights/not-finite', `${names.length} tensors hold NaN or infinite values: ${few}`, {
    where,
    cure: 'pull or convert the weights again; training that made them has diverged',
  })
}

function checkVocabulary(tokenizer: Tokenizer, config: ClipConfig, dir: string): void {
  if (tokenizer.size <= config.text.vocabulary) return
  throw new EgoLensError(
    'tokenizer/too-large',
    `the tokenizer has ${tokenizer.size} tokens, the text tower ${config.text.vocabulary}`,
    { where: dir, cure: 'take the tokenizer of the same model' },
  )
}
