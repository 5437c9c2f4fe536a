import { cat, noGrad, scope, type Tensor, tensor } from '@egolens/torch'
import { normalisePixels } from '../encoders/pixels.js'
import { firstAtLeast } from '../features/grid.js'
import type { VideoPixels } from '../features/types.js'

/**
 * The frames of a set of clips as bytes in mapped files. Nothing is read before a batch asks for it, and what was read
 * stays in the system's file cache as long as there is room: a data set of any size takes no memory here.
 */
export class PixelTable {
  private readonly videos: { pixels: VideoPixels; first: number; rows: Int32Array }[] = []
  /** Where each video's rows end. */
  private readonly ends: number[] = []

  /**
   * Adds a video, whose maps belong to the table from now on.
   * @param rows which of its frames are the next rows of the table
   */
  add(pixels: VideoPixels, rows: Int32Array): void {
    const first = this.ends.at(-1) ?? 0
    this.videos.push({ pixels, first, rows })
    this.ends.push(first + rows.length)
  }

  /**
   * @param rows for each clip, N rows of one video
   * @returns [clips, N, 3, S, S] float32, normalised as the encoder takes them
   */
  gather(rows: number[][]): Tensor {
    return noGrad(() =>
      scope(() => {
        const bytes = cat(rows.map((wanted) => this.pick(wanted)))
        const { preprocessing } = this.videos[0]!.pixels
        const { size } = preprocessing
        return normalisePixels(bytes, preprocessing).view([rows.length, rows[0]?.length ?? 0, 3, size, size])
      }),
    )
  }

  dispose(): void {
    for (const { pixels } of this.videos) pixels.bytes.dispose()
  }

  private pick(wanted: number[]): Tensor {
    const { pixels, first, rows } = this.videos[firstAtLeast(this.ends, wanted[0]! + 1)]!
    const picks = wanted.map((row) => rows[row - first]!)
    return pixels.bytes.indexSelect(0, tensor(picks, { dtype: 'int64' }))
  }
}
