import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { EgoLensError } from '../errors.js'
import { readJson } from '../files.js'

const side = z.union([
  z.int().positive(),
  z.looseObject({ shortest_edge: z.int().positive() }).transform((s) => s.shortest_edge),
  z.looseObject({ height: z.int().positive(), width: z.int().positive() }).transform((s) => s.height),
])
const three = z.tuple([z.number(), z.number(), z.number()])
const schema = z.looseObject({
  size: side.optional(),
  crop_size: side.optional(),
  image_mean: three.optional(),
  image_std: three.optional(),
})

/** What a preprocessor_config.json says; nothing where there is none. */
export interface PreprocessorFile {
  path: string
  /** Pixels of the shorter side. */
  resize?: number
  /** Side of the crop. */
  crop?: number
  mean?: [number, number, number]
  std?: [number, number, number]
}

/**
 * Reads preprocessor_config.json in the layout of Hugging Face's image processors.
 *
 * @param code of the error where it is something else
 */
export async function readPreprocessor(dir: string, code: string): Promise<PreprocessorFile> {
  const path = join(dir, 'preprocessor_config.json')
  const parsed = schema.safeParse(existsSync(path) ? await readJson(path) : {})
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new EgoLensError(code, `${issue.path.join('.')}: ${issue.message}`, { where: path })
  }
  const { size, crop_size, image_mean, image_std } = parsed.data
  return { path, resize: size, crop: crop_size, mean: image_mean, std: image_std }
}
