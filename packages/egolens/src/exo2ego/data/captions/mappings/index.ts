import { EgoLensError, nearest } from '../../../../errors.js'
import type { CaptionMapping } from '../types.js'
import { cc3m } from './cc3m.js'
import { dci } from './dci.js'
import { egoclip } from './egoclip.js'
import { internvid } from './internvid.js'
import { own } from './own.js'
import { panda70m } from './panda-70m.js'
import { vidal } from './vidal.js'
import { webvid } from './webvid.js'

/** Every data set whose captions can be read, by name. */
export const captionMappings: ReadonlyMap<string, CaptionMapping> = new Map(
  [own, panda70m, webvid, vidal, internvid, cc3m, dci, egoclip].map((one) => [one.name, one as CaptionMapping]),
)

/** How a data set writes captions. @throws EgoLensError `dataset/unknown` */
export function captionMapping(name: string): CaptionMapping {
  const mapping = captionMappings.get(name)
  if (mapping) return mapping
  const [similar] = nearest(name, captionMappings.keys())
  throw new EgoLensError('dataset/unknown', `there are no captions called "${name}"`, {
    cure: similar ? `did you mean "${similar}"?` : `known are ${[...captionMappings.keys()].join(', ')}`,
  })
}
