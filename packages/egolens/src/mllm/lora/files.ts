import { join } from 'node:path'
import { nn, noGrad, type safetensors, scope } from '@egolens/torch'
import { z } from 'zod'
import { EgoLensError } from '../../errors.js'
import { readJson, writeAtomic } from '../../files.js'
import { checkTensors } from '../../weights/mismatch.js'
import { openSafetensors } from '../../weights/open-safetensors.js'
import { saveTensors } from '../../weights/save-tensors.js'
import type { CausalLM } from '../language/model.js'
import { applyLora, type Lora, loraShapes } from './lora.js'
import { checkLora, type LoraSettings, type ProjectionName, projections } from './options.js'

const weightsName = 'adapter_model.safetensors'
const configName = 'adapter_config.json'
const prefix = 'base_model.model.'

const nothing = z.union([z.null(), z.array(z.never()), z.record(z.string(), z.never()), z.literal(false)]).optional()
const fileSchema = z.looseObject({
  peft_type: z.literal('LORA'),
  r: z.int().positive(),
  lora_alpha: z.number().positive(),
  lora_dropout: z.number().min(0).max(1).default(0),
  target_modules: z.union([z.literal('all-linear').transform(() => [...projections]), z.array(z.string())]),
  bias: z.literal('none').default('none'),
  fan_in_fan_out: z.literal(false).default(false),
  base_model_name_or_path: z.string().nullish(),
  // Kinds of LoRA whose arithmetic is another.
  use_dora: z.literal(false).optional(),
  use_rslora: z.literal(false).optional(),
  rank_pattern: nothing,
  alpha_pattern: nothing,
  modules_to_save: nothing,
  layers_to_transform: nothing,
})

/**
 * Writes low-rank layers as PEFT does: adapter_model.safetensors and adapter_config.json.
 *
 * @param base the name of the model that they change, for whoever reads the file
 * @throws EgoLensError `disk/...`
 * @example await saveLora('adapters/stage-3', lora, 'mistralai/Mistral-7B-Instruct-v0.2')
 */
export async function saveLora(dir: string, lora: Lora, base: string): Promise<void> {
  const tensors = Object.fromEntries(lora.namedParameters().map(([name, tensor]) => [prefix + name, tensor]))
  await saveTensors(join(dir, weightsName), tensors, { format: 'pt' })
  await writeAtomic(join(dir, configName), `${JSON.stringify(peftConfig(lora.settings, base), null, 2)}\n`)
}

const peftConfig = ({ r, alpha, dropout, targets }: LoraSettings, base: string) => ({
  auto_mapping: null,
  base_model_name_or_path: base,
  bias: 'none',
  fan_in_fan_out: false,
  inference_mode: true,
  init_lora_weights: true,
  layers_pattern: null,
  layers_to_transform: null,
  lora_alpha: alpha,
  lora_dropout: dropout,
  modules_to_save: null,
  peft_type: 'LORA',
  r,
  revision: null,
  target_modules: targets,
  task_type: 'CAUSAL_LM',
})

/**
 * The settings in a directory's adapter_config.json.
 *
 * @throws EgoLensError `lora/unsupported` naming the key, `lora/bad-option`
 */
export async function readLoraSettings(dir: string): Promise<LoraSettings & { base: string | undefined }> {
  const where = join(dir, configName)
  const parsed = fileSchema.safeParse(await readJson(where))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new EgoLensError('lora/unsupported', `${issue.path.join('.') || 'the file'}: ${issue.message}`, {
      where,
      cure: 'this reads plain LoRA of PEFT: peft_type "LORA", no biases, one rank for all layers',
    })
  }
  const { r, lora_alpha: alpha, lora_dropout: dropout, target_modules, base_model_name_or_path: base } = parsed.data
  const settings = checkLora({ r, alpha, dropout, targets: target_modules as ProjectionName[] }, where)
  return { ...settings, base: base ?? undefined }
}

/**
 * Applies the low-rank layers of a directory to a model. They are frozen and without dropout's noise until `train()`
 * and `requiresGrad_()` say otherwise.
 *
 * @throws EgoLensError as {@link readLoraSettings}; `weights/mismatch` listing tensors that do not fit the model or the
 * settings; `lora/applied`
 * @example const lora = await loadLora(model, 'adapters/stage-3')
 */
export async function loadLora(model: CausalLM, dir: string, layer: nn.LayerOptions = {}): Promise<Lora> {
  const { base: _, ...settings } = await readLoraSettings(dir)
  using file = openChecked(dir, loraShapes(model, settings))
  const lora = nn.init.skip(() => applyLora(model, settings, layer))
  for (const [, parameter] of lora.namedParameters()) parameter.requiresGrad_(false)
  copy(file, lora)
  return lora
}

/**
 * Loads weights into low-rank layers that are there.
 *
 * @throws EgoLensError `lora/other-settings` listing rank, alpha and targets that differ; `weights/mismatch`
 */
export async function loadLoraInto(lora: Lora, dir: string): Promise<void> {
  const file = await readLoraSettings(dir)
  const own = lora.settings
  const sorted = (targets: readonly string[]) => [...targets].sort().join(', ')
  const pairs: [string, string | number, string | number][] = [
    ['r', file.r, own.r],
    ['alpha', file.alpha, own.alpha],
    ['targets', sorted(file.targets), sorted(own.targets)],
  ]
  const lines = pairs.flatMap(([what, theirs, ours]) =>
    theirs === ours ? [] : [`${what}: ${theirs} in the file, ${ours} in the model`],
  )
  if (lines.length > 0) {
    throw new EgoLensError('lora/other-settings', `the adapter is of another kind:\n  ${lines.join('\n  ')}`, {
      where: join(dir, configName),
      cure: 'apply LoRA with the settings of the file, or let loadLora do it',
    })
  }
  if (lora.merged) throw new EgoLensError('lora/merged', 'the layers are merged', { cure: 'unmerge them first' })
  using weights = openChecked(dir, new Map(lora.namedParameters().map(([name, { shape }]) => [name, shape])))
  copy(weights, lora)
}

/** The file of weights, which must hold just these tensors. */
function openChecked(dir: string, shapes: ReadonlyMap<string, number[]>): safetensors.TensorSource {
  const path = join(dir, weightsName)
  const file = openSafetensors(path)
  const expected = new Map([...shapes].map(([name, shape]) => [prefix + name, shape]))
  try {
    checkTensors({ names: file.names, shape: (name) => file.info(name).shape }, expected, path, {
      cure: 'take adapter_config.json and the weights of one run, and the model that they were trained on',
    })
    return file
  } catch (error) {
    file.close()
    throw error
  }
}

function copy(file: safetensors.TensorSource, lora: Lora): void {
  noGrad(() =>
    scope(() => {
      for (const [name, tensor] of lora.namedParameters()) tensor.copy_(file.tensor(prefix + name))
    }),
  )
}
