import { join } from 'node:path'
import { EgoLensError, nearest } from '../errors.js'
import { readJson } from '../files.js'
import { weightFiles } from '../weights/files.js'
import { resolveWeights } from '../weights/resolve.js'
import { type ClipModel, loadClip } from './clip/load.js'
import type { Compute, ImageEncoder } from './types.js'

export { type ClipModel, loadClip }

export interface EncoderOptions {
  compute?: Compute
}

/** Loads the image encoder of a model's directory. */
type Loader = (nameOrDir: string, options: EncoderOptions) => Promise<ImageEncoder>

/** One line a family, by `model_type` of config.json. */
export const imageEncoders: Readonly<Record<string, Loader>> = {
  clip: async (nameOrDir, options) => (await loadClip(nameOrDir, options)).image,
}

/**
 * Loads a frozen image encoder: `small`, a directory, or a name in the Hugging Face cache. What it is, its
 * config.json says; weights without one are taken for a CLIP in OpenAI's layout.
 *
 * @throws EgoLensError `weights/not-found`, `encoder/unknown-type`
 * @example
 * const encoder = await loadImageEncoder('small')
 * const features = encoder.encode(pixels) // [B, width]
 */
export async function loadImageEncoder(nameOrDir: string, options: EncoderOptions = {}): Promise<ImageEncoder> {
  const { dir } = await resolveWeights(nameOrDir)
  const type = await modelType(dir)
  const load = imageEncoders[type]
  if (load !== undefined) return load(nameOrDir, options)
  const known = Object.keys(imageEncoders)
  throw new EgoLensError('encoder/unknown-type', `model_type "${type}" is not an image encoder that is known here`, {
    where: join(dir, 'config.json'),
    cure: `use one of ${(nearest(type, known).length > 0 ? nearest(type, known) : known).join(', ')}`,
  })
}

async function modelType(dir: string): Promise<string> {
  const path = join(dir, 'config.json')
  const config = await readJson(path).catch(async (error: unknown) => {
    if (error instanceof EgoLensError && error.code === 'file/unreadable' && (await weightFiles(dir)).length > 0)
      return {}
    throw error
  })
  const type = (config as { model_type?: unknown } | null)?.model_type
  return typeof type === 'string' ? type : 'clip'
}
