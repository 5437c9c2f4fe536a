import type { RenderProgress } from '@egolens/world'

/** The world tells of videos and frames; the time left is best judged by frames. */
export function rendering({ done, total, frames, framesTotal }: RenderProgress) {
  return {
    task: 'frames',
    done: frames,
    total: framesTotal,
    unit: 'frames',
    note: `${done}/${total} videos`,
  }
}
