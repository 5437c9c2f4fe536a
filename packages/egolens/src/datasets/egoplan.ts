import { z } from 'zod'
import { EgoLensError } from '../errors.js'
import { readJson } from '../files.js'
import { epicFrameRate } from './epic-kitchens-100.js'
import { readEach } from './faults.js'
import type { OnFault } from './types.js'

/** A moment in a video, what was done until then, and what is to be done next. */
export interface PlanQuestion {
  id: string
  /** The EPIC-KITCHENS video, or the Ego4D video's uid. */
  video: string
  goal: string
  question?: string
  /** Four actions; none in the training set. */
  choices?: string[]
  /** The right one of the choices, from 0. */
  answer?: number
  answerText?: string
  negatives?: string[]
  /** Seconds of the video, of the last frame that may be seen. */
  observed: number
  /** What was done before that, in order; may be empty. */
  progress: { text: string; start: number; end: number }[]
}

const record = z.looseObject({
  sample_id: z.union([z.int(), z.string().min(1)]),
  video_source: z.enum(['EpicKitchens', 'Ego4D']).optional(),
  video_id: z.string().min(1).optional(),
  task_goal: z.string(),
  question: z.string().optional(),
  choice_a: z.string().optional(),
  choice_b: z.string().optional(),
  choice_c: z.string().optional(),
  choice_d: z.string().optional(),
  golden_choice_idx: z.enum(['A', 'B', 'C', 'D']).optional(),
  answer: z.string().optional(),
  negative_answers: z.array(z.string()).optional(),
  current_observation_frame: z.number().min(0),
  task_progress_metadata: z.array(
    z.object({ narration_text: z.string(), start_frame: z.number(), stop_frame: z.number() }),
  ),
})

type Item = z.infer<typeof record>

/** Ego4D's videos have 30 frames a second, and EgoPlan counts those of the full video. */
const EGO4D_RATE = 30

/**
 * Questions of EgoPlan (Chen et al., 2023): its validation set, its training set and EgoPlan-Bench2, whose samples name
 * the video in their id. Frames become seconds: those of EPIC-KITCHENS count its 60 or 50 frames-a-second dump. Actions
 * that end after the observed moment are left out, as they would tell the answer.
 *
 * @param onFault told of each faulty record, which is then left out
 * @throws EgoLensError `dataset/json` and others, naming the record
 * @example const questions = await readEgoPlan('EgoPlan_validation.json')
 */
export async function readEgoPlan(path: string, onFault?: OnFault): Promise<PlanQuestion[]> {
  const items = z.array(z.unknown()).safeParse(await readJson(path))
  if (!items.success) throw new EgoLensError('dataset/json', 'not a list of questions', { where: path })
  const seen = new Set<string>()
  return readEach(items.data, (item, i) => readItem(item, `${path}: [${i}]`, seen), onFault)
}

function readItem(value: unknown, where: string, seen: Set<string>): PlanQuestion {
  const parsed = record.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new EgoLensError('dataset/json', `${issue.path.join('.') || 'the record'}: ${issue.message}`, { where })
  }
  const item = parsed.data
  const id = String(item.sample_id)
  if (seen.has(id)) throw new EgoLensError('dataset/duplicate-id', `two questions are called "${id}"`, { where })
  seen.add(id)
  const video = item.video_id ?? id.replace(/_\d+$/, '')
  const rate = isEpic(item, video) ? epicFrameRate(video) : EGO4D_RATE
  const done = item.task_progress_metadata.filter(({ stop_frame }) => stop_frame <= item.current_observation_frame)
  return {
    id,
    video,
    goal: item.task_goal,
    ...(item.question === undefined ? {} : { question: item.question }),
    ...choicesOf(item, where),
    ...(item.answer === undefined ? {} : { answerText: item.answer }),
    ...(item.negative_answers === undefined ? {} : { negatives: item.negative_answers }),
    observed: item.current_observation_frame / rate,
    progress: done.map((action) => ({
      text: action.narration_text,
      start: action.start_frame / rate,
      end: action.stop_frame / rate,
    })),
  }
}

const isEpic = ({ video_source }: Item, video: string): boolean =>
  video_source === 'EpicKitchens' || (video_source === undefined && /^P\d+_\d+$/.test(video))

function choicesOf(item: Item, where: string): Pick<PlanQuestion, 'choices' | 'answer'> {
  const choices = [item.choice_a, item.choice_b, item.choice_c, item.choice_d].filter((choice) => choice !== undefined)
  if (choices.length === 0) return {}
  if (choices.length < 4) throw new EgoLensError('dataset/json', `${choices.length} of 4 choices`, { where })
  if (item.golden_choice_idx === undefined) return { choices }
  const answer = 'ABCD'.indexOf(item.golden_choice_idx)
  if (item.answer === undefined || choices[answer] === item.answer) return { choices, answer }
  const message = `the answer is "${item.answer}", and choice ${item.golden_choice_idx} is "${choices[answer]}"`
  throw new EgoLensError('dataset/label-mismatch', message, { where })
}
