import { vocabulary } from '../../place/vocabulary.js'
import type { Random } from '../../random.js'
import type { Moment } from '../moments.js'
import { named, plainly } from '../narrate.js'
import { bucketsOf, groupsOf } from './balance.js'
import type { Window } from './window.js'
import { both, of } from './window.js'

/** Moments that are asked the same, with choices of which each is right for one of them. */
export interface Group {
  task: string
  question: string
  choices: string[]
  items: { window: Window; answer: string }[]
}

/** A kind of closed question: groups of moments that are told apart by the video alone. */
export type Closed = (moments: readonly Moment[], random: Random) => Group[]

const groupOf = (
  task: string,
  question: string,
  found: readonly { answer: string; item: Window }[],
  random: Random,
): Group => ({
  task,
  question,
  choices: random.shuffle(found.map(({ answer }) => answer)),
  items: found.map(({ answer, item }) => ({ window: item, answer })),
})

/** Four answers of one kind, asked in one of several ways. */
const fourOf =
  (task: string, questions: readonly string[], answer: (moment: Moment) => string): Closed =>
  (moments, random) =>
    groupsOf(bucketsOf(moments, answer, random), 4, random).map((group) =>
      groupOf(
        task,
        random.pick(questions),
        group.map((one) => ({ ...one, item: of(one.item) })),
        random,
      ),
    )

const object = fourOf(
  'object',
  ['Which object is the person handling?', 'Which object do the hands work on?', 'What does the person have in hand?'],
  ({ noun }) => noun,
)

const verb = fourOf(
  'action',
  ['What does the person do with the object?', 'Which action is seen?', 'What are the hands doing?'],
  ({ verb }) => verb,
)

const sentence = fourOf('sentence', ['Which sentence describes the clip?', 'What is happening in the video?'], plainly)

/** Verbs that are one motion and its reverse: take or put, open or close. */
const direction: Closed = (moments, random) => {
  const groups: Group[] = []
  for (const { id, name, reverse } of vocabulary(moments[0]!.take.video.place).verbs) {
    if (reverse === undefined || reverse < id) continue
    const pair = moments.filter(({ action }) => action.verb === id || action.verb === reverse)
    for (const group of groupsOf(
      bucketsOf(pair, (one) => one.verb, random),
      2,
      random,
    )) {
      const found = group.map((one) => ({ ...one, item: of(one.item) }))
      const other = found.find(({ answer }) => answer !== name)!.answer
      groups.push(groupOf('direction', `Does the person ${name} or ${other} the object?`, found, random))
    }
  }
  return groups
}

const hand: Closed = (moments, random) => {
  const side = ({ action }: Moment) => (action.side === 1 ? 'right' : 'left')
  const alone = moments.filter(({ oneHanded }) => oneHanded)
  return groupsOf(bucketsOf(alone, side, random), 2, random).map((group) =>
    groupOf(
      'hand',
      'Which hand does the work?',
      group.map((one) => ({ ...one, item: of(one.item) })),
      random,
    ),
  )
}

/** Two neighbouring actions of a take, and the same two the other way round in another take. */
const order =
  (task: string, question: string, name: (moment: Moment) => string): Closed =>
  (moments, random) => {
    const waiting = new Map<string, Window[]>()
    const groups: Group[] = []
    for (const [i, second] of moments.entries()) {
      const first = moments[i - 1]
      if (first?.take !== second.take || name(first) === name(second)) continue
      const [key, turned] = [`${named(first)}|${named(second)}`, `${named(second)}|${named(first)}`]
      const match = waiting.get(turned)?.pop()
      if (!match) waiting.set(key, [...(waiting.get(key) ?? []), both(first, second)])
      else {
        const found = [
          { answer: name(second), item: match },
          { answer: name(first), item: both(first, second) },
        ]
        groups.push(groupOf(task, question, found, random))
      }
    }
    return groups
  }

/** Whether a thing is in view: as often yes as no for each. */
const presence: Closed = (moments, random) => {
  const groups: Group[] = []
  const { nouns } = vocabulary(moments[0]!.take.video.place)
  // As many as there are of the other kinds, whichever nouns come first.
  const most = Math.ceil(moments.length / 4)
  for (const { art, name } of random.shuffle(nouns)) {
    const there = (moment: Moment) => (moment.seen.has(art) ? 'yes' : 'no')
    for (const group of groupsOf(bucketsOf(moments, there, random), 2, random).slice(0, 3)) {
      if (groups.length === most) return groups
      const found = group.map((one) => ({ ...one, item: of(one.item) }))
      groups.push(groupOf('presence', `Is there a ${name} on the table or in the hands?`, found, random))
    }
  }
  return groups
}

export const closed: readonly Closed[] = [
  object,
  verb,
  sentence,
  direction,
  hand,
  order('first-object', 'Which object is handled first?', ({ noun }) => noun),
  order('first-action', 'What does the person do first?', named),
  presence,
]
