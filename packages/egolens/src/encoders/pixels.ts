import { createHash } from 'node:crypto'
import { noGrad, scope, type Tensor, tensor } from '@egolens/torch'
import type { ImageEncoder, Preprocessing } from './types.js'

/**
 * Frames as an encoder sees them, in the place of what it makes of them: for methods that work inside the encoder. Its
 * features are the prepared picture's bytes, uint8 [B, 3 S S] in planes R, G, B, which `normalisePixels` turns back
 * into the encoder's input.
 *
 * @param preprocessing of the encoder whose input is kept
 */
export function pixelEncoder(preprocessing: Preprocessing): ImageEncoder {
  const { size, resize, mean, std, mode } = preprocessing
  return {
    name: 'pixels',
    hash: createHash('sha256')
      .update(JSON.stringify(['pixels', size, resize, mean, std, mode]))
      .digest('hex'),
    width: 3 * size * size,
    preprocessing,
    tap: 'pixels',
    encode: (pixels) =>
      noGrad(() =>
        scope(() => {
          const bytes = pixels.mul(planes(std).mul(255)).add(planes(mean).mul(255))
          return bytes.round().clamp(0, 255).to('uint8').flatten(1)
        }),
      ),
  }
}

/** Bytes [B, 3 S S] of pictures -> the float32 input [B, 3, S, S] of the encoder with this preprocessing. */
export function normalisePixels(bytes: Tensor, { size, mean, std }: Preprocessing): Tensor {
  return noGrad(() =>
    scope(() => {
      const scale = planes(std).mul(255).reciprocal()
      return bytes
        .to('float32')
        .view([-1, 3, size, size])
        .mul_(scale)
        .sub_(planes(mean).div(planes(std)))
    }),
  )
}

const planes = (values: readonly number[]): Tensor => tensor([...values]).view([3, 1, 1])
