import { withinCross } from './blocks.js'
import { type PublishedTable, row } from './types.js'

/** Table 4: what X-MIC's adapter sees: full frames, hand crops, both. */
export const table4: PublishedTable = {
  number: 4,
  title:
    'X-MIC with full frames (F), hand crops (H) and both: top-1 accuracy over clips, in per cent; hm is their harmonic mean',
  blocks: withinCross('ego4d', { run: 'x-mic{}-ego4d' }),
  rows: [
    row('F', '-full', 31.68, 14.2, 19.61, 27.19, 24.02, 25.51),
    row('H', '-hand', 31.35, 14.02, 19.37, 26.32, 26.59, 26.46),
    row('F+H', '', 33.54, 15.35, 21.06, 28.93, 26.48, 27.65),
  ],
}
