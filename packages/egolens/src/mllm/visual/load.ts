import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { nn } from '@egolens/torch'
import { z } from 'zod'
import { parseConfig } from '../../encoders/clip/config.js'
import { configFromOpenAi, isOpenAi, openAiSource } from '../../encoders/clip/openai.js'
import { clipPreprocessing } from '../../encoders/clip/preprocessing.js'
import { depthOf, openDirectory, tellingShape, type WeightSource } from '../../encoders/source.js'
import type { Preprocessing } from '../../encoders/types.js'
import { EgoLensError } from '../../errors.js'
import { readJson } from '../../files.js'
import { resolveWeights } from '../../weights/resolve.js'
import { checkpointPrefix, moduleFrom, partOf } from './checkpoint.js'
import { type ConnectorWidths, StcConnector } from './connector.js'
import type { ConnectorInput } from './connector.options.js'
import { ClipVisionTower, usedLayers, type VisionConfig, type VisionTowerOptions } from './vision-tower.js'

/** An image tower, and how the frames that it sees are prepared. */
export interface LoadedTower {
  tower: ClipVisionTower
  preprocessing: Preprocessing
}

/**
 * Loads the image tower of a CLIP (a directory in Hugging Face's or OpenAI's layout, a name in the hub's cache, or
 * `small`) or of a VideoLLaMA2 checkpoint, for training or frozen by `tower.requiresGrad_(false)`.
 *
 * @throws EgoLensError `weights/not-found`, `weights/mismatch`, `weights/not-finite`, `weights/not-safetensors`,
 * `clip/bad-config`, `clip/bad-preprocessor`, `mllm/bad-layer`
 * @example
 * const { tower, preprocessing } = await loadVisionTower('openai/clip-vit-large-patch14-336', { dtype: 'bfloat16' })
 */
export async function loadVisionTower(nameOrDir: string, options: VisionTowerOptions = {}): Promise<LoadedTower> {
  const { selectLayer = -2, ...layer } = options
  const { dir } = await resolveWeights(nameOrDir)
  const opened = await openDirectory(dir)
  try {
    const { source, config } = await describeTower(opened, dir)
    const used = usedLayers(config, selectLayer)
    const tower = moduleFrom(source, (of) => new ClipVisionTower(config, { ...of, selectLayer }), {
      where: dir,
      layer,
      isIgnored: (name) => !isOfTower(name) || isUnused(name, used, config.layers),
    })
    return { tower, preprocessing: await clipPreprocessing(dir, config.image) }
  } finally {
    opened.close()
  }
}

async function describeTower(opened: WeightSource, dir: string) {
  const part = partOf(opened, checkpointPrefix.vision)
  // The config.json of such a checkpoint is the language model's; the tower's size is in its shapes.
  if (part) return { source: part, config: sizeFromShapes(part, dir) }
  const path = join(dir, 'config.json')
  const openAi = isOpenAi(opened.names)
  const config = openAi && !existsSync(path) ? configFromOpenAi(opened, dir) : parseConfig(await readJson(path), path)
  return { source: openAi ? openAiSource(opened) : opened, config: config.vision }
}

/** All published CLIPs have heads of 64 and QuickGELU. */
function sizeFromShapes(source: WeightSource, where: string): VisionConfig {
  const shape = (name: string) => tellingShape(source, `vision_model.${name}`, where)
  const [width, , patch] = shape('embeddings.patch_embedding.weight') as [number, number, number]
  const [positions] = shape('embeddings.position_embedding.weight') as [number]
  return {
    width,
    patch,
    image: Math.round(Math.sqrt(positions - 1)) * patch,
    layers: depthOf(source.names, 'vision_model.encoder.layers.'),
    heads: Math.max(1, Math.floor(width / 64)),
    hidden: shape('encoder.layers.0.mlp.fc1.weight')[0]!,
    activation: 'quick_gelu',
    eps: 1e-5,
  }
}

const isOfTower = (name: string) => name.startsWith('vision_model.') && !name.endsWith('.position_ids')

function isUnused(name: string, used: number, layers: number): boolean {
  if (name.startsWith('vision_model.post_layernorm.')) return true
  const layer = Number(/^vision_model\.encoder\.layers\.(\d+)\./.exec(name)?.[1] ?? -1)
  return layer >= used && layer < layers
}

const connectorKinds = { stc_connector: 'stc', stc_connector_v35: 'v35', stp_connector: 'stp' } as const
const checkpointConfig = z.looseObject({
  mm_projector_type: z.enum(['stc_connector', 'stc_connector_v35', 'stp_connector']).default('stc_connector'),
  mm_hidden_size: z.int().positive(),
  hidden_size: z.int().positive(),
})

/**
 * Loads the connector of a VideoLLaMA2 checkpoint; its widths and its kind are in its config.json.
 *
 * @throws EgoLensError `mllm/bad-config` naming the key, `mllm/no-connector`, and those of `loadVisionTower`'s weights
 * @example
 * const connector = await loadConnector('DAMO-NLP-SG/VideoLLaMA2-7B-16F', { dtype: 'bfloat16' })
 */
export async function loadConnector(nameOrDir: string, layer: nn.LayerOptions = {}): Promise<StcConnector> {
  const { dir } = await resolveWeights(nameOrDir)
  const path = join(dir, 'config.json')
  const { widths, options } = describeConnector(await readJson(path), path)
  const opened = await openDirectory(dir)
  try {
    const source = partOf(opened, checkpointPrefix.connector)
    if (!source) {
      throw new EgoLensError('mllm/no-connector', `no tensor is named ${checkpointPrefix.connector}...`, {
        where: dir,
        cure: 'take a whole checkpoint of VideoLLaMA2, such as DAMO-NLP-SG/VideoLLaMA2-7B-16F',
      })
    }
    return moduleFrom(source, (of) => new StcConnector(widths, options, of), { where: dir, layer })
  } finally {
    opened.close()
  }
}

/** What the config.json of a VideoLLaMA2 checkpoint says of its connector. @throws EgoLensError `mllm/bad-config` */
export function describeConnector(json: unknown, where: string): { widths: ConnectorWidths; options: ConnectorInput } {
  const parsed = checkpointConfig.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new EgoLensError('mllm/bad-config', `${issue.path.join('.') || 'the file'}: ${issue.message}`, {
      where,
      cure: 'give the config.json of a VideoLLaMA2 checkpoint',
    })
  }
  const { mm_projector_type: type, mm_hidden_size: vision, hidden_size: language } = parsed.data
  return { widths: { vision, language }, options: { kind: connectorKinds[type] } }
}
