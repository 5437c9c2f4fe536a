import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { F, noGrad, scope, type Tensor, tensor } from '@egolens/torch'
import { wordTokenizer, writeClip } from '../../encoders/clip/clip.testing.js'
import type { ClipConfig } from '../../encoders/clip/config.js'
import { type ClipModel, loadClip } from '../../encoders/clip/load.js'
import { expectedTensors } from '../../encoders/clip/names.js'
import { formula, standInLabels } from '../testing.js'
import type { Backbone, Batch, Method } from '../types.js'

/** The sizes of text-side.py. */
export const config: ClipConfig = {
  vision: { width: 16, layers: 1, heads: 2, hidden: 64, activation: 'quick_gelu', eps: 1e-5, image: 8, patch: 4 },
  text: {
    width: 12,
    layers: 2,
    heads: 3,
    hidden: 48,
    activation: 'quick_gelu',
    eps: 1e-5,
    vocabulary: 20,
    context: 16,
  },
  width: 32,
}
export const labels = { noun: standInLabels(['w3', 'w4 w5', 'w7', 'w8 w9 w3']) }
const [clips, frames] = [3, 4]

export interface Golden {
  logits: number[][]
  loss: number
  gradientNorms: Record<string, number>
}

/** A CLIP with text-side.py's text tower: the text weights in order by formula. */
export async function goldenClip(): Promise<{ clip: ClipModel; backbone: Backbone }> {
  const dir = await mkdtemp(join(tmpdir(), 'egolens-golden-'))
  const names = [...expectedTensors(config)]
  const weights = scope(() => {
    const text = names.filter(([name]) => name.startsWith('text_'))
    const vision = names.filter(([name]) => !name.startsWith('text_'))
    return Object.fromEntries([
      ...vision.map(([name, shape]): [string, Tensor] => [name, formula(shape, { scale: 0.1 })]),
      ...text.map(([name, shape], k): [string, Tensor] => {
        const values = formula(shape, { step: 0.37, start: 1.3 * k, scale: 0.3 })
        return [name, /norm.*\.weight$/.test(name) ? values.add(1) : values]
      }),
    ])
  })
  await writeClip(dir, config, weights, wordTokenizer(20))
  for (const value of Object.values(weights)) value.dispose()
  const clip = await loadClip(dir)
  await rm(dir, { recursive: true })
  const { image, text } = clip
  return { clip, backbone: { image, context: image, text, logitScale: Math.log(10) } }
}

/** Every parameter by formula, in the order of the names. */
export function fillByFormula({ module }: Method): void {
  noGrad(() =>
    scope(() => {
      const sorted = module.namedParameters().sort(([a], [b]) => (a < b ? -1 : 1))
      sorted.forEach(([, parameter], i) => {
        parameter.copy_(formula(parameter.shape, { step: 0.61, start: 0.2 + 0.05 * i, scale: 0.3 }))
      })
    }),
  )
}

export function goldenBatch(): Batch {
  const full = formula([clips, frames, config.width], { step: 0.43, start: 0.3, scale: 3 })
  return {
    ids: ['a', 'b', 'c'],
    features: { full },
    context: {},
    pixels: {},
    labels: { noun: tensor([1, 3, 0], { dtype: 'int64' }) },
  }
}

/** What the golden file holds, of our method. */
export function run(method: Method): Golden {
  return scope(() => {
    const batch = goldenBatch()
    const logits = method.forward(batch, method.classes(labels)).logits.noun!
    const loss = F.crossEntropy(logits, batch.labels.noun!)
    method.module.zeroGrad()
    if (method.backward) method.backward(loss)
    else loss.backward()
    const norms = method.module.namedParameters().map(([name, { grad }]) => [name, grad!.norm().item()])
    return { logits: logits.tolist() as number[][], loss: loss.item(), gradientNorms: Object.fromEntries(norms) }
  })
}
