import type { RelativeBox } from '../video/index.js'

/**
 * Where the hand view of a frame is. The hands folder's providers and crop rule come as this; a test or a program
 * may bring its own boxes.
 */
export interface CropProvider {
  /** Part of every hand feature's key: provider, its weights or detections, and the rule. */
  id: string
  /**
   * A box a time (relative, 0 to 1), or undefined where the whole frame stands for the crop.
   *
   * @param video the dataset's name of the source, by which detection files are found
   */
  boxes(source: string, times: readonly number[], video?: string): Promise<(RelativeBox | undefined)[]>
}
