import { z } from 'zod'
import type { Component, LabelSets } from '../../datasets/types.js'
import { EgoLensError } from '../../errors.js'
import type { Recognition } from '../recognise.js'
import type { LabelScore, Recognised } from '../types.js'

const probability = z.number().min(0).max(1)
const score = z.strictObject({ label: z.int().min(0), name: z.string(), probability })
const scores = z.array(score).min(1).max(5)
const recognised = z.strictObject({ ...score.shape, top: scores })

const segment = z.strictObject({
  /** Seconds from the start of the video. */
  start: z.number().min(0),
  end: z.number().min(0),
  /** That an action is here. */
  probability,
  verb: recognised.optional(),
  noun: recognised.optional(),
})

/** What `egolens recognise --json` gives: actions with names, and the most probable classes about each second. */
export const recognitionSchema = z.strictObject({
  format: z.literal('egolens-recognition'),
  version: z.literal(1),
  video: z.string(),
  duration: z.number().min(0),
  /** False: probabilities and the decision between action and no action were not fitted for these classes. */
  calibrated: z.boolean(),
  notes: z.array(z.string()),
  segments: z.array(segment),
  moments: z.array(z.strictObject({ time: z.number(), verb: scores.optional(), noun: scores.optional() })),
})

export type RecognitionDocument = z.infer<typeof recognitionSchema>

/**
 * A recognition with the names of its classes, rounded to milliseconds and 1/10,000.
 *
 * @throws EgoLensError `recognition/other-labels` when a label has no name
 */
export function recognitionDocument(recognition: Recognition, labels: LabelSets): RecognitionDocument {
  const named = (component: Component, { label, probability }: LabelScore) => {
    const name = labels[component]?.names[label]
    if (name === undefined) throw new EgoLensError('recognition/other-labels', `there is no ${component} ${label}`)
    return { label, name, probability: rounded(probability, 4) }
  }
  const top = (component: Component, list: LabelScore[] | undefined) =>
    list && { [component]: list.map((entry) => named(component, entry)) }
  const full = (component: Component, found: Recognised | undefined) =>
    found && { [component]: { ...named(component, found), top: found.top.map((entry) => named(component, entry)) } }
  return {
    format: 'egolens-recognition',
    version: 1,
    video: recognition.video,
    duration: rounded(recognition.duration, 3),
    calibrated: recognition.calibrated,
    notes: recognition.notes,
    segments: recognition.segments.map(({ start, end, probability, verb, noun }) => ({
      start: rounded(start, 3),
      end: rounded(end, 3),
      probability: rounded(probability, 4),
      ...full('verb', verb),
      ...full('noun', noun),
    })),
    moments: recognition.moments.map(({ time, verb, noun }) => ({
      time: rounded(time, 3),
      ...top('verb', verb),
      ...top('noun', noun),
    })),
  }
}

/** Checks a parsed document. @throws EgoLensError `recognition/bad-document` naming the key */
export function parseRecognition(value: unknown, where: string): RecognitionDocument {
  const parsed = recognitionSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new EgoLensError('recognition/bad-document', `${issue.path.join('.') || 'the file'}: ${issue.message}`, {
    where,
  })
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))
