import { z } from 'zod'
import { EgoLensError } from '../../../../errors.js'
import { defineMapping, type MappedCaption } from '../types.js'

/** Videos lie in pieces of so many seconds, `<video_uid>/<k>.mp4`. */
const CHUNK = 600

/** A file says "3.7" or 3.7. */
const seconds = z.union([z.number(), z.string().trim().min(1).transform(Number)]).refine(Number.isFinite, 'no number')

/**
 * EgoClip (Lin et al., 2022): Ego4D's narrations with clips, in a tab-separated table; its videos cut into pieces of 600 s.
 * A clip may begin before the video (it then begins with it). One that reaches over the end of a piece keeps its longer
 * part. The marks #C, #O and #Unsure are no words and go.
 */
export const egoclip = defineMapping({
  name: 'egoclip',
  title: 'EgoClip',
  format: 'tsv',
  fields: z.object({ video_uid: z.string().min(1), clip_start: seconds, clip_end: seconds, clip_text: z.string() }),
  read({ video_uid, clip_start, clip_end, clip_text }, where) {
    const caption = clip_text.replace(/#\w+\s*/g, '').trim()
    return [{ ...inChunk(video_uid, Math.max(0, clip_start), clip_end, where), caption }]
  },
})

function inChunk(video: string, start: number, end: number, where: string): Omit<MappedCaption, 'caption'> {
  if (end <= start)
    throw new EgoLensError('dataset/bad-time', `it ends at ${end} s and begins at ${start} s`, { where })
  const chunk = Math.floor(start / CHUNK)
  const border = (chunk + 1) * CHUNK
  const kept = end - border > border - start ? chunk + 1 : chunk
  return {
    media: `${video}/${kept}.mp4`,
    start: Math.max(start, kept * CHUNK) - kept * CHUNK,
    end: Math.min(end, (kept + 1) * CHUNK) - kept * CHUNK,
  }
}
