import { type CropRule, cropBox, cropId, type HandProvider } from '../hands/index.js'
import type { ImageOptions, RelativeBox } from '../video/index.js'

/**
 * Where the hand view of a frame is. Detections and a crop rule come as this (`cropsFrom`); a test or a program may
 * bring its own boxes.
 */
export interface CropProvider {
  /** Part of the hand view's feature space: provider and rule. */
  id: string
  /** The feature of a frame without a box is zero, instead of that of the whole frame. */
  zeroWithoutBox?: boolean
  /** What the boxes of this source stand on, such as the hash of its detections; another one makes features stale. */
  sourceId?(source: string): Promise<string>
  /** A box a time (relative, 0 to 1), or undefined where there is none: the whole frame stands for the crop. */
  boxes(source: string, times: readonly number[], images?: ImageOptions): Promise<(RelativeBox | undefined)[]>
}

/**
 * Hand crops from detections, by X-MIC's rule (section 3.2): the box around hands and what they touch, or the whole
 * frame where there are none.
 *
 * @example
 * const crops = cropsFrom(await ssdProvider(), { ...xmicRule, grow: 1.8 })
 */
export function cropsFrom(provider: HandProvider, rule: CropRule): CropProvider {
  return {
    id: cropId(provider.id, rule),
    sourceId: (source) => provider.sourceId(source),
    boxes: async (...wanted) => (await provider.detections(...wanted)).map((found) => cropBox(found, rule)),
  }
}
