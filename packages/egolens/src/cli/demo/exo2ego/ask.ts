import { join } from 'node:path'
import { openVideoModel } from '../../../exo2ego/ask/index.js'
import { type EgoItRecord, readEgoIt } from '../../../exo2ego/data/egoit/index.js'
import { takesFiles } from '../../../exo2ego/small/index.js'
import type { Choice } from '../../../mllm/index.js'

/** A question on a held-out video, and what was said. */
export interface AskedDemo {
  video: string
  start?: number
  end?: number
  question: string
  answer: string
  truth: string
  choices?: Choice[]
}

/** Kinds of questions that are shown: two in the model's own words, one to choose an answer. */
const shown = ['open-object', 'caption', 'object', 'direction', 'first-object', 'hand']

/** Puts one held-out question of each kind to the trained model, the first of the file. */
export async function askSome(run: string, takes: string): Promise<AskedDemo[]> {
  const records = new Map<string, EgoItRecord>()
  for await (const { value } of readEgoIt(takesFiles(takes).questions('test'))) {
    if (!records.has(value.task!)) records.set(value.task!, value)
  }
  using model = await openVideoModel(run)
  const asked: AskedDemo[] = []
  for (const kind of shown) {
    const record = records.get(kind)
    if (record) asked.push(await ask(model, record, takes))
  }
  return asked
}

type Model = Awaited<ReturnType<typeof openVideoModel>>

async function ask(model: Model, record: EgoItRecord, takes: string): Promise<AskedDemo> {
  const { start, end, answer: truth, choices } = record
  const video = join(takes, record.video)
  const { talk } = await model.watch(video, { start, end })
  const question = [record.instruction, record.question].filter(Boolean).join('\n')
  try {
    const stream = talk.ask(question, { choices: choices && [...choices], maxTokens: 32 })
    let next = await stream.next()
    while (!next.done) next = await stream.next()
    const { text, choices: weighed } = next.value
    return {
      video,
      ...(start === undefined ? {} : { start }),
      ...(end === undefined ? {} : { end }),
      question: record.question || record.instruction,
      answer: text,
      truth,
      ...(weighed ? { choices: weighed } : {}),
    }
  } finally {
    talk.dispose()
  }
}
