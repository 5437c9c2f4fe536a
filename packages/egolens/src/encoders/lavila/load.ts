import { noGrad, scope, type Tensor } from '@egolens/torch'
import { weightFiles, weightHash } from '../../weights/files.js'
import { checkTensors } from '../../weights/mismatch.js'
import { resolveWeights } from '../../weights/resolve.js'
import { allFolded } from '../clip/layers.js'
import { checkVocabulary } from '../clip/load.js'
import { clipPreprocessing } from '../clip/preprocessing.js'
import { TextTower } from '../clip/text.js'
import { ClipTextEncoder, type LongTexts } from '../clip/text-encoder.js'
import { loadTokenizer } from '../clip/tokenizer/load.js'
import { checkFinite, openDirectory, withoutPrefix } from '../source.js'
import type { Compute, DualEncoder, FrameWindow, ImageEncoder, Preprocessing } from '../types.js'
import { configFromShapes, type LavilaConfig } from './config.js'
import { expectedTensors } from './names.js'
import { TimeSformer } from './tower.js'
import { bindLavila, lavilaTensors } from './weights.js'

/** Seconds between a window's frames: four of them then span two seconds, about an action's length. */
const stride = 0.5

/** Windows of frames in LaViLa's joint space. */
export class LavilaImageEncoder implements ImageEncoder {
  readonly tap = 'joint'
  readonly width: number

  constructor(
    readonly timeSformer: TimeSformer,
    readonly name: string,
    readonly hash: string,
    readonly preprocessing: Preprocessing,
    readonly compute: Compute,
    readonly window: FrameWindow,
  ) {
    this.width = timeSformer.config.width
  }

  encode(pixels: Tensor): Tensor {
    return noGrad(() => scope(() => this.timeSformer.encode(pixels.to(this.compute)).to('float32')))
  }
}

/** Both frozen towers of a LaViLa. */
export interface LavilaModel extends DualEncoder {
  config: LavilaConfig
  image: LavilaImageEncoder
  text: ClipTextEncoder
}

export interface LavilaOptions {
  compute?: Compute
  /** What a window is, where it is not the number of frames that the weights were trained for, 0.5 s apart. */
  window?: Partial<FrameWindow> | undefined
  longTexts?: LongTexts | undefined
}

/**
 * Loads a dual encoder of LaViLa, base or large: a directory with the published checkpoint, converted, and CLIP's
 * tokenizer beside it. Its size is read from the shapes. Texts that are too long are cut before an end token
 * (`longTexts: 'cut'` leaves that away, as the published code does).
 *
 * @throws EgoLensError `weights/not-found`, `weights/mismatch`, `weights/not-finite`, `weights/not-safetensors`,
 * `lavila/unsupported`, `tokenizer/not-found`, `tokenizer/too-large`
 * @example
 * const lavila = await loadLavila('models/lavila-large')
 * const clips = lavila.image.encode(pixels)              // [B, 4, 3, 224, 224] -> [B, 256]
 * const texts = lavila.text.encode(['cut onion'])        // [1, 256]
 */
export async function loadLavila(nameOrDir: string, options: LavilaOptions = {}): Promise<LavilaModel> {
  const { name, dir } = await resolveWeights(nameOrDir)
  const [hash, tokenizer] = [await weightHash(await weightFiles(dir)), await loadTokenizer(dir)]
  const compute = options.compute ?? 'float32'
  const { config, weights } = await readWeights(dir, compute)
  checkVocabulary(tokenizer, config, dir)
  const preprocessing = await clipPreprocessing(dir, config.vision.image)
  const text = new TextTower(config, weights.text, allFolded)
  const tower = new TimeSformer(config, weights.vision)
  const window = { frames: config.vision.frames, stride, ...options.window }
  return {
    name,
    dir,
    hash,
    config,
    image: new LavilaImageEncoder(tower, name, hash, preprocessing, compute, window),
    text: new ClipTextEncoder(text, tokenizer, options.longTexts ?? 'end'),
    logitScale: weights.logitScale.item(),
    dispose() {
      for (const tensor of lavilaTensors(weights)) tensor.dispose()
      for (const part of [text, tower]) part.dispose()
    },
  }
}

async function readWeights(dir: string, compute: Compute) {
  const opened = await openDirectory(dir)
  try {
    const source = withoutPrefix(opened, 'module.')
    const config = configFromShapes(source, dir)
    const expected = expectedTensors(config)
    checkTensors(source, expected, dir)
    checkFinite(source, expected.keys(), dir)
    return { config, weights: bindLavila(source, config, compute) }
  } finally {
    opened.close()
  }
}
