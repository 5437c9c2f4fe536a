import { EgoLensError } from '../../errors.js'
import { readPreprocessor } from '../preprocessing.js'
import type { Preprocessing } from '../types.js'

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
  const {
    path,
    crop = size,
    resize = size,
    mean = clipMean,
    std = clipStd,
  } = await readPreprocessor(dir, 'clip/bad-preprocessor')
  if (crop !== size) {
    throw new EgoLensError('clip/bad-preprocessor', `crops of ${crop} for an encoder that sees ${size}`, {
      where: path,
    })
  }
  return { size, resize, mean, std, mode: 'center' }
}
