import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { EgoLensError } from '../../errors.js'
import { readJson } from '../../files.js'
import type { Preprocessing } from '../types.js'

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

/** Mean and standard deviation of CLIP's training pixels, red, green, blue. */
export const clipMean: [number, number, number] = [0.48145466, 0.4578275, 0.40821073]
export const clipStd: [number, number, number] = [0.26862954, 0.26130258, 0.27577711]

/**
 * How a CLIP's pixels are prepared: its preprocessor_config.json where there is one, else CLIP's published rule
 * (shorter side to the image's size, centre crop).
 *
 * @throws EgoLensError `clip/bad-preprocessor`
 */
export async function clipPreprocessing(dir: string, size: number): Promise<Preprocessing> {
  const path = join(dir, 'preprocessor_config.json')
  const parsed = schema.safeParse(existsSync(path) ? await readJson(path) : {})
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new EgoLensError('clip/bad-preprocessor', `${issue.path.join('.')}: ${issue.message}`, { where: path })
  }
  const { crop_size = size, size: resize = size, image_mean = clipMean, image_std = clipStd } = parsed.data
  if (crop_size !== size) {
    throw new EgoLensError('clip/bad-preprocessor', `crops of ${crop_size} for an encoder that sees ${size}`, {
      where: path,
    })
  }
  return { size, resize, mean: image_mean, std: image_std, mode: 'center' }
}
