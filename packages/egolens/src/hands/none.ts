import type { HandProvider } from './types.js'

/** No detections: the hand view is then the full frame. */
export const noHands: HandProvider = {
  name: 'none',
  id: 'none',
  sourceId: async () => 'none',
  detections: async (_source, times) => times.map((time) => ({ time, hands: [], objects: [] })),
}
