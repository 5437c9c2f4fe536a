import { Generator, nn } from '@egolens/torch'
import type { Preprocessing } from '../../encoders/types.js'
import { EgoLensError } from '../../errors.js'
import {
  applyLora,
  type CausalLM,
  type LanguageTokenizer,
  loadCausalLM,
  loadLanguageTokenizer,
} from '../../mllm/index.js'
import {
  type ClipVisionTower,
  connectorGrid,
  isVisual,
  loadConnector,
  loadVisionTower,
  StcConnector,
} from '../../mllm/visual/index.js'
import { resolveWeights } from '../../weights/resolve.js'
import { Mapping, type TokenGrid } from '../mapping/index.js'
import type { ModelOptions } from '../recipe.schema.js'
import type { PartName } from '../stages/index.js'
import { Exo2Ego } from './model.js'

export interface Built {
  model: Exo2Ego
  tokenizer: LanguageTokenizer
  /** How frames are prepared for the image towers. */
  preprocessing: Preprocessing
  /** What the low-rank layers' dropout draws from. */
  generator: Generator
}

export interface BuildOptions {
  /** Parts that there are to be. */
  parts: readonly PartName[]
  seed: number
  layer?: nn.LayerOptions
  /** Number type of the frozen language model. */
  languageType?: 'float32' | 'bfloat16'
}

/** The names of the weights that a model begins with. */
export function weightsOf({ base, llm = base ?? 'small-lm', vision = base ?? 'small' }: ModelOptions) {
  return { llm, vision, connector: base }
}

/**
 * Makes the networks of a stage: what is published is loaded, what is new (connector, mappings, low-rank layers) is
 * drawn by the seed.
 *
 * @throws EgoLensError `weights/...`, `tokenizer/...`, `exo2ego/bad-grid`, `exo2ego/other-width`
 */
export async function buildModel(
  options: ModelOptions,
  { parts, seed, layer, languageType }: BuildOptions,
): Promise<Built> {
  const names = weightsOf(options)
  const has = (part: PartName) => parts.includes(part)
  const generator = new Generator(seed, layer?.device)
  const drawn = { ...layer, generator }
  const llm = await loadCausalLM(names.llm, { dtype: languageType, device: layer?.device, isIgnored: isVisual })
  const tokenizer = await loadLanguageTokenizer((await resolveWeights(names.llm)).dir, llm.config.vocabulary)
  const towerOptions = { ...layer, selectLayer: options.selectLayer }
  const { tower, preprocessing } = await loadVisionTower(names.vision, towerOptions)
  const second = has('ego') && has('exo') ? (await loadVisionTower(names.vision, towerOptions)).tower : undefined
  const widths = { vision: tower.config.width, language: llm.config.width }
  const connector = names.connector
    ? await loadConnector(names.connector, layer)
    : new StcConnector(widths, options.connector, drawn)
  const towers = { ...(has('ego') ? { ego: tower } : {}), ...(has('exo') ? { exo: second ?? tower } : {}) }
  const model = assemble(options, { parts, loaded: { llm, vision: tower, towers, connector }, drawn })
  return { model, tokenizer, preprocessing, generator }
}

export interface Assembly {
  parts: readonly PartName[]
  /** What there is to begin with. */
  loaded: {
    llm: CausalLM
    /** What the towers are like, also where there is none. */
    vision: Pick<ClipVisionTower, 'grid'> & { config: { width: number } }
    towers: { ego?: ClipVisionTower; exo?: ClipVisionTower }
    connector: StcConnector
  }
  /** Where what is new is made, and what it is drawn from. */
  drawn: nn.LayerOptions
}

/** Puts the networks of a stage together and makes what is new: mappings, what joins two visuals, low-rank layers. */
export function assemble(options: ModelOptions, { parts, loaded, drawn }: Assembly): Exo2Ego {
  const { llm, vision, towers, connector } = loaded
  const has = (part: PartName) => parts.includes(part)
  const widths = { vision: vision.config.width, language: llm.config.width }
  refuseOtherWidths(connector, widths)
  const mappingOf = () => new Mapping(mappedGrid(vision, options, widths), options.mapping, drawn)
  const model = new Exo2Ego(
    {
      llm,
      ...towers,
      connector,
      ...(has('mapping') && !options.sharedConnector
        ? { mappedConnector: new StcConnector(widths, connector.options, drawn) }
        : {}),
      ...(has('mapping') ? { mapping: mappingOf() } : {}),
      ...(has('inverse') ? { inverse: mappingOf() } : {}),
      ...(has('mapping') && options.concat === 'channel'
        ? { fusion: new nn.Linear(2 * widths.language, widths.language, drawn) }
        : {}),
    },
    has('mapping') ? options.concat : 'none',
  )
  if (has('lora')) model.lora = applyLora(llm, options.lora, drawn)
  return model
}

/** The tokens that are mapped. */
export function mappedGrid(
  tower: Assembly['loaded']['vision'],
  { mapping, frames, connector }: ModelOptions,
  widths: { language: number },
): TokenGrid {
  if (mapping.where === 'pre_connector') return { width: tower.config.width, side: tower.grid }
  const [, side] = connectorGrid([frames, tower.grid, tower.grid], connector)
  return { width: widths.language, side }
}

function refuseOtherWidths({ widths: own }: StcConnector, wanted: { vision: number; language: number }): void {
  if (own.vision === wanted.vision && own.language === wanted.language) return
  throw new EgoLensError(
    'exo2ego/other-width',
    `the connector joins ${own.vision} and ${own.language}, the networks have ${wanted.vision} and ${wanted.language}`,
    { where: 'model.base', cure: 'take language model, image tower and connector of one checkpoint' },
  )
}
