import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { safetensors, scope, type Tensor } from '@egolens/torch'
import { formulaTensor } from '../formula.testing.js'
import type { DinoConfig } from './config.js'
import { expectedTensors, layoutOf } from './layout.js'

/** A DINOv2 of 128 / 64 = 2 heads, with positions of 9 x 9 patches. */
export const tinyDino: DinoConfig = {
  width: 128,
  layers: 2,
  heads: 2,
  hidden: 512,
  eps: 1e-6,
  patch: 4,
  image: 36,
  registers: 0,
  layerScale: true,
  swiglu: false,
}

const published = layoutOf(['patch_embed.proj.weight'])!

/** Weights by formula under the published names. What is added before the first norm is small, so that its eps shows. */
export function dinoWeights(config: DinoConfig): Record<string, Tensor> {
  return Object.fromEntries([...expectedTensors(config, published)].map(([name, shape]) => [name, weight(name, shape)]))
}

function weight(name: string, shape: readonly number[]): Tensor {
  if (/^(cls_token|pos_embed|register_tokens|patch_embed)/.test(name)) return formulaTensor(name, shape, { size: 0.01 })
  if (name.includes('norm') && name.endsWith('weight')) return formulaTensor(name, shape, { around: 1 })
  if (name.includes('norm')) return formulaTensor(name, shape, { size: 0.05 })
  if (name.endsWith('gamma')) return formulaTensor(name, shape, { around: 0.5 })
  return formulaTensor(name, shape, { size: 0.05 })
}

/**
 * Writes a model's directory that `loadDino` reads.
 *
 * @param config the parsed config.json; none is written where it is undefined
 * @param crop pixels on the side of what the encoder sees
 */
export async function writeDino(
  dir: string,
  weights: Record<string, Tensor>,
  { config, crop = 16 }: { config?: object; crop?: number } = {},
): Promise<void> {
  await mkdir(dir, { recursive: true })
  if (config) await writeFile(join(dir, 'config.json'), JSON.stringify(config))
  const preprocessor = { size: { shortest_edge: crop + 2 }, crop_size: { height: crop, width: crop } }
  await writeFile(join(dir, 'preprocessor_config.json'), JSON.stringify(preprocessor))
  scope(() => safetensors.save(join(dir, 'model.safetensors'), weights))
}
