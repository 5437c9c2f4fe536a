import { describe, expect, it } from 'vitest'
import { Random } from '../../random.js'
import { momentsOf } from '../moments.js'
import { planTakes } from '../plan.js'
import { bucketsOf, groupsOf, roundsOf } from './balance.js'
import { questionsOf } from './index.js'

const request = { place: 'kitchen', seed: 2, takes: { train: 16, val: 0, test: 0 }, actions: 6 } as const
const moments = planTakes(request).flatMap((take) => momentsOf(take, request.seed))
const questions = questionsOf(moments, 'train', request.seed)

/** How often each answer is right among questions that read the same. */
function answersByText(list: typeof questions): Map<string, Map<string, number>> {
  const found = new Map<string, Map<string, number>>()
  for (const { task, instruction, question, choices, answer } of list) {
    const key = JSON.stringify([task, instruction, question, choices])
    const answers = found.get(key) ?? new Map<string, number>()
    found.set(key, answers.set(answer, (answers.get(answer) ?? 0) + 1))
  }
  return found
}

describe('questions', () => {
  it('are of every kind', () => {
    expect([...new Set(questions.map(({ task }) => task))].sort()).toEqual([
      'action',
      'caption',
      'direction',
      'first-action',
      'first-object',
      'hand',
      'object',
      'open-action',
      'open-hand',
      'open-object',
      'presence',
      'sentence',
    ])
    expect(questions.length).toBeGreaterThan(moments.length * 3)
  })

  it('tell nothing by their words: each choice is right equally often under the same text', () => {
    const closed = questions.filter(({ choices }) => choices)
    for (const [key, answers] of answersByText(closed)) {
      const choices = (JSON.parse(key) as [string, string, string, string[]])[3]
      expect([...answers.keys()].sort()).toEqual([...choices].sort())
      expect(new Set(answers.values()).size).toBe(1)
    }
  })

  it('leave the best guess without looking at chance', () => {
    // Whatever a reader learns from these words and answers, the best that it can say to a text is its commonest answer.
    for (const task of ['object', 'action', 'sentence', 'hand', 'presence', 'first-object', 'direction']) {
      const own = questions.filter((one) => one.task === task)
      const right = [...answersByText(own).values()].reduce((sum, answers) => sum + Math.max(...answers.values()), 0)
      expect(right / own.length).toBeCloseTo(1 / own[0]!.choices!.length, 10)
      // Nor does the place among the choices tell: the k-th is right as often as any other in each group of one text.
      const places = own.map(({ choices, answer }) => choices!.indexOf(answer))
      const counts = own[0]!.choices!.map((_, k) => places.filter((place) => place === k).length)
      expect(new Set(counts).size).toBe(1)
    }
  })

  it('ask open questions with every answer equally often', () => {
    for (const task of ['open-object', 'open-action', 'open-hand']) {
      const counts = new Map<string, number>()
      for (const { answer } of questions.filter((one) => one.task === task))
        counts.set(answer, (counts.get(answer) ?? 0) + 1)
      expect(new Set(counts.values()).size).toBe(1)
      expect(counts.size).toBeGreaterThanOrEqual(task === 'open-hand' ? 2 : 4)
    }
  })

  it('are true of the plan', () => {
    const byVideo = (video: string) =>
      moments.filter(({ take }) => video === `takes/${take.name}/frame_aligned_videos/aria01_214-1.mp4`)
    const within = ({ video, start, end }: (typeof questions)[number]) =>
      byVideo(video).filter((moment) => moment.start >= start && moment.end <= end)
    for (const question of questions) {
      const inside = within(question)
      const [moment] = inside
      if (question.task === 'object' || question.task === 'open-object') expect(question.answer).toBe(moment!.noun)
      if (question.task === 'action') expect(question.answer).toBe(moment!.verb)
      if (question.task === 'hand') expect(question.answer).toBe(moment!.action.side === 1 ? 'right' : 'left')
      if (question.task === 'first-object') {
        expect(question.answer).toBe(moment!.noun)
        expect(question.choices).toContain(inside[1]!.noun)
      }
      if (question.task === 'presence') {
        const [, name] = /^Is there a (.*) on the table/.exec(question.question)!
        const art = { 'chopping board': 'board' }[name!] ?? name!
        expect(question.answer).toBe(moment!.seen.has(art) ? 'yes' : 'no')
      }
    }
  })

  it('are none where there is no take', () => {
    expect(questionsOf([], 'test', 1)).toEqual([])
  })
})

describe('balance', () => {
  const items = ['a1', 'a2', 'a3', 'b1', 'b2', 'b3', 'c1', 'd1']
  const buckets = () => bucketsOf(items, (item) => item[0]!, new Random(1))

  it('groups items with different answers', () => {
    const groups = groupsOf(buckets(), 2, new Random(1))
    expect(groups.length).toBeGreaterThanOrEqual(3)
    for (const group of groups) expect(new Set(group.map(({ answer }) => answer)).size).toBe(2)
    const used = groups.flat().map(({ item }) => item)
    expect(new Set(used).size).toBe(2 * groups.length)
  })

  it('makes rounds of as many items as possible, and none of too few answers', () => {
    const sorted = (rounds: { answer: string }[][]) =>
      rounds.map((round) =>
        round
          .map(({ answer }) => answer)
          .sort()
          .join(''),
      )
    expect(sorted(roundsOf(buckets(), 2))).toEqual(['ab', 'ab', 'ab'])
    expect(sorted(roundsOf(buckets(), 4))).toEqual(['abcd'])
    expect(roundsOf(buckets(), 5)).toEqual([])
  })
})
