import type { Random } from '../../random.js'
import type { Moment } from '../moments.js'
import { plainly } from '../narrate.js'
import { bucketsOf, roundsOf } from './balance.js'

/** Moments that are asked the same, each answer as often as any other. */
export interface Round {
  task: string
  question: string
  items: { moment: Moment; answer: string }[]
}

interface Kind {
  task: string
  questions: readonly string[]
  answer: (moment: Moment) => string
  fits?: (moment: Moment) => boolean
  least?: number
}

const kinds: readonly Kind[] = [
  {
    task: 'open-object',
    questions: ['Which object is the person handling?', 'What do the hands work on?', 'What is in the hands?'],
    answer: ({ noun }) => noun,
  },
  {
    task: 'open-action',
    questions: ['What does the person do with the object?', 'Which action is seen?', 'What are the hands doing?'],
    answer: ({ verb }) => verb,
  },
  {
    task: 'open-hand',
    questions: ['Which hand does the work?'],
    answer: ({ action }) => (action.side === 1 ? 'right' : 'left'),
    fits: ({ oneHanded }) => oneHanded,
    least: 2,
  },
  { task: 'caption', questions: [''], answer: plainly },
]

/** Open questions and captions. */
export function open(moments: readonly Moment[], random: Random): Round[] {
  return kinds.flatMap(({ task, questions, answer, fits = () => true, least }) =>
    roundsOf(bucketsOf(moments.filter(fits), answer, random), least).map((round, i) => ({
      task,
      question: questions[i % questions.length]!,
      items: round.map(({ answer, item }) => ({ moment: item, answer })),
    })),
  )
}
