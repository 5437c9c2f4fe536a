import { noGrad, scope, type Tensor } from '@egolens/torch'
import type { Compute, ImageEncoder, Preprocessing } from '../types.js'
import type { VisionTower } from './vision.js'

/** CLIP's images in the joint space. */
export class ClipImageEncoder implements ImageEncoder {
  readonly tap = 'joint'
  readonly width: number

  constructor(
    readonly tower: VisionTower,
    readonly name: string,
    readonly hash: string,
    readonly preprocessing: Preprocessing,
    readonly compute: Compute,
  ) {
    this.width = tower.config.width
  }

  encode(pixels: Tensor): Tensor {
    if (this.compute === 'float32') return this.tower.encode(pixels)
    return noGrad(() => scope(() => this.tower.encode(pixels.to(this.compute)).to('float32')))
  }
}
