import { posix } from 'node:path'
import { z } from 'zod'
import { defineMapping } from '../types.js'

/** WebVid (Bain et al., 2021): a short video a row, as `<page_dir>/<videoid>.mp4`, whole; `name` is the caption. */
export const webvid = defineMapping({
  name: 'webvid',
  title: 'WebVid-2M and WebVid-10M',
  fields: z.object({ videoid: z.coerce.string().min(1), page_dir: z.string().default(''), name: z.string() }),
  read: ({ videoid, page_dir, name }) => [{ media: posix.join(page_dir, `${videoid}.mp4`), caption: name }],
})
