import { sharedNovel, withAttention } from './blocks.js'
import { type PublishedTable, row } from './types.js'

/** Table 2: the runs of Table 1 on classes that the two datasets share, and on those that only the other one has. */
export const table2: PublishedTable = {
  number: 2,
  title:
    'Top-1 accuracy over clips of shared and novel classes, in per cent, only these competing; hm is their harmonic mean',
  mark: 'ta', // temporal attention
  blocks: [...sharedNovel('ego4d'), ...sharedNovel('ek')],
  // biome-ignore format: a row of the table is a line
  rows: withAttention([
    row('ZS CLIP', 'zero-shot', 10.38, 13.58, 11.77, 12.32, 4.32, 6.4, 11.38, 10.49, 10.92, 2.73, 9.84, 4.27),
    row('CoOp', 'coop', 16.86, 16.02, 16.43, 25.03, 5.97, 9.64, 15.77, 10.11, 12.32, 20.22, 5.69, 8.89),
    row('CoCoOp', 'cocoop', 16.35, 11.51, 13.51, 24.34, 0, 0, 17.31, 11.46, 13.79, 15.32, 6.46, 9.09),
    row('CLIP-Adapter', 'clip-adapter', 12.46, 5.99, 8.09, 21.48, 3.09, 5.4, 8.72, 7.42, 8.02, 19.6, 3, 5.2),
    row('CLIP-Adapter*', 'clip-adapter-temporal', 16.24, 12.22, 13.95, 25.29, 1.23, 2.35, 14.67, 7.68, 10.08, 24.17, 4.5, 7.59),
    row('A5', 'a5', 15.25, 5.24, 7.8, 27.9, 3.09, 5.56, 13.54, 5.71, 8.03, 24.29, 0.55, 1.07),
    row('Vita-CLIP', 'vita-clip', 15.84, 6.15, 8.86, 27.22, 4.11, 7.14, 14.6, 9.76, 11.69, 16.46, 6.58, 9.4),
    row('X-MIC', 'x-mic', 20.04, 21.51, 20.75, 29.01, 7, 11.27, 19.66, 12.24, 15.09, 23, 7.16, 10.92),
    row('X-MIC+DINO', 'x-mic-dino', 25.56, 20.52, 22.76, 31.92, 6.38, 10.63, 18.91, 10.67, 13.65, 20.55, 6.48, 9.85),
  ]),
}
