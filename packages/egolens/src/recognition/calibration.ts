import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { LabelSets } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'

const numbers = z.array(z.number())
const line = z.strictObject({ slope: z.number(), shift: z.number() })

/** What recognition learns from held-out training videos; kept with the adapter as JSON. */
export const calibrationSchema = z.strictObject({
  format: z.literal('egolens-calibration'),
  version: z.literal(1),
  /** sha256 of each component's class names: for other classes it does not hold. */
  labels: z.strictObject({ verb: z.string().optional(), noun: z.string().optional() }),
  /** Where hand boxes came from, if hands were looked at: for boxes from elsewhere it does not hold. */
  hands: z.enum(['file', 'ssd', 'none']).optional(),
  /** Logits are divided by it. */
  temperature: z.strictObject({ verb: z.number().positive().optional(), noun: z.number().positive().optional() }),
  /** Evidence is seen at temperatures this much higher. */
  softness: z.number().positive(),
  /** Lengths of candidate windows, in seconds. */
  scales: z.array(z.number().positive()).min(1),
  /** Logistic regression of how well a candidate fits a true action, on evidence by name. */
  quality: z.strictObject({
    names: z.array(z.string()),
    bias: z.number(),
    weights: numbers,
    mean: numbers,
    deviation: numbers,
  }),
  /** Linear estimate of whether something is being done at a moment, on standardised features of the frames. */
  actionness: z.strictObject({ bias: z.number(), weights: numbers, mean: numbers, deviation: numbers }).optional(),
  /** Candidates below it are no action. */
  threshold: z.number().min(0).max(1),
  /** From a raw probability to an honest one: sigmoid(slope * logit + shift). */
  honest: z.strictObject({ action: line, verb: line.optional(), noun: line.optional() }),
  /** What it was fitted on, and 3/4 segment F1 + 1/4 mAP over IoU 0.1-0.5 there,
   * each video judged by a quality model of the others. */
  fit: z.strictObject({ videos: z.int(), segments: z.int(), score: z.number() }),
})

export type Calibration = z.infer<typeof calibrationSchema>

/** Checks what a checkpoint keeps. @throws EgoLensError `recognition/bad-calibration` */
export function parseCalibration(value: unknown, where = 'calibration'): Calibration {
  const parsed = calibrationSchema.safeParse(value)
  if (parsed.success) {
    const { names, weights, mean, deviation } = parsed.data.quality
    if ([weights, mean, deviation].every((list) => list.length === names.length)) return parsed.data
    throw new EgoLensError('recognition/bad-calibration', 'quality: lists of different lengths', { where })
  }
  const issue = parsed.error.issues[0]!
  throw new EgoLensError('recognition/bad-calibration', `${issue.path.join('.') || 'it'}: ${issue.message}`, {
    where,
    cure: 'calibrate again',
  })
}

/** A name for the classes that a calibration holds for. */
export function labelsHash(labels: LabelSets): Calibration['labels'] {
  const hash = (names: string[]) => createHash('sha256').update(JSON.stringify(names)).digest('hex')
  return {
    ...(labels.verb ? { verb: hash(labels.verb.names) } : {}),
    ...(labels.noun ? { noun: hash(labels.noun.names) } : {}),
  }
}
