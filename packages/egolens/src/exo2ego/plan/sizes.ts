import { join } from 'node:path'
import { parseConfig } from '../../encoders/clip/config.js'
import { EgoLensError } from '../../errors.js'
import { exists, readJson } from '../../files/read.js'
import { type LanguageConfig, parseLanguageConfig } from '../../mllm/index.js'
import {
  type ConnectorOptions,
  connectorOptions,
  describeConnector,
  type VisionConfig,
} from '../../mllm/visual/index.js'
import { resolveWeights } from '../../weights/resolve.js'
import { weightsOf } from '../model/build.js'
import type { ModelOptions } from '../recipe.schema.js'
import { publishedLanguages, publishedTowers } from './published.js'

/** How large the networks are that a recipe names. */
export interface Sizes {
  language: LanguageConfig
  vision: VisionConfig
  connector: ConnectorOptions
}

/**
 * Reads sizes from the config.json of the weights that a recipe names; of published models that are not on this machine
 * they are known. No weights are read.
 *
 * @throws EgoLensError `plan/unknown-size` naming the weights, `language/bad-config`, `clip/bad-config`
 */
export async function sizesOf(model: ModelOptions): Promise<Sizes> {
  const { llm, vision, connector: base } = weightsOf(model)
  const found = base === undefined ? undefined : await configOf(base)
  const stated = found ? describeConnector(found.json, found.path).options : {}
  return {
    language: await languageSize(llm),
    vision: await visionSize(vision),
    connector: base === undefined ? model.connector : connectorOptions.parse(stated),
  }
}

async function languageSize(name: string): Promise<LanguageConfig> {
  const found = await configOf(name)
  if (found) return parseLanguageConfig(found.json, found.path)
  return publishedLanguages[bare(name)] ?? unknown(name)
}

async function visionSize(name: string): Promise<VisionConfig> {
  const found = await configOf(name)
  if (!found) return publishedTowers[bare(name)] ?? unknown(name)
  // VideoLLaMA2's says only by which name its tower is published.
  const { mm_vision_tower: tower } = found.json as { mm_vision_tower?: unknown }
  if (typeof tower === 'string') return publishedTowers[tower] ?? unknown(tower)
  return parseConfig(found.json, found.path).vision
}

/** The config.json of weights that are on this machine. */
async function configOf(name: string): Promise<{ json: unknown; path: string } | undefined> {
  try {
    const path = join((await resolveWeights(name)).dir, 'config.json')
    return (await exists(path)) ? { json: await readJson(path), path } : undefined
  } catch (error) {
    if (error instanceof EgoLensError && error.code === 'weights/not-found') return undefined
    throw error
  }
}

const bare = (name: string) => name.split('@')[0]!

function unknown(name: string): never {
  throw new EgoLensError('plan/unknown-size', `how large ${name} is is not known`, {
    where: 'model',
    cure: `name a directory with its config.json, or egolens models pull ${name}`,
  })
}
