import { worldSeed } from '../../place/seeds.js'
import { Random } from '../../random.js'
import type { Moment } from '../moments.js'
import { egoVideo } from '../paths.js'
import type { TakeSplit } from '../plan.js'
import { closed } from './closed.js'
import { instructions } from './instructions.js'
import { open } from './open.js'
import type { Question } from './types.js'
import type { Window } from './window.js'
import { of } from './window.js'

/**
 * Questions about the takes of a split, in random order. All that share instruction, question and choices have answers
 * that are equally often right, so whoever reads without looking is right as often as by chance.
 */
export function questionsOf(moments: readonly Moment[], split: TakeSplit, seed: number): Question[] {
  const [first] = moments
  if (!first) return []
  const random = new Random(worldSeed(first.take.video.place, 'questions', seed, split))
  const found: Omit<Question, 'id'>[] = []
  const ask = (
    { moment, start, end }: Window,
    rest: Pick<Question, 'instruction' | 'question' | 'answer' | 'choices' | 'task'>,
  ) => found.push({ video: egoVideo(moment.take), ...rest, start, end, source: 'world' })
  for (const { task, question, choices, items } of closed.flatMap((kind) => kind(moments, random))) {
    const instruction = random.pick(instructions.closed)
    for (const { window, answer } of items) ask(window, { task, instruction, question, choices, answer })
  }
  for (const { task, question, items } of open(moments, random)) {
    const instruction = random.pick(task === 'caption' ? instructions.caption : instructions.open)
    for (const { moment, answer } of items) ask(of(moment), { task, instruction, question, answer })
  }
  return random.shuffle(found).map((one, i) => ({ id: `world-${split}-${i}`, ...one }))
}
