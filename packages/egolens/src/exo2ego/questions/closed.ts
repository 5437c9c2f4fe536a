import { noGrad, scope, type Tensor } from '@egolens/torch'
import {
  conversation,
  joinVisuals,
  type LanguageTokenizer,
  likeliest,
  templateOf,
  tokenisePrompt,
  weighChoices,
} from '../../mllm/index.js'
import { type Progress, silent } from '../../progress.js'
import { inPieces } from '../../training/pieces.js'
import { look } from '../ask/look.js'
import type { EgoItRecord } from '../data/egoit/index.js'
import type { ClipFrames } from '../data/frames.js'
import { mediaIn } from '../data/items.js'
import type { Exo2Ego, View } from '../model/model.js'

/** A question with choices, and what the model chose. */
export interface AnsweredQuestion {
  id: string
  task: string
  answer: string
  chosen: string
  /** Of each choice, in the record's order; they sum to 1. */
  probabilities: number[]
}

export interface ClosedOptions {
  tokenizer: LanguageTokenizer
  frames: ClipFrames
  /** Media paths start from here. */
  root: string
  /** Said before every question, as in training. */
  system?: string
  /** Whose image tower looks; the wearer's, if not said. */
  view?: View
  /** The model is asked without the video. */
  blind?: boolean
  /** Questions whose videos go through the image tower together. */
  batch?: number
  progress?: Progress
}

/**
 * Asks a model questions with choices: the answer is the choice whose text is the most likely continuation, end token
 * included (the sum of its tokens' log-likelihoods). Records without choices are left out.
 *
 * @throws EgoLensError `video/...` naming the video, `mllm/too-long`
 * @example
 * const answers = await answerClosed(model, records, { tokenizer, frames, root: 'takes' })
 * accuracyOf(answers).all // { count, accuracy, chance }
 */
export async function answerClosed(
  model: Exo2Ego,
  records: readonly EgoItRecord[],
  options: ClosedOptions,
): Promise<AnsweredQuestion[]> {
  const { frames, root, blind = false, batch = 16, progress = silent } = options
  const asked = records.filter(({ choices }) => choices !== undefined)
  const at = mediaIn(root)
  const answers: AnsweredQuestion[] = []
  const training = model.training
  model.eval()
  const clipOf = ({ video, start, end }: EgoItRecord) => ({ video: at(video), start, end })
  if (!blind && frames.fits(asked.length)) frames.hold(asked.map(clipOf))
  try {
    for (const group of inPieces(asked, batch)) {
      const clips = group.map(clipOf)
      const pixels = blind ? undefined : await frames.batch(clips)
      try {
        answers.push(...noGrad(() => scope(() => answerGroup(model, group, pixels, options))))
      } finally {
        pixels?.dispose()
      }
      progress({ task: 'questions', done: answers.length, total: asked.length, unit: 'questions' })
    }
  } finally {
    model.train(training)
  }
  return answers
}

function answerGroup(
  model: Exo2Ego,
  group: readonly EgoItRecord[],
  pixels: Tensor | undefined,
  { tokenizer, view = 'ego', system = '' }: ClosedOptions,
): AnsweredQuestion[] {
  const visual = pixels && look(model, view, pixels)
  return group.map((record, i) => {
    const choices = record.choices!
    const turns = conversation(record, { system, marker: visual ? '<video>' : '' })
    const prompt = tokenisePrompt(tokenizer, templateOf(model.llm.config)(turns))
    const found = scope(() => {
      const { embeddings } = joinVisuals(model.llm, [{ ...prompt, visuals: visual ? [visual.select(0, i)] : [] }])
      return weighChoices({ model: model.llm, tokenizer }, { embeddings }, choices)
    })
    const probabilities = found.map(({ probability }) => probability)
    const { id = '', task = 'question', answer } = record
    return { id, task, answer, chosen: likeliest(found).text, probabilities }
  })
}

/** How often a kind of question was answered right, and how often a guess would be. */
export interface Accuracy {
  count: number
  accuracy: number
  chance: number
}

/** Over all questions, and over those of each task. */
export function accuracyOf(answers: readonly AnsweredQuestion[]): { all: Accuracy; tasks: Record<string, Accuracy> } {
  const of = (list: readonly AnsweredQuestion[]): Accuracy => ({
    count: list.length,
    accuracy: mean(list.map(({ answer, chosen }) => Number(answer === chosen))),
    chance: mean(list.map(({ probabilities }) => 1 / probabilities.length)),
  })
  const names = [...new Set(answers.map(({ task }) => task))].sort()
  return {
    all: of(answers),
    tasks: Object.fromEntries(names.map((name) => [name, of(answers.filter(({ task }) => task === name))])),
  }
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
