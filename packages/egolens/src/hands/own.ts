import { z } from 'zod'
import { writeAtomic } from '../files.js'
import { entriesOf, entryOf, notDetections } from './content.js'
import type { DetectionFormat } from './formats.js'
import type { FrameDetections } from './types.js'

const box = z.tuple([z.number(), z.number(), z.number(), z.number()])
const score = z.number().min(0).max(1)
const hand = z.object({
  box,
  score,
  side: z.enum(['left', 'right']).optional(),
  state: z.int().min(0).max(4).optional(),
})
const object = z.object({ box, score, contact: z.boolean().optional() })
const schema = z.looseObject({
  frames: z.array(
    z.object({ time: z.number(), hands: z.array(hand).default([]), objects: z.array(object).default([]) }),
  ),
})

/** Our own format: `{ "frames": [{ "time", "hands": [{ "box", "score" }], "objects": [...] }] }`. */
export const ownDetections: DetectionFormat = {
  title: 'own JSON',
  fits: (content) => entriesOf(content) !== undefined && Array.isArray(entryOf(content, 'frames')),
  read(content, where) {
    const parsed = schema.safeParse(content)
    if (parsed.success) return parsed.data.frames
    const issue = parsed.error.issues[0]!
    const cure = 'give {"frames": [{"time": 0.5, "hands": [{"box": [left, top, right, bottom], "score": 0.9}]}]}'
    throw notDetections(`${issue.path.join('.') || 'the file'}: ${issue.message}`, where, undefined, cure)
  },
}

/** Writes our own format, whole or not at all. */
export async function writeDetections(path: string, frames: readonly FrameDetections[]): Promise<void> {
  await writeAtomic(path, `${JSON.stringify({ frames })}\n`)
}
