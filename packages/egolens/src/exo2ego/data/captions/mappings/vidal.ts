import { posix } from 'node:path'
import { z } from 'zod'
import { defineMapping } from '../types.js'

/**
 * VIDAL-10M (Zhu et al., 2023): one JSON object whose names are videos, `<folder>/<name>.mp4`. Of its captions the one
 * polished by a language model is taken, and the video captioner's own where that is missing.
 */
export const vidal = defineMapping({
  name: 'vidal',
  title: 'VIDAL-10M',
  fields: z.object({
    key: z.string().min(1),
    folder: z.string().default(''),
    polish_mplug: z.string().optional(),
    mplug: z.string().optional(),
  }),
  read: ({ key, folder, polish_mplug, mplug }) => [
    { media: posix.join(folder, `${key}.mp4`), caption: polish_mplug?.trim() || mplug || '' },
  ],
})
