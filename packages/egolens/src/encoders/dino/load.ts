import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { noGrad, scope, type Tensor } from '@egolens/torch'
import { EgoLensError } from '../../errors.js'
import { readJson } from '../../files.js'
import { weightFiles, weightHash } from '../../weights/files.js'
import { checkTensors } from '../../weights/mismatch.js'
import { resolveWeights } from '../../weights/resolve.js'
import { readPreprocessor } from '../preprocessing.js'
import { checkFinite, openDirectory, type WeightSource, withoutPrefix } from '../source.js'
import type { Compute, ImageEncoder, Preprocessing } from '../types.js'
import { type DinoConfig, parseDinoConfig } from './config.js'
import { configFromShapes, expectedTensors, isIgnored, type Layout, layoutOf } from './layout.js'
import { DinoTower } from './tower.js'
import { bindDino, dinoTensors } from './weights.js'

/** A DINO or DINOv2 that gives the class token after the last norm. */
export class DinoImageEncoder implements ImageEncoder {
  readonly tap = 'cls'
  readonly width: number

  constructor(
    readonly tower: DinoTower,
    readonly name: string,
    readonly hash: string,
    readonly preprocessing: Preprocessing,
    readonly compute: Compute,
  ) {
    this.width = tower.width
  }

  encode(pixels: Tensor): Tensor {
    const { tower, compute } = this
    return noGrad(() => scope(() => tower.pool(tower.run(tower.embed(pixels.to(compute)))).to('float32')))
  }

  /** Frees the weights. */
  dispose(): void {
    for (const tensor of dinoTensors(this.tower.weights)) tensor.dispose()
  }
}

/**
 * Loads a DINO or DINOv2 of any size, with or without registers: a directory, or a name in the Hugging Face cache.
 * Weights are safetensors with the names of the published .pth files or of Hugging Face; without a config.json their
 * shapes tell the size.
 *
 * @throws EgoLensError `weights/not-found`, `weights/mismatch`, `weights/not-finite`, `weights/not-safetensors`,
 * `dino/bad-config`, `dino/bad-preprocessor`
 * @example
 * const dino = await loadDino('facebook/dinov2-base')
 * const features = dino.encode(pixels) // [B, 768]
 */
export async function loadDino(nameOrDir: string, options: { compute?: Compute } = {}): Promise<DinoImageEncoder> {
  const { name, dir } = await resolveWeights(nameOrDir)
  const hash = await weightHash(await weightFiles(dir))
  const compute = options.compute ?? 'float32'
  const opened = await openDirectory(dir)
  try {
    const source = withoutPrefix(opened, 'module.')
    const { config, layout } = await describe(source, dir)
    const expected = expectedTensors(config, layout)
    checkTensors(source, expected, dir, { isIgnored })
    checkFinite(source, expected.keys(), dir)
    const preprocessing = await dinoPreprocessing(dir, config)
    const grid = preprocessing.size / config.patch
    const tower = new DinoTower(config, bindDino(source, config, layout, { grid, dtype: compute }))
    return new DinoImageEncoder(tower, name, hash, preprocessing, compute)
  } finally {
    opened.close()
  }
}

async function describe(source: WeightSource, dir: string): Promise<{ config: DinoConfig; layout: Layout }> {
  const path = join(dir, 'config.json')
  const json = existsSync(path) ? ((await readJson(path)) as { model_type?: string } | null) : undefined
  const layout = layoutOf(source.names, json?.model_type)
  if (!layout) {
    throw new EgoLensError('weights/mismatch', 'there is no patch embedding of a DINO among the tensors', {
      where: dir,
      cure: 'take the backbone alone: egolens models convert IN OUT --key teacher --strip backbone.',
    })
  }
  // Other writers of such weights keep settings of their own under that name.
  const config = json?.model_type === undefined ? configFromShapes(source, layout, dir) : parseDinoConfig(json, path)
  return { config, layout }
}

/**
 * Shorter side to 256, a crop of 224 from the middle, ImageNet's mean and deviation; a preprocessor_config.json that
 * names a crop decides, and models made for less than 224 keep their size.
 */
async function dinoPreprocessing(dir: string, { image, patch }: DinoConfig): Promise<Preprocessing> {
  const file = await readPreprocessor(dir, 'dino/bad-preprocessor')
  const size = file.crop ?? Math.min(224, image)
  const resize = (file.crop === undefined ? undefined : file.resize) ?? Math.round((size * 256) / 224)
  const { mean = [0.485, 0.456, 0.406], std = [0.229, 0.224, 0.225] } = file
  if (size % patch === 0) return { size, resize, mean, std, mode: 'center' }
  throw new EgoLensError('dino/bad-preprocessor', `patches of ${patch} do not divide a crop of ${size}`, {
    where: file.path,
  })
}
