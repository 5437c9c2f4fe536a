import { EgoLensError } from '../errors.js'
import type { View } from '../features/types.js'
import type { XMicOptions } from './x-mic.options.js'

type Pooling = XMicOptions['pooling']

/** Poolings in which b_S attends within a moment. */
export const needsSpatial = (pooling: Pooling) => pooling.startsWith('space')

/** Poolings in which b_T attends between moments. */
export const needsTemporal = (pooling: Pooling) => ['space-time', 'space-joint', 'time', 'joint'].includes(pooling)

/**
 * The views that the adapter reads, hand crop first.
 * @throws EgoLensError when a pooling between views is asked for one view
 */
export function viewsOf({ input, pooling }: XMicOptions): View[] {
  if (input === 'both') return ['hand', 'full']
  if (['space-joint', 'space', 'joint'].includes(pooling)) {
    throw new EgoLensError(
      'method/options',
      `pooling "${pooling}" attends between two views, but input is "${input}"`,
      {
        where: 'options.pooling',
        cure: 'set input to both, or pooling to time, mean or max',
      },
    )
  }
  return [input]
}
