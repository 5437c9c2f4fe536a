import { z } from 'zod'
import { defineMapping } from '../types.js'

/** Conceptual Captions 3M (Sharma et al., 2018) as img2dataset packs it: WebDataset tars of pictures and texts. */
export const cc3m = defineMapping({
  name: 'cc3m',
  title: 'CC3M',
  format: 'webdataset',
  fields: z.object({ txt: z.string().optional(), caption: z.string().optional() }),
  read: ({ txt, caption }) => [{ media: '', caption: txt ?? caption ?? '' }],
})
