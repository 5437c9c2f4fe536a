import { withinCross } from './blocks.js'
import { type PublishedTable, row } from './types.js'

/** Table 5: larger and egocentric backbones. */
export const table5: PublishedTable = {
  number: 5,
  title: 'Zero-shot and X-MIC by backbone: top-1 accuracy over clips, in per cent; hm is their harmonic mean',
  blocks: withinCross('ego4d'),
  rows: [
    row('CLIP ViT-B/16, ZS', 'zero-shot', 5.89, 8.74, 7.03, 2.18, 4.25, 2.88),
    row('CLIP ViT-B/16, X-MIC', 'x-mic', 33.54, 15.35, 21.06, 28.93, 26.48, 27.65),
    row('CLIP ViT-L/14, ZS', 'zero-shot-l14', 8.4, 13.88, 10.46, 8.57, 9.7, 9.1),
    row('CLIP ViT-L/14, X-MIC', 'x-mic-l14', 33.75, 22.46, 26.97, 28.13, 28.93, 28.52),
    row('LaViLa ViT-L/14, ZS', 'zero-shot-lavila', 24.99, 31.06, 27.69, 6.19, 15.74, 8.88),
    row('LaViLa ViT-L/14, X-MIC', 'x-mic-lavila', 35.18, 34.97, 35.08, 12.28, 24.66, 16.37),
  ],
}
