import { join } from 'node:path'
import { momentsOf, planTakes, questionsOf } from '@egolens/world'
import { describe, expect, it } from 'vitest'
import { folderOf } from '../../../../test/folders.js'
import { type EgoItRecord, egoItRecord, readEgoIt, writeEgoIt } from './record.js'

const record: EgoItRecord = {
  video: 'a.mp4',
  instruction: 'Look.',
  question: 'What is it?',
  answer: 'a cup',
  choices: ['a cup', 'a pan'],
  start: 1,
  end: 2.5,
}

async function all(path: string) {
  const [found, faults]: [EgoItRecord[], string[]] = [[], []]
  for await (const { value } of readEgoIt(path, (fault) => faults.push(fault.line.slice(path.length))))
    found.push(value)
  return { found, faults }
}

describe('EgoIT records', () => {
  it('are read as they were written', async () => {
    const path = join(await folderOf({}), 'egoit.jsonl')
    const caption = { video: 'b.mp4', instruction: 'Describe.', question: '', answer: 'C waits.' }
    expect(await writeEgoIt(path, [record, caption])).toBe(2)
    expect(await all(path)).toEqual({ found: [record, caption], faults: [] })
  })

  it('with a fault are named by file and line', async () => {
    const lines = [
      { ...record, answer: 'a pot' },
      { ...record, choices: ['a cup', 'a cup'] },
      { ...record, end: undefined },
      { ...record, end: 1 },
      { ...record, instruction: ' ' },
      { ...record, anwser: 'x' },
      record,
    ]
    const path = join(await folderOf({ 'e.jsonl': lines.map((line) => JSON.stringify(line)).join('\n') }), 'e.jsonl')
    const { found, faults } = await all(path)
    expect(found).toHaveLength(1)
    expect(faults).toEqual([
      ':1: answer: "a pot" is none of the choices',
      ':2: choices: two choices are the same',
      ':3: end: start and end go together',
      ':4: end: it ends before it starts',
      expect.stringMatching(/^:5: instruction: /),
      ':6: unknown key "anwser" (did you mean "answer"?)',
    ])
  })

  it('are not written where they are none', async () => {
    const path = join(await folderOf({}), 'egoit.jsonl')
    await expect(writeEgoIt(path, [{ ...record, answer: 'a pot' }])).rejects.toThrow('none of the choices')
  })

  it('are what the small world asks about its takes', () => {
    const takes = planTakes({ place: 'cafe', seed: 1, takes: { train: 4, val: 0, test: 0 }, actions: 4 })
    const questions = questionsOf(
      takes.flatMap((take) => momentsOf(take, 1)),
      'train',
      1,
    )
    expect(questions.length).toBeGreaterThan(50)
    for (const question of questions) expect(egoItRecord.parse(question)).toEqual(question)
  })
})
