import { withinCross } from './blocks.js'
import { type PublishedTable, row } from './types.js'

/** Table 6: which vectors of X-MIC are brought to unit length; nouns alone. */
export const table6: PublishedTable = {
  number: 6,
  title:
    'X-MIC with unit length of adapter inputs (n1), X-MIC-vector (n2), class vectors (n3): top-1 accuracy over clips, in per cent; hm is their harmonic mean',
  blocks: withinCross('ego4d', { run: 'x-mic{}-ego4d' }).filter(({ component }) => component === 'noun'),
  rows: [
    row('n1', '', 33.54, 15.35, 21.06),
    row('none', '-none', 32.64, 14.34, 19.92),
    row('n2,n3', '-n2-n3', 32.74, 14.59, 20.19),
    row('n1,n2,n3', '-n1-n2-n3', 31.99, 14.49, 19.95),
    row('n1,n2', '-n1-n2', 15.81, 12.3, 13.83),
    row('n1,n3', '-n1-n3', 12.12, 11.34, 11.71),
  ],
}
