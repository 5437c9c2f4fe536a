import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { EgoLensError, nearest } from '../errors.js'
import { readJson } from '../files.js'
import { resolveWeights } from '../weights/resolve.js'
import { type ClipModel, loadClip } from './clip/load.js'
import type { LongTexts } from './clip/text-encoder.js'
import { layoutOf } from './dino/layout.js'
import { type DinoImageEncoder, loadDino } from './dino/load.js'
import { isLavila } from './lavila/config.js'
import { type LavilaModel, loadLavila } from './lavila/load.js'
import { openDirectory, withoutPrefix } from './source.js'
import type { Compute, DualEncoder, FrameWindow, ImageEncoder } from './types.js'

export { type ClipModel, type DinoImageEncoder, type LavilaModel, loadClip, loadDino, loadLavila }

export interface EncoderOptions {
  compute?: Compute
  /** For encoders that see several frames at once. */
  window?: Partial<FrameWindow> | undefined
  /** For text towers; `refuse` in CLIP, `end` in LaViLa where absent. */
  longTexts?: LongTexts | undefined
}

/** Loads a model from its directory. */
type Loader<T> = (nameOrDir: string, options: EncoderOptions) => Promise<T>

/** Families with a text tower, one line each, by `model_type` of config.json or by what their tensors are called. */
export const dualEncoders: Readonly<Record<string, Loader<DualEncoder>>> = {
  clip: loadClip,
  lavila: loadLavila,
}

/** The same of all image encoders. */
export const imageEncoders: Readonly<Record<string, Loader<ImageEncoder>>> = {
  ...Object.fromEntries(
    Object.entries(dualEncoders).map(([type, load]) => [
      type,
      async (...of: Parameters<typeof load>) => (await load(...of)).image,
    ]),
  ),
  dinov2: loadDino,
  dinov2_with_registers: loadDino,
  vit: loadDino,
}

/**
 * Loads a frozen image encoder: `small`, a directory, or a name in the Hugging Face cache. What it is, its
 * config.json says, or else the names of its tensors.
 *
 * @throws EgoLensError `weights/not-found`, `encoder/unknown-type`
 * @example
 * const encoder = await loadImageEncoder('small')
 * const features = encoder.encode(pixels) // [B, width]
 */
export function loadImageEncoder(nameOrDir: string, options: EncoderOptions = {}): Promise<ImageEncoder> {
  return load(imageEncoders, 'an image encoder', nameOrDir, options)
}

/**
 * The same for a model with a text tower.
 *
 * @throws EgoLensError `weights/not-found`, `encoder/unknown-type`
 * @example
 * const { image, text, logitScale } = await loadDualEncoder('models/lavila-large')
 */
export function loadDualEncoder(nameOrDir: string, options: EncoderOptions = {}): Promise<DualEncoder> {
  return load(dualEncoders, 'a model with an image and a text tower', nameOrDir, options)
}

async function load<T>(
  families: Readonly<Record<string, Loader<T>>>,
  wanted: string,
  nameOrDir: string,
  options: EncoderOptions,
): Promise<T> {
  const { dir } = await resolveWeights(nameOrDir)
  const type = await modelType(dir)
  const family = Object.hasOwn(families, type) ? families[type] : undefined
  if (family) return family(nameOrDir, options)
  const known = Object.keys(families)
  const path = join(dir, 'config.json')
  throw new EgoLensError('encoder/unknown-type', `model_type "${type}" is not ${wanted} that is known here`, {
    where: existsSync(path) ? path : dir,
    cure: `use one of ${(nearest(type, known).length > 0 ? nearest(type, known) : known).join(', ')}`,
  })
}

/** What config.json says; a file of the same name that other tools write says nothing of the type. */
async function modelType(dir: string): Promise<string> {
  const path = join(dir, 'config.json')
  const config = existsSync(path) ? ((await readJson(path)) as { model_type?: unknown } | null) : {}
  const type = config?.model_type
  return typeof type === 'string' ? type : typeByNames(dir)
}

async function typeByNames(dir: string): Promise<string> {
  const opened = await openDirectory(dir)
  try {
    const { names } = withoutPrefix(opened, 'module.')
    if (isLavila(names)) return 'lavila'
    return layoutOf(names) ? 'vit' : 'clip'
  } finally {
    opened.close()
  }
}
