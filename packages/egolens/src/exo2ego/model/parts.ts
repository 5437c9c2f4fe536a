import { noGrad, scope, type Tensor } from '@egolens/torch'
import { checkTensors } from '../../weights/mismatch.js'
import { hashTensors } from '../../weights/save-tensors.js'
import { type PartName, partNames } from '../stages/types.js'
import type { Exo2Ego } from './model.js'

/** Tensors of a part by name, the live ones; none where the model has no such part. */
export function partState(model: Exo2Ego, part: PartName): Record<string, Tensor> {
  switch (part) {
    case 'ego':
    case 'exo':
    case 'mapping':
    case 'inverse':
      return { ...model[part]?.stateDict() }
    case 'connector':
      return {
        ...under('shared', model.connector.stateDict()),
        ...under('mapped', model.mappedConnector?.stateDict()),
        ...under('fusion', model.fusion?.stateDict()),
      }
    case 'lora':
      return Object.fromEntries(model.lora?.namedParameters() ?? [])
  }
}

/** The parts that a model has. */
export const partsOf = (model: Exo2Ego): PartName[] =>
  partNames.filter((part) => Object.keys(partState(model, part)).length > 0)

function under(prefix: string, state: Record<string, Tensor> = {}): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(state).map(([name, tensor]) => [`${prefix}.${name}`, tensor]))
}

/**
 * Fills a part of a model.
 * @param where the file, named in the error
 * @throws EgoLensError `weights/mismatch` listing all missing, extra and misshapen tensors
 */
export function fillPart(model: Exo2Ego, part: PartName, tensors: Record<string, Tensor>, where: string): void {
  const own = partState(model, part)
  const shapes = new Map(Object.entries(own).map(([name, { shape }]) => [name, shape]))
  const given = { names: Object.keys(tensors), shape: (name: string) => tensors[name]!.shape }
  checkTensors(given, shapes, where, { cure: `begin from a run whose ${part} was made with the same options` })
  noGrad(() => scope(() => Object.entries(own).forEach(([name, tensor]) => void tensor.copy_(tensors[name]!))))
}

/** Sets what is trained: these parts and nothing else, the language model's own weights never. */
export function setTrained(model: Exo2Ego, trained: readonly PartName[]): void {
  model.requiresGrad_(false)
  for (const part of trained) for (const tensor of Object.values(partState(model, part))) tensor.requiresGrad_(true)
}

/** The parameters that are trained, by `part.name`. */
export function trainedState(model: Exo2Ego, trained: readonly PartName[]): Record<string, Tensor> {
  return Object.assign({}, ...trained.map((part) => under(part, partState(model, part))))
}

/** The language model's own weights. */
function languageState(model: Exo2Ego): Record<string, Tensor> {
  const lora = new Set(Object.keys(partState(model, 'lora')))
  return Object.fromEntries(Object.entries(model.llm.stateDict()).filter(([name]) => !lora.has(name)))
}

/** sha256 of each part that is not trained, and of the language model's own weights. */
export async function frozenHashes(model: Exo2Ego, trained: readonly PartName[]): Promise<Record<string, string>> {
  const hashes: Record<string, string> = { llm: await hashTensors(languageState(model)) }
  for (const part of partsOf(model)) {
    if (!trained.includes(part)) hashes[part] = await hashTensors(partState(model, part))
  }
  return hashes
}

/** sha256 of the language model's own weights in bfloat16: one model has one, in whatever type it computes. */
export const languageHash = (model: Exo2Ego): Promise<string> => hashTensors(languageState(model), 'bfloat16')
