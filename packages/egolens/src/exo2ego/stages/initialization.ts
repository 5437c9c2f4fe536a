import { readOneView } from './one-view.js'
import type { Stage } from './types.js'

/** The image tower of one view, with the connector, learns to caption (Exo2Ego, section 4.1). */
export const initialization: Stage = {
  name: 'initialization',
  title: 'Initialization',
  section: '4.1',
  views: ['ego', 'exo'],
  trains: ['ego', 'exo', 'connector'],
  parts: ['connector'],
  training: { epochs: 5, globalBatch: 512, lr: 1e-3, warmup: 0.1 },
  forward: readOneView,
}
