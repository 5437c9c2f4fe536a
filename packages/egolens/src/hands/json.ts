import { z } from 'zod'
import { EgoLensError } from '../errors.js'
import { writeAtomic } from '../files.js'
import { epicRate } from './epic.js'
import type { Box, FrameDetections } from './types.js'

const box = z.tuple([z.number(), z.number(), z.number(), z.number()])
const score = z.number().min(0).max(1)
const ownSchema = z.looseObject({
  frames: z.array(
    z.object({
      time: z.number(),
      hands: z
        .array(
          z.object({
            box,
            score,
            side: z.enum(['left', 'right']).optional(),
            state: z.int().min(0).max(4).optional(),
          }),
        )
        .default([]),
      objects: z.array(z.object({ box, score, contact: z.boolean().optional() })).default([]),
    }),
  ),
})
const segmentsSchema = z.record(z.string(), z.record(z.string().regex(/^\d+$/), box))

/** How frame numbers and pixels of X-MIC's files become seconds and relative boxes. */
export interface SegmentBoxOptions {
  /** Only segments of this video: those named after it, or all where none is given. */
  video?: string
  /** Size of the frames that the boxes were made on, in pixels. */
  width: number
  height: number
  /** Frames a second; by default EPIC-KITCHENS' rule for the video. */
  rate?: number
}

/** Our own format: `{ "frames": [{ "time", "hands": [{ "box", "score" }], "objects": [...] }] }`. */
export function readOwnJson(data: unknown, where: string): FrameDetections[] {
  return parse(ownSchema, data, where).frames
}

/** X-MIC's boxes: segment id -> frame number -> [left, top, right, bottom] in pixels, the union of what counts. */
export function readSegmentJson(data: unknown, where: string, options: SegmentBoxOptions): FrameDetections[] {
  const { video, width, height } = options
  const segments = parse(segmentsSchema, data, where)
  const found = new Map<number, Box>()
  for (const [segment, frames] of Object.entries(segments)) {
    const own = segment.replace(/_\d+$/, '')
    if (video !== undefined && own !== video && segment !== video) continue
    const rate = options.rate ?? epicRate(video ?? own)
    for (const [frame, [left, top, right, bottom]] of Object.entries(frames)) {
      found.set(Number(frame) / rate, [left / width, top / height, right / width, bottom / height])
    }
  }
  return [...found]
    .sort(([a], [b]) => a - b)
    .map(([time, union]) => ({ time, hands: [{ box: union, score: 1 }], objects: [] }))
}

/** Writes our own format, whole or not at all. */
export async function writeDetections(path: string, frames: readonly FrameDetections[]): Promise<void> {
  await writeAtomic(path, `${JSON.stringify({ frames })}\n`)
}

function parse<T>(schema: z.ZodType<T>, data: unknown, where: string): T {
  const parsed = schema.safeParse(data)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new EgoLensError('hands/not-detections', `${issue.path.join('.') || 'the file'}: ${issue.message}`, {
    where,
    cure: 'give {"frames": [{"time": 0.5, "hands": [{"box": [left, top, right, bottom], "score": 0.9}]}]}',
  })
}
