import { z } from 'zod'
import { type Placed, readJsonl, writeJsonl } from '../../../datasets/jsonl.js'
import type { OnFault } from '../../../datasets/types.js'

const text = z.string().trim().min(1)

/**
 * One sample of EgoIT (Exo2Ego, section 3.2): a video, what is to be done, a question, the answer. Recognition and
 * captioning may ask nothing beyond the instruction; closed questions list their choices, of which the answer is one.
 */
export const egoItRecord = z
  .strictObject({
    id: text.optional(),
    /** Path from the data's root. */
    video: text,
    instruction: text,
    question: z.string(),
    answer: text,
    choices: z.array(text).min(2).optional(),
    /** The part of the video that is asked about, in seconds; all of it if not said. */
    start: z.number().min(0).optional(),
    end: z.number().optional(),
    /** The data set that it was made of. */
    source: text.optional(),
    /** What kind of question it is, such as "noun" or "order". */
    task: text.optional(),
  })
  .superRefine(({ answer, choices, start, end }, context) => {
    const wrong = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message })
    if (choices && new Set(choices).size < choices.length) wrong('choices', 'two choices are the same')
    if (choices && !choices.includes(answer)) wrong('answer', `"${answer}" is none of the choices`)
    if ((start === undefined) !== (end === undefined)) wrong('end', 'start and end go together')
    else if (start !== undefined && end !== undefined && end <= start) wrong('end', 'it ends before it starts')
  })

export type EgoItRecord = z.infer<typeof egoItRecord>

/**
 * Reads a file of EgoIT records, one JSON document a line.
 *
 * @param onFault told of each faulty line, which is then left out; without it the first one is thrown
 * @throws EgoLensError `dataset/json`, `dataset/unknown-key` with file and line
 * @example for await (const { value } of readEgoIt('egoit.jsonl')) console.log(value.question, value.answer)
 */
export const readEgoIt = (path: string, onFault?: OnFault): AsyncGenerator<Placed<EgoItRecord>> =>
  readJsonl(path, egoItRecord, onFault)

/**
 * Writes EgoIT records while they come.
 *
 * @returns how many there were
 * @throws ZodError where a record is none, and as `writeJsonl`
 */
export const writeEgoIt = (path: string, records: Iterable<EgoItRecord> | AsyncIterable<EgoItRecord>) =>
  writeJsonl(path, checkedRecords(records))

async function* checkedRecords(records: Iterable<EgoItRecord> | AsyncIterable<EgoItRecord>) {
  for await (const record of records) yield egoItRecord.parse(record)
}
