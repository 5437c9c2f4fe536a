import { z } from 'zod'
import { parseTime } from '../../../../datasets/time.js'
import { EgoLensError } from '../../../../errors.js'
import { defineMapping } from '../types.js'

const time = z.union([z.number(), z.string(), z.null()]).optional()

/** Captions of your own: media, start, end, caption; or a WebDataset's text beside the media. */
export const own = defineMapping({
  name: 'own',
  title: 'your own captions: media, start, end, caption',
  fields: z.object({
    media: z.string().optional(),
    caption: z.string().optional(),
    txt: z.string().optional(),
    start: time,
    end: time,
  }),
  read: ({ media = '', caption, txt, start, end }, where) => [
    { media, caption: caption ?? txt ?? '', ...timesOf({ start, end }, where) },
  ],
})

function timesOf(times: Record<'start' | 'end', z.infer<typeof time>>, where: string) {
  const found: { start?: number; end?: number } = {}
  for (const key of ['start', 'end'] as const) {
    const value = times[key]
    if (value === null || value === undefined || value === '') continue
    const seconds = typeof value === 'number' ? value : parseTime(value)
    if (seconds === undefined)
      throw new EgoLensError('dataset/bad-time', `${key} "${value}" is no time`, {
        where,
        cure: 'times are seconds or HH:MM:SS.ff',
      })
    found[key] = seconds
  }
  return found
}
