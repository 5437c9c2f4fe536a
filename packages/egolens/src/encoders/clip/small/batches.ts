import { F, fromTypedArray, scope, type Tensor, tensor } from '@egolens/torch'
import { clipMean, clipStd } from '../preprocessing.js'
import { permutation } from './random.js'

/** Square pictures as bytes in planes: 3 x side x side each. */
export interface Pictures {
  side: number
  planes(i: number): Uint8Array
}

/** How a batch is varied before the tower sees it. */
export interface Augmentation {
  /** Smallest side of the random crop, as a share of the picture. */
  crop: number
  mirror: boolean
  random: () => number
}

/**
 * Pictures by number as normalised pixels [B, 3, S, S]. With an augmentation a batch shares one random crop and
 * mirroring, and each picture gets its own brightness and tint.
 */
export function pixelBatch(images: Pictures, numbers: ArrayLike<number>, augmentation?: Augmentation): Tensor {
  const { side } = images
  const bytes = new Uint8Array(numbers.length * 3 * side * side)
  for (let i = 0; i < numbers.length; i++) bytes.set(images.planes(numbers[i]!), i * 3 * side * side)
  return scope(() => {
    const raw = fromTypedArray(bytes, [numbers.length, 3, side, side])
    const seen = augmentation ? vary(raw, side, augmentation) : raw.to('float32')
    const scale = tensor(clipStd.map((std) => 1 / (255 * std))).view([3, 1, 1])
    const offset = tensor(clipMean.map((mean, c) => -mean / clipStd[c]!)).view([3, 1, 1])
    return seen.mul(scale).add(offset)
  })
}

/**
 * The class token and a random share of the patches of tokens [B, 1 + P, W], the same ones of every picture. Norm and
 * positions come before, so leaving tokens out after them is the same as never having embedded them.
 */
export function somePatches(tokens: Tensor, share: number, random: () => number): Tensor {
  if (share >= 1) return tokens
  const patches = tokens.shape[1]! - 1
  const kept = permutation(patches, random)
    .subarray(0, Math.round(share * patches))
    .sort()
  const places = BigInt64Array.from([0n, ...Array.from(kept, (p) => BigInt(p + 1))])
  return tokens.indexSelect(1, fromTypedArray(places, [places.length]))
}

function vary(raw: Tensor, side: number, { crop, mirror, random }: Augmentation): Tensor {
  const height = Math.round(side * (crop + (1 - crop) * random()))
  const width = Math.round(Math.min(side, height * (0.85 + 0.3 * random())))
  const top = Math.floor(random() * (side - height + 1))
  const left = Math.floor(random() * (side - width + 1))
  const part = raw.narrow(2, top, height).narrow(3, left, width).to('float32')
  const sized = F.interpolate(part, { size: [side, side], mode: 'bilinear' })
  const turned = mirror && random() < 0.5 ? sized.flip([3]) : sized
  const count = raw.shape[0]!
  const gains = Float32Array.from({ length: count }, () => 0.75 + 0.5 * random())
  const tints = Float32Array.from({ length: count * 3 }, (_, i) => gains[Math.floor(i / 3)]! * (0.85 + 0.3 * random()))
  return turned.mul(fromTypedArray(tints, [count, 3, 1, 1])).clamp(0, 255)
}
