import { z } from 'zod'
import { EgoLensError } from '../errors.js'
import { readJson, writeAtomic } from '../files.js'
import { toCsv } from './csv.js'

const share = z.number().min(0).max(1)
const component = z.enum(['verb', 'noun'])

const prediction = z.strictObject({
  id: z.string(),
  video: z.string().optional(),
  label: z.int().min(0),
  /** Up to five classes, the most probable first, and their probabilities over the full label set. */
  top: z.array(z.int().min(0)).min(1).max(5),
  probabilities: z.array(share).min(1).max(5),
  /** In base-to-novel the half that its label is of, and the most probable of the classes that compete there. */
  half: z.strictObject({ of: z.enum(['base', 'novel']), best: z.int().min(0) }).optional(),
})

const testResult = z.strictObject({
  /** The recipe's name of the test set: "kitchen". */
  name: z.string(),
  dataset: z.string(),
  split: z.string(),
  component,
  /** `within`: the dataset trained on; `cross`: another. */
  role: z.enum(['within', 'cross']),
  classes: z.int().min(1),
  clips: z.int().min(1),
  /** By full name, see metric-names.ts. */
  values: z.record(z.string(), z.number()),
  /** How many clips and classes stand behind subset values. */
  counts: z.record(z.string(), z.int()).optional(),
  predictions: z.array(prediction),
})

const summary = z.strictObject({
  name: z.string(),
  /** Names of the test sets behind the value. */
  of: z.array(z.string()),
  component: component.optional(),
  value: share,
  /** How many clips stand behind it. */
  counts: z.record(z.string(), z.int()).optional(),
})

/** A file that says what a run scored, on what, how, and each prediction. */
export const resultSchema = z.strictObject({
  format: z.literal('egolens-result'),
  version: z.literal(1),
  /** The row's name in a table: "X-MIC". */
  name: z.string().min(1),
  method: z.string().min(1),
  /** The test set's name of the training data; null when nothing is trained. */
  trainedOn: z.string().nullable(),
  seed: z.int().nullable(),
  recipe: z.record(z.string(), z.unknown()),
  tests: z.array(testResult).min(1),
  summary: z.array(summary),
  parameters: z.int().min(0).optional(),
  updates: z.int().min(0).optional(),
  /** Of weights, splits and features, by name. */
  hashes: z.record(z.string(), z.string()),
  /** Of programs and libraries, by name. */
  versions: z.record(z.string(), z.string()),
  /** How long each part took, by name. */
  seconds: z.record(z.string(), z.number().min(0)),
})

export type Result = z.infer<typeof resultSchema>
export type TestResult = z.infer<typeof testResult>
export type Summary = z.infer<typeof summary>
export type Prediction = z.infer<typeof prediction>

/** Reads a result file. @throws EgoLensError `evaluation/not-a-result` naming the key */
export async function readResult(path: string): Promise<Result> {
  return parseResult(await readJson(path), path)
}

/** Checks a parsed result file. @throws EgoLensError `evaluation/not-a-result` */
export function parseResult(value: unknown, where: string): Result {
  const parsed = resultSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const version = (value as { version?: unknown } | null)?.version
  throw new EgoLensError('evaluation/not-a-result', `${issue.path.join('.') || 'the file'}: ${issue.message}`, {
    where,
    cure: typeof version === 'number' && version > 1 ? 'the file is of a newer EgoLens' : undefined,
  })
}

/** Writes a result file as a whole or not at all. @throws EgoLensError `evaluation/not-a-result` before writing */
export async function writeResult(path: string, result: Result): Promise<void> {
  await writeAtomic(path, `${JSON.stringify(parseResult(result, path))}\n`)
}

/** Every prediction as CSV, safe to open in a spreadsheet. */
export function predictionsCsv(result: Result): string {
  const columns = ['test', 'component', 'clip', 'label', 'predicted', 'probability', 'right', 'top_5']
  const rows = result.tests.flatMap((test) =>
    test.predictions.map((p) => [
      test.name,
      test.component,
      p.id,
      p.label,
      p.top[0],
      p.probabilities[0],
      p.top[0] === p.label,
      p.top.join(' '),
    ]),
  )
  return toCsv(columns, rows)
}
