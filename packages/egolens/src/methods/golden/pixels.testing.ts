import { readFile } from 'node:fs/promises'
import { fromTypedArray, Generator, noGrad, scope, type Tensor } from '@egolens/torch'
import { z } from 'zod'
import type { LabelSets } from '../../datasets/types.js'
import { tinyConfig, wordTokenizer, writeClip } from '../../encoders/clip/clip.testing.js'
import type { ClipConfig } from '../../encoders/clip/config.js'
import { type ClipModel, loadClip } from '../../encoders/clip/load.js'
import { expectedTensors } from '../../encoders/clip/names.js'
import { createMethod } from '../registry.js'
import { standInLabels } from '../testing.js'
import type { Batch, Method } from '../types.js'

/** The CLIP of pixels.make.py: three layers in each tower, so that some are neither the first nor the last. */
export const goldenConfig: ClipConfig = {
  ...tinyConfig,
  vision: { ...tinyConfig.vision, layers: 3 },
  text: { ...tinyConfig.text, layers: 3 },
}
export const goldenFrames = 3
export const goldenLabels: LabelSets = { noun: standInLabels(['w7', 'w8 w9', 'w3']) }

/** Writes the golden CLIP to a folder and loads it. */
export async function goldenClip(dir: string, compute?: 'bfloat16'): Promise<ClipModel> {
  const weights = [...expectedTensors(goldenConfig)].map(([name, shape], k): [string, Tensor] => [
    name,
    waves(shape, { step: 0.37, start: 1.3 * k, scale: 0.3, more: isNorm(name) ? 1 : 0 }),
  ])
  await writeClip(dir, goldenConfig, Object.fromEntries(weights), wordTokenizer(20))
  return loadClip(dir, compute ? { compute } : {})
}

/** The pixels of pixels.make.py: 2 clips of 3 frames, then more where they are wanted. */
export function goldenPixels(clips = 2): Tensor {
  const shape = [clips, goldenFrames, 3, 8, 8]
  const count = shape.reduce((a, b) => a * b, 1)
  return fromTypedArray(
    Float32Array.from({ length: count }, (_, i) => Math.cos(0.11 * i + 0.0003 * i * i)),
    shape,
  )
}

/** Hands show the negative of the frames. */
export function goldenBatch(pixels: Tensor): Batch {
  const ids = Array.from({ length: pixels.shape[0]! }, (_, i) => String(i))
  return { ids, features: {}, context: {}, pixels: { full: pixels, hand: pixels.neg() }, labels: {} }
}

export function goldenMethod(clip: ClipModel, name: string, options: Record<string, unknown>, seed = 1): Method {
  const backbone = { image: clip.image, context: clip.image, text: clip.text, logitScale: clip.logitScale }
  const generator = new Generator(seed)
  const setting = { backbone, components: ['noun' as const], generator, frames: goldenFrames, labels: goldenLabels }
  return createMethod(name, options, setting)
}

/** Fills a method's state as pixels.make.py does. */
export function fillByFormula(method: Method): void {
  const state = method.module.stateDict()
  Object.keys(state)
    .sort()
    .forEach((name, k) => {
      const shape = state[name]!.shape
      const values = () => waves(shape, { step: 0.53, start: 0.9 * k + 0.4, scale: 0.3, more: isNorm(name) ? 1 : 0 })
      noGrad(() => scope(() => void state[name]!.copy_(values())))
    })
}

/** A gradient as two numbers: its sum, and its product with a wave. */
export function digest(gradient: Tensor): [sum: number, wave: number] {
  const product = () =>
    gradient
      .mul(waves(gradient.shape, { step: 0.7, start: 9, scale: 1 }))
      .sum()
      .item()
  return [scope(() => gradient.sum().item()), scope(product)]
}

const isNorm = (name: string) => /norm|layrnorm/i.test(name) && name.endsWith('.weight')

interface Wave {
  step: number
  start: number
  scale: number
  more?: number
}

function waves(shape: readonly number[], { step, start, scale, more = 0 }: Wave): Tensor {
  const count = shape.reduce((a, b) => a * b, 1)
  const value = (i: number) => scale * Math.sin(step * i + 0.013 * i * i + start) + more
  return fromTypedArray(
    Float32Array.from({ length: count }, (_, i) => value(i)),
    [...shape],
  )
}

const goldenCase = z.object({
  logits: z.array(z.array(z.number())),
  loss: z.number(),
  parameters: z.record(z.string(), z.array(z.number())),
  gradients: z.record(z.string(), z.tuple([z.number(), z.number()])),
})
export type GoldenCase = z.infer<typeof goldenCase>

export async function goldenCases(method: 'vita' | 'maple'): Promise<Record<string, GoldenCase>> {
  const text = await readFile(new URL('pixels.json', import.meta.url), 'utf8')
  return z.record(z.string(), goldenCase).parse((JSON.parse(text) as Record<string, unknown>)[method])
}
