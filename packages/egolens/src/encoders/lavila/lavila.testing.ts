import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { safetensors, scope, type Tensor } from '@egolens/torch'
import { formulaTensor } from '../formula.testing.js'
import type { LavilaConfig } from './config.js'
import { expectedTensors } from './names.js'

/** A dual encoder of 128 / 64 = 2 heads. */
export const tinyLavila: LavilaConfig = {
  vision: {
    width: 128,
    layers: 2,
    heads: 2,
    hidden: 512,
    eps: 1e-6,
    preNormEps: 1e-5,
    image: 8,
    patch: 4,
    frames: 4,
  },
  text: {
    width: 128,
    layers: 2,
    heads: 2,
    hidden: 512,
    activation: 'quick_gelu',
    eps: 1e-5,
    vocabulary: 20,
    context: 7,
  },
  width: 10,
}

/** Weights by formula. ln_pre makes small tokens, so that the eps of the norms after it shows. */
export function lavilaWeights(config: LavilaConfig): Record<string, Tensor> {
  return Object.fromEntries([...expectedTensors(config)].map(([name, shape]) => [name, weight(name, shape)]))
}

function weight(name: string, shape: readonly number[]): Tensor {
  const one = name.endsWith('weight') ? 1 : 0
  if (name.startsWith('visual.ln_pre')) return formulaTensor(name, shape, { around: 0.01 * one, size: 0.002 })
  if (/norm|(^|\.)ln_/.test(name)) return formulaTensor(name, shape, { around: one })
  if (/^visual\.(cls_token|pos_embed|patch_embed)/.test(name)) return formulaTensor(name, shape, { size: 0.02 })
  if (name === 'visual.temporal_embed') return formulaTensor(name, shape, { size: 0.1 })
  return formulaTensor(name, shape, { size: 0.05 })
}

/** Writes a model's directory that `loadLavila` reads: weights and tokenizer, no config.json. */
export async function writeLavila(dir: string, weights: Record<string, Tensor>, tokenizer: object): Promise<void> {
  await mkdir(dir, { recursive: true })
  await writeFile(join(dir, 'tokenizer.json'), JSON.stringify(tokenizer))
  scope(() => safetensors.save(join(dir, 'model.safetensors'), weights))
}
