import { z } from 'zod'
import { defineMapping } from '../types.js'

/**
 * Densely Captioned Images (Urbanek et al., 2024): a JSON file a picture, so the folder of them is what is read. The
 * caption is the short one with what was added to it; the masks' own captions are about parts and are left out.
 */
export const dci = defineMapping({
  name: 'dci',
  title: 'DCI',
  format: 'json',
  fields: z.object({
    image: z.string(),
    short_caption: z.string(),
    extra_caption: z.string().default(''),
  }),
  read: ({ image, short_caption, extra_caption }) => [
    { media: image, caption: `${short_caption.trim()} ${extra_caption.trim()}`.trim() },
  ],
})
