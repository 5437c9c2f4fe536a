import { F, scope, type Tensor } from '@egolens/torch'
import type { ImageEncoder, TextEncoder } from '../../types.js'
import { pixelBatch } from './batches.js'
import type { WebImages } from './images.js'

/** Share of pictures whose nearest class text is that of their own noun. */
export function zeroShotAccuracy(
  encoders: { image: ImageEncoder; text: TextEncoder },
  images: WebImages,
  nouns: readonly string[],
  template: (noun: string) => string = (noun) => `a photo of a ${noun}`,
): number {
  return scope(() => {
    const texts = F.normalize(encoders.text.encode(nouns.map(template)))
    let right = 0
    for (let first = 0; first < images.count; first += 100) {
      const numbers = Array.from({ length: Math.min(100, images.count - first) }, (_, i) => first + i)
      const best = scope(() => nearest(encoders.image.encode(pixelBatch(images, numbers)), texts))
      right += numbers.filter((n, i) => nouns[best[i]!] === images.nouns[n]).length
    }
    return right / images.count
  })
}

function nearest(features: Tensor, texts: Tensor): number[] {
  return F.normalize(features).matmul(texts.t()).argmax(1).tolist() as number[]
}
