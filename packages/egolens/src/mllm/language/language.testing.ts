import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DType, fromTypedArray, nn, noGrad, safetensors, scope, type Tensor } from '@egolens/torch'
import { expect } from 'vitest'
import { formulaTensor } from '../../encoders/formula.testing.js'
import { formatLanguageConfig, type LanguageConfig } from './config.js'
import { CausalLM } from './model.js'

const tiny: LanguageConfig = {
  family: 'mistral',
  vocabulary: 40,
  width: 32,
  layers: 3,
  hidden: 48,
  heads: 4,
  keyValueHeads: 2,
  headWidth: 8,
  eps: 1e-5,
  ropeTheta: 10_000,
  window: null,
  windowFrom: 0,
  context: 64,
  tiedHead: false,
  bias: false,
}

/** The models that golden/make.py has. */
export const tinyLanguages = {
  mistral: tiny,
  'mistral, window': { ...tiny, ropeTheta: 1e6, window: 4 },
  qwen2: { ...tiny, family: 'qwen2', ropeTheta: 1e6, eps: 1e-6, bias: true, tiedHead: true },
  'qwen2, window': { ...tiny, family: 'qwen2', eps: 1e-6, bias: true, window: 3, windowFrom: 1 },
} satisfies Record<string, LanguageConfig>

export type TinyLanguage = keyof typeof tinyLanguages

/** A weight by formula, as golden/make.py has it. */
export function languageWeight(name: string, shape: readonly number[]): Tensor {
  if (name.includes('norm')) return formulaTensor(name, shape, { around: 1 })
  return formulaTensor(name, shape, { size: name.includes('lora') ? 0.2 : name.includes('embed') ? 1 : 0.3 })
}

/** Writes formula weights into all that a model has. */
export function fillByFormula(model: nn.Module): void {
  const state = model.stateDict()
  noGrad(() =>
    scope(() => {
      for (const name of Object.keys(state)) state[name]!.copy_(languageWeight(name, state[name]!.shape))
    }),
  )
}

/** A small model with weights by formula. */
export function tinyModel(which: TinyLanguage | LanguageConfig = 'mistral', dtype: DType = 'float32'): CausalLM {
  const config = typeof which === 'string' ? tinyLanguages[which] : which
  const model = nn.init.skip(() => new CausalLM(config, { dtype }))
  fillByFormula(model)
  return model.requiresGrad_(false).eval() as CausalLM
}

/** Writes a model's directory that `loadCausalLM` reads. */
export async function writeLanguageModel(
  dir: string,
  config: LanguageConfig,
  change: (weights: Record<string, Tensor>) => Record<string, Tensor> = (weights) => weights,
): Promise<void> {
  await mkdir(dir, { recursive: true })
  await writeFile(join(dir, 'config.json'), JSON.stringify(formatLanguageConfig(config)))
  const model = tinyModel(config)
  scope(() => safetensors.save(join(dir, 'model.safetensors'), change(model.stateDict())))
  model.dispose()
}

/** ids [row][place], as golden/make.py has them. */
export const goldenIds = [0, 1].map((row) => Array.from({ length: 9 }, (_, i) => (7 * i + 3 * i * i + 11 * row) % 40))

export function idTensor(rows: readonly (readonly number[])[]): Tensor {
  return fromTypedArray(BigInt64Array.from(rows.flat(), BigInt), [rows.length, rows[0]!.length])
}

interface Golden {
  hidden: number[][]
  logits: number[]
  loss: number
  greedy: number[][]
  lora: { loss: number; gradients: Record<string, number[]> }
}

/** Made by golden/make.py, an independent forward pass in PyTorch. */
export const golden = JSON.parse(await readFile(new URL('../golden/golden.json', import.meta.url), 'utf8')) as Record<
  TinyLanguage,
  Golden
>

/** Labels of the targets that golden/make.py has: int64 [2, 9]. */
export function goldenLabels(): Tensor {
  const targets = [
    [0, 3],
    [0, 4],
    [0, 8],
    [1, 1],
    [1, 7],
  ]
  const rows = goldenIds.map((ids, row) =>
    ids.map((id, at) => (targets.some(([r, a]) => r === row && a === at) ? id : -100)),
  )
  return idTensor(rows)
}

export function expectNear(actual: Tensor, expected: readonly number[] | Tensor, tolerance = 1e-5): void {
  const values = [actual, expected].map((x) => ('numel' in x ? numbers(x as Tensor) : [...x]))
  expect(values[0]!.length).toBe(values[1]!.length)
  const worst = Math.max(...values[0]!.map((value, i) => Math.abs(value - values[1]![i]!)))
  expect(worst).toBeLessThan(tolerance)
}

const numbers = (x: Tensor) => scope(() => x.detach().double().reshape([-1]).tolist() as number[])
