import { z } from 'zod'

const seconds = z.number().nonnegative()
const probability = z.number().min(0).max(1)
const score = z.strictObject({ label: z.string(), probability })
const box = z.tuple([z.number(), z.number(), z.number(), z.number()])

const segment = z.strictObject({
  start: seconds,
  end: seconds,
  label: z.string(),
  probability: probability.optional(),
  top: z.array(score).optional(),
})

const video = z.strictObject({
  title: z.string(),
  /** The file on disk; it is embedded or copied beside the report. H.264 in MP4 plays in every browser. */
  file: z.string(),
  /** Images a second, where the file is a folder or a tar of images. */
  frameRate: z.number().positive().optional(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  duration: z.number().positive(),
  lanes: z.array(
    z.strictObject({
      component: z.enum(['verb', 'noun']),
      kind: z.enum(['recognised', 'annotated']),
      segments: z.array(segment),
    }),
  ),
  /** The most probable classes on a grid of times, increasing. */
  moments: z
    .array(z.strictObject({ time: seconds, verb: z.array(score).optional(), noun: z.array(score).optional() }))
    .default([]),
  /** Boxes as parts of the frame, by increasing time. */
  detections: z
    .array(
      z.strictObject({
        time: seconds,
        hands: z.array(z.strictObject({ box, score: probability, side: z.enum(['left', 'right']).optional() })),
        objects: z.array(z.strictObject({ box, score: probability })).default([]),
      }),
    )
    .default([]),
  /** Said above the video: not calibrated, labels of another world. */
  notes: z.array(z.string()).default([]),
})

const answered = z.strictObject({
  /** The file on disk, and the piece of it that is asked about. */
  file: z.string(),
  frameRate: z.number().positive().optional(),
  start: seconds.optional(),
  end: seconds.optional(),
  question: z.string(),
  answer: z.string(),
  /** What is right, if it is known. */
  truth: z.string().optional(),
  /** Of the answers that there were to choose from. */
  choices: z.array(z.strictObject({ text: z.string(), probability })).default([]),
})

/** A figure in per cent, how it is written, or neither: a dash. */
const cell = z.union([z.number(), z.string(), z.strictObject({ value: z.number(), text: z.string() }), z.null()])

const table = z.strictObject({
  caption: z.string(),
  /** Lines of heads over several columns, such as "Nouns". The spans of a line add up to the columns. */
  heads: z.array(z.array(z.strictObject({ title: z.string(), span: z.number().int().positive() }))).default([]),
  columns: z.array(z.string()),
  /** Which columns hold a paper's numbers, counted from 0. */
  published: z.array(z.number().int().nonnegative()).default([]),
  /** One cell a column. Published figures and bounds stand beside measured ones, and are never called best. */
  rows: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.enum(['measured', 'published', 'bound']).default('measured'),
      cells: z.array(cell),
    }),
  ),
  notes: z.array(z.string()).default([]),
})

const curve = z.strictObject({
  title: z.string(),
  x: z.string(),
  y: z.string(),
  series: z.array(z.strictObject({ name: z.string(), points: z.array(z.tuple([z.number(), z.number()])) })),
})

/** Everything that a report shows. Any part may be empty; its section is then left out. */
export const reportSchema = z.strictObject({
  title: z.string(),
  /** One or two sentences under the title. */
  summary: z.string().default(''),
  /** Shown in a frame at the top: what the figures do not say. */
  notice: z.string().optional(),
  videos: z.array(video).default([]),
  answers: z.array(answered).default([]),
  tables: z.array(table).default([]),
  curves: z.array(curve).default([]),
  /** Recipe, seeds, hashes, versions: each run's facts by name. */
  runs: z.array(z.strictObject({ name: z.string(), facts: z.record(z.string(), z.string()) })).default([]),
})

/** What a caller gives. */
export type ReportData = z.input<typeof reportSchema>
/** After defaults. */
export type Report = z.output<typeof reportSchema>
export type ReportAnswer = z.output<typeof answered>
export type ReportTable = z.output<typeof table>
export type ReportCell = z.output<typeof cell>
