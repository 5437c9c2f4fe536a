import type { RenderProgress } from '@egolens/world'
import type { Progress } from './progress.js'

/**
 * Hands on what the small world tells while it draws: it tells of videos and of frames, and the time left is best judged by
 * frames.
 *
 * @example
 * await renderPlace({ place: 'kitchen', dir, onProgress: renderingTo(progress, 'the kitchen') })
 */
export const renderingTo =
  (progress: Progress, task = 'frames') =>
  ({ done, total, frames, framesTotal }: RenderProgress): void =>
    progress({ task, done: frames, total: framesTotal, unit: 'frames', note: `${done}/${total} videos` })
