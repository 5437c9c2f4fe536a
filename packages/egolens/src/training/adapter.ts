import { createHash } from 'node:crypto'
import { Generator, safetensors, scope, TorchError } from '@egolens/torch'
import { z } from 'zod'
import type { Component, LabelSets } from '../datasets/types.js'
import type { FrameWindow, ImageEncoder } from '../encoders/types.js'
import { EgoLensError } from '../errors.js'
import { readBytes, unlessAbsent } from '../files/read.js'
import { readJson, removeFile, writeAtomic } from '../files.js'
import { createMethod } from '../methods/registry.js'
import type { Backbone, Method } from '../methods/types.js'
import { resolveRun } from '../weights/resolve-run.js'
import { hashTensors, saveTensors } from '../weights/save-tensors.js'
import type { Recipe } from './recipe.js'
import { runPaths } from './run-directory.js'

const labelSet = z.object({
  dataset: z.string(),
  component: z.enum(['verb', 'noun']),
  names: z.array(z.string()),
  keys: z.array(z.string()),
})

const encoder = z.strictObject({
  name: z.string(),
  hash: z.string(),
  width: z.int(),
  /** Frames that are seen together, where it is not one. */
  window: z.strictObject({ frames: z.int(), stride: z.number() }).optional(),
})

/** adapter.json: everything that is needed to score any video against any label set, except the frozen weights. */
export const adapterInfo = z.strictObject({
  format: z.literal(1),
  name: z.string(),
  method: z.string(),
  options: z.record(z.string(), z.unknown()),
  components: z.array(z.enum(['verb', 'noun'])),
  frames: z.int(),
  transfersToNewLabels: z.boolean(),
  backbone: z.strictObject({
    clip: z.string(),
    context: z.string().optional(),
    longTexts: z.enum(['refuse', 'end', 'cut']).optional(),
    image: encoder,
    contextImage: encoder,
  }),
  /** How frames were chosen and cropped: an adapter is only as good as its inputs are alike. */
  features: z.strictObject({
    every: z.number(),
    window: z.object({ frames: z.int().optional(), stride: z.number().optional() }).optional(),
    compute: z.string(),
    hands: z.looseObject({ provider: z.string() }),
    /** The id of the boxes' provider and crop rule, as it stands in every hand feature's key. */
    crop: z.string().optional(),
  }),
  /** The classes that it was trained on. */
  labels: z.partialRecord(z.enum(['verb', 'noun']), labelSet),
  /** The classes of its dataset that were held back from training, in base-to-novel. */
  novel: z.partialRecord(z.enum(['verb', 'noun']), labelSet).optional(),
  recipe: z.string(),
  /** sha256 of adapter.safetensors. */
  weights: z.string(),
  /** Set by calibration for recognition in untrimmed video; null until then. */
  calibration: z.unknown().nullable(),
})
export type AdapterInfo = z.output<typeof adapterInfo>

/** A trained method, ready to score. */
export interface Adapter {
  info: AdapterInfo
  method: Method
}

export interface SaveAdapter {
  recipe: Recipe
  recipeHash: string
  method: Method
  backbone: Backbone
  labels: LabelSets
  novel?: LabelSets
  crop: string | undefined
}

/**
 * Writes adapter.safetensors and adapter.json. Equal weights keep the calibration that they had. Where other weights
 * stood before, there is no adapter.json until both are there: never the weights of one and the words of another.
 *
 * @throws EgoLensError `disk/...`
 */
export async function saveAdapter(directory: string, given: SaveAdapter): Promise<AdapterInfo> {
  const { recipe, method, backbone, labels, novel, crop } = given
  const { weights, adapter } = runPaths(directory)
  // Its calibration is kept: one that the disk does not give is not one that is not there.
  const before = await readAdapterInfo(directory).catch((error: EgoLensError) => {
    if (error.code === 'disk/unreadable') throw error
    return undefined
  })
  const tensors = method.module.stateDict()
  const hash = await hashTensors(tensors)
  const stored = await unlessAbsent(readBytes(weights))
  if (stored === undefined || hashOf(stored) !== hash) {
    await removeFile(adapter)
    await saveTensors(weights, tensors)
  }
  const info: AdapterInfo = {
    format: 1,
    name: recipe.name,
    method: method.name,
    options: recipe.options,
    components: method.components,
    frames: method.needs.frames,
    transfersToNewLabels: method.transfersToNewLabels,
    backbone: {
      ...recipe.backbone,
      image: identity(backbone.image),
      contextImage: identity(backbone.context),
    },
    features: {
      every: recipe.features.every,
      ...(recipe.features.window ? { window: recipe.features.window } : {}),
      compute: recipe.features.compute,
      hands: recipe.features.hands,
      ...(crop === undefined ? {} : { crop }),
    },
    labels,
    ...(novel ? { novel } : {}),
    recipe: given.recipeHash,
    weights: hash,
    calibration: before?.weights === hash ? before.calibration : null,
  }
  await writeAtomic(adapter, `${JSON.stringify(info, null, 2)}\n`)
  return info
}

const identity = ({ name, hash, width, window }: ImageEncoder) => ({ name, hash, width, ...(window ? { window } : {}) })

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Reads adapter.json alone. @throws EgoLensError naming the file and the key */
export async function readAdapterInfo(directory: string): Promise<AdapterInfo> {
  const { adapter } = runPaths(directory)
  const parsed = adapterInfo.safeParse(await readJson(adapter))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new EgoLensError('adapter/invalid', `${issue.path.join('.')}: ${issue.message}`, { where: adapter })
}

/**
 * A trained method with its weights.
 *
 * @param run its directory, or its name in the Hugging Face cache
 * @param backbone the frozen models that it was trained with
 * @throws EgoLensError `adapter/not-found`, `adapter/other-backbone`, `adapter/damaged`, `adapter/other-shape`,
 * `disk/unreadable`
 * @example
 * const { method } = await loadAdapter('runs/x-mic-kitchen-noun', backbone)
 * const { noun } = await scoreClips(method, clips, labels, { features })
 */
export async function loadAdapter(run: string, backbone: Backbone): Promise<Adapter> {
  const directory = await resolveRun(run)
  const info = await readAdapterInfo(directory)
  checkBackbone(info, backbone, directory)
  const { weights } = runPaths(directory)
  const bytes = await unlessAbsent(readBytes(weights))
  if (bytes === undefined || hashOf(bytes) !== info.weights) {
    throw new EgoLensError('adapter/damaged', 'the weights are not those that adapter.json was written for', {
      where: weights,
    })
  }
  const components: Component[] = info.components
  const setting = { backbone, components, generator: new Generator(0), frames: info.frames, labels: info.labels }
  const method = createMethod(info.method, info.options, setting)
  try {
    scope(() => void method.module.loadStateDict(safetensors.fromBytes(bytes)))
  } catch (error) {
    method.module.dispose()
    if (!(error instanceof TorchError)) throw error
    throw new EgoLensError(
      'adapter/other-shape',
      `the weights are not those of ${info.method} as adapter.json has it: ${error.message}`,
      {
        where: weights,
        cure: 'take adapter.json and adapter.safetensors of one run',
        cause: error,
      },
    )
  }
  method.module.eval()
  return { info, method }
}

function checkBackbone({ backbone: wanted }: AdapterInfo, given: Backbone, directory: string): void {
  const pairs = [
    { what: 'image encoder', wanted: wanted.image, given: given.image },
    { what: 'context encoder', wanted: wanted.contextImage, given: given.context },
  ]
  for (const { what, wanted, given } of pairs) {
    if (wanted.hash === given.hash) {
      checkWindow(wanted.window, given.window, directory)
      continue
    }
    const message = `it was trained on the ${what} ${wanted.name} (${wanted.hash.slice(0, 12)}), not on ${given.name} (${given.hash.slice(0, 12)})`
    throw new EgoLensError('adapter/other-backbone', message, { where: directory, cure: `load ${wanted.name}` })
  }
}

function checkWindow(wanted: FrameWindow | undefined, given: FrameWindow | undefined, directory: string): void {
  if (wanted?.frames === given?.frames && wanted?.stride === given?.stride) return
  const of = (window: FrameWindow | undefined) =>
    window ? `${window.frames} frames ${window.stride} s apart` : 'one frame'
  throw new EgoLensError('adapter/other-backbone', `it was trained on ${of(wanted)}, not on ${of(given)}`, {
    where: directory,
    cure: 'open the encoder with the same features.window',
  })
}
