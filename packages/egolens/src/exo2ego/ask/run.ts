import type { Device } from '@egolens/torch'
import type { Preprocessing } from '../../encoders/types.js'
import type { LanguageTokenizer } from '../../mllm/index.js'
import { buildModel } from '../model/build.js'
import type { Exo2Ego, View } from '../model/model.js'
import { type ModelOptions, resolvedStageSchema } from '../recipe.schema.js'
import { type PartName, partNames } from '../stages/index.js'
import { loadOutput, readOutput } from '../training/output.js'

export interface OpenOptions {
  device?: Device
  /** Number type of the language model; as it is in its files where absent. */
  languageType?: 'float32' | 'bfloat16'
}

/** The networks of a stage's run, ready to be asked. */
export interface StageRun {
  model: Exo2Ego
  tokenizer: LanguageTokenizer
  preprocessing: Preprocessing
  /** Whose image tower looks at the video. */
  view: View
  /** Options that the parts were made with. */
  options: ModelOptions
}

/**
 * Opens a run: its parts, by reference, on the weights that it began with; the low-rank layers are merged, for speed. The
 * wearer's tower sees the video where the run has one, F(x) beside it once there is a mapping.
 *
 * @throws EgoLensError `exo2ego/no-output`, `exo2ego/changed-part`, `weights/...`
 */
export async function openStageRun(dir: string, { device = 'cpu', languageType }: OpenOptions = {}): Promise<StageRun> {
  const { stage, parts, model: given } = await readOutput(dir)
  const options = resolvedStageSchema.shape.model.parse(given)
  const view = stage !== 'preparation' && parts.ego ? 'ego' : 'exo'
  const uses = partsToAsk(options, view)
  const wanted = partNames.filter((part) => parts[part] && uses.includes(part))
  const setting = { parts: wanted, seed: 0, layer: { device }, languageType }
  const { model, tokenizer, preprocessing } = await buildModel(options, setting)
  try {
    await loadOutput(dir, model)
    model.lora?.merge()
    model.requiresGrad_(false).eval()
  } catch (error) {
    model.dispose()
    throw error
  }
  return { model, tokenizer, preprocessing, view, options }
}

function partsToAsk({ blind, concat }: ModelOptions, view: View): PartName[] {
  if (blind) return ['connector', 'lora']
  if (view === 'exo') return ['exo', 'connector']
  return ['ego', 'connector', 'lora', ...(concat === 'none' ? [] : (['mapping'] as const))]
}
