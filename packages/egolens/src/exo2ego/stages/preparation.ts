import { readOneView } from './one-view.js'
import type { Stage } from './types.js'

/** Stage 1, Teacher Self-Preparation: the exo tower learns the third-person clips of Ego-ExoClip (section 4.2). */
export const preparation: Stage = {
  name: 'preparation',
  title: 'Teacher Self-Preparation',
  section: '4.2',
  after: 'initialization',
  views: ['exo'],
  trains: ['exo', 'connector'],
  parts: ['exo', 'connector'],
  training: { epochs: 2, globalBatch: 256, lr: 1e-4, warmup: 0.03 },
  forward: readOneView,
}
