import { withAttention, withinCross } from './blocks.js'
import { type PublishedTable, row } from './types.js'

/** Table 1: methods within a dataset and across datasets. */
export const table1: PublishedTable = {
  number: 1,
  title: 'Top-1 accuracy over clips, in per cent, within and across datasets; hm is their harmonic mean',
  mark: 'ta', // temporal attention
  blocks: [...withinCross('ego4d'), ...withinCross('ek')],
  // biome-ignore format: a row of the table is a line
  rows: withAttention([
    row('ZS CLIP', 'zero-shot', 5.89, 8.74, 7.03, 2.18, 4.25, 2.88, 8.74, 5.89, 7.03, 4.25, 2.18, 2.88),
    row('CoOp', 'coop', 28.22, 10.87, 15.7, 22.57, 20.42, 21.44, 21.56, 9.37, 13.06, 30.91, 13.35, 18.64),
    row('Co-CoOp', 'cocoop', 30, 9.51, 14.44, 21.31, 12.99, 16.14, 24.23, 9.27, 13.41, 34.16, 14.17, 20.03),
    row('CLIP-Adapter', 'clip-adapter', 30, 8.95, 13.78, 22.82, 19.94, 21.28, 33.21, 5.73, 9.77, 36.7, 16.09, 22.37),
    row('CLIP-Adapter*', 'clip-adapter-temporal', 31.26, 10, 15.16, 27.32, 22.28, 24.54, 34.4, 4.67, 8.22, 48.69, 15.52, 23.54),
    row('A5', 'a5', 31.39, 7.84, 12.55, 26.31, 22.77, 24.41, 32.04, 3.31, 5.99, 46.05, 17.93, 25.81),
    row('Vita-CLIP', 'vita-clip', 33.52, 10.61, 16.11, 22.66, 25.81, 24.13, 34.41, 9.52, 14.91, 48.78, 13.47, 21.11),
    row('X-MIC', 'x-mic', 33.54, 15.35, 21.06, 28.93, 26.48, 27.65, 30.64, 12.32, 17.57, 50.01, 18.1, 26.58),
    row('X-MIC+DINO', 'x-mic-dino', 35.85, 18.96, 24.8, 28.27, 29.49, 28.86, 44.07, 11.45, 18.17, 53.02, 16.01, 24.6),
  ]),
}
