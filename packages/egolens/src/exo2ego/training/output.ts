import { join, relative, resolve } from 'node:path'
import { safetensors, scope, type Tensor } from '@egolens/torch'
import { z } from 'zod'
import { EgoLensError } from '../../errors.js'
import { exists, readBytes, readJson } from '../../files/read.js'
import { writeAtomic } from '../../files.js'
import { loadLoraInto, saveLora } from '../../mllm/index.js'
import { weightHash } from '../../weights/files.js'
import { saveTensors } from '../../weights/save-tensors.js'
import { weightsOf } from '../model/build.js'
import type { Exo2Ego } from '../model/model.js'
import { fillPart, partState, partsOf } from '../model/parts.js'
import type { StageRecipe } from '../recipe.schema.js'
import { type PartName, partNames, stageNames } from '../stages/index.js'
import { runDirectory } from './embedded.js'

const FILE = 'model.json'

const part = z.strictObject({
  /** The file, from the run's directory: its own, or that of the stage which trained it last. */
  file: z.string(),
  sha256: z.string(),
})

const outputSchema = z.strictObject({
  format: z.literal(1),
  stage: z.enum(stageNames),
  /** Published weights that the model stands on, by the names that the recipe gave. */
  weights: z.strictObject({ llm: z.string(), vision: z.string(), base: z.string().optional() }),
  /** Options that the parts were made with. */
  model: z.record(z.string(), z.unknown()),
  parts: z.partialRecord(z.enum(partNames), part),
  /** sha256 of what this stage had to leave as it was, before and after. */
  frozen: z.record(z.string(), z.string()),
  /** sha256 of the language model in bfloat16, which the stages after this one must have too. */
  language: z.string().optional(),
})
export type StageOutputFile = z.output<typeof outputSchema>

/** What is known of a stage that has ended, besides its model. */
export interface Ended {
  recipe: StageRecipe
  trained: readonly PartName[]
  /** Hashes of what is not trained; see `frozenHashes`. */
  frozen: Record<string, string>
  /** See `languageHash`. */
  language?: string
}

/**
 * Writes what a stage came to: a file for each part that it trained, and `model.json`, which names all parts with
 * their hashes; those that were frozen are named where they lie.
 * @throws EgoLensError `disk/...`
 */
export async function saveOutput(
  dir: string,
  model: Exo2Ego,
  { recipe, trained, frozen, language }: Ended,
): Promise<StageOutputFile> {
  const from = recipe.from === undefined ? '' : runDirectory(recipe.from)
  const before = recipe.from === undefined ? undefined : await readOutput(from)
  const parts: StageOutputFile['parts'] = {}
  for (const name of partsOf(model)) {
    const inherited = before?.parts[name]
    if (!trained.includes(name) && inherited) {
      parts[name] = { ...inherited, file: relative(dir, resolve(from, inherited.file)) }
      continue
    }
    const file = name === 'lora' ? 'lora/adapter_model.safetensors' : `${name}.safetensors`
    if (name === 'lora') await saveLora(join(dir, 'lora'), model.lora!, weightsOf(recipe.model).llm)
    else await saveTensors(join(dir, file), partState(model, name))
    parts[name] = { file, sha256: await weightHash([join(dir, file)]) }
  }
  // Parts that this stage has no use for go on to the stages after it.
  for (const name of partNames) {
    const kept = before?.parts[name]
    if (kept && !parts[name]) parts[name] = { ...kept, file: relative(dir, resolve(from, kept.file)) }
  }
  const { connector: base, ...weights } = weightsOf(recipe.model)
  const output: StageOutputFile = {
    format: 1,
    stage: recipe.stage,
    weights: { ...weights, ...(base === undefined ? {} : { base }) },
    model: recipe.model,
    parts,
    frozen,
    ...(language === undefined ? {} : { language }),
  }
  await writeAtomic(join(dir, FILE), `${JSON.stringify(output, null, 2)}\n`)
  return output
}

/** Whether a stage has ended in this directory. */
export const hasOutput = (nameOrDir: string): Promise<boolean> => exists(join(runDirectory(nameOrDir), FILE))

/** @throws EgoLensError `exo2ego/no-output` where no stage has ended in this directory, `exo2ego/bad-output` */
export async function readOutput(nameOrDir: string): Promise<StageOutputFile> {
  const dir = runDirectory(nameOrDir)
  const path = join(dir, FILE)
  if (!(await hasOutput(dir))) {
    throw new EgoLensError('exo2ego/no-output', 'no stage of Exo2Ego has ended in this directory', {
      where: dir,
      cure: 'name the directory of a run that has ended, or go on with it by --resume',
    })
  }
  const parsed = outputSchema.safeParse(await readJson(path))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new EgoLensError('exo2ego/bad-output', `${issue.path.join('.')}: ${issue.message}`, { where: path })
}

/**
 * Fills the parts of a model that an earlier stage has trained.
 *
 * @returns the parts that were filled
 * @throws EgoLensError `exo2ego/changed-part` where a file is not what the stage wrote, `weights/mismatch`
 */
export async function loadOutput(nameOrDir: string, model: Exo2Ego): Promise<PartName[]> {
  const dir = runDirectory(nameOrDir)
  const { parts } = await readOutput(dir)
  const filled: PartName[] = []
  for (const name of partsOf(model)) {
    const found = parts[name]
    if (!found) continue
    const path = resolve(dir, found.file)
    if ((await weightHash([path])) !== found.sha256) {
      throw new EgoLensError('exo2ego/changed-part', `${name} is not what the stage before it has written`, {
        where: path,
        cure: 'bring back the file, or train the stage that made it again',
      })
    }
    if (name === 'lora') await loadLoraInto(model.lora!, join(path, '..'))
    else {
      const bytes = await readBytes(path)
      scope(() => {
        const tensors = safetensors.fromBytes(bytes)
        fillPart(model, name, name === 'connector' ? withNew(model, tensors) : tensors, path)
      })
    }
    filled.push(name)
  }
  return filled
}

/**
 * What stands beside the connector begins with the mapping: its own connector as that of x, and the layer that joins two
 * visuals as it was drawn.
 */
function withNew(model: Exo2Ego, tensors: Record<string, Tensor>): Record<string, Tensor> {
  const own = Object.entries(partState(model, 'connector')).flatMap(([name, drawn]): [string, Tensor][] => {
    const [kind, ...rest] = name.split('.')
    const begun = Object.keys(tensors).some((other) => other.startsWith(`${kind}.`))
    if (begun || kind === 'shared') return []
    const shared = tensors[`shared.${rest.join('.')}`]
    return kind === 'mapped' && shared ? [[name, shared]] : [[name, drawn]]
  })
  return { ...tensors, ...Object.fromEntries(own) }
}
