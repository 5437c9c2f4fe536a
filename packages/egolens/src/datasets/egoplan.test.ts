import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { annotations, noAnnotations } from '../../test/annotations.js'
import { failure, folderOf } from '../../test/folders.js'
import type { EgoLensError } from '../errors.js'
import { readEgoPlan } from './egoplan.js'

const question = {
  sample_id: 1,
  video_source: 'EpicKitchens',
  video_id: 'P01_13',
  task_goal: 'store cereal',
  question: 'what next?',
  choice_a: 'take bag',
  choice_b: 'open cupboard',
  choice_c: 'close box',
  choice_d: 'wash cup',
  golden_choice_idx: 'B',
  answer: 'open cupboard',
  current_observation_frame: 600,
  task_progress_metadata: [{ narration_text: 'fold bag', start_frame: 120, stop_frame: 600 }],
}
const read = async (...records: object[]) =>
  readEgoPlan(join(await folderOf({ 'plan.json': JSON.stringify(records) }), 'plan.json'))

describe('EgoPlan', () => {
  it('counts frames of EPIC-KITCHENS on its 60 or 50 frames-a-second dump, of Ego4D at 30', async () => {
    const [long, extension, ego4d] = await read(
      question,
      { ...question, sample_id: 2, video_id: 'P07_113' },
      { ...question, sample_id: 3, video_source: 'Ego4D', video_id: '0d27-a' },
    )
    expect(long).toMatchObject({ observed: 10, answer: 1, progress: [{ text: 'fold bag', start: 2, end: 10 }] })
    expect([extension!.observed, ego4d!.observed]).toEqual([12, 20])
  })

  it('leaves out what happens after the observed frame, and takes an empty progress', async () => {
    const later = { narration_text: 'open cupboard', start_frame: 590, stop_frame: 601 }
    const [cut, none] = await read(
      { ...question, task_progress_metadata: [...question.task_progress_metadata, later] },
      { ...question, sample_id: 2, task_progress_metadata: [] },
    )
    expect(cut!.progress.map(({ text }) => text)).toEqual(['fold bag'])
    expect(none!.progress).toEqual([])
  })

  it('takes the video from the id where EgoPlan-Bench2 names it there', async () => {
    const { video_source, video_id, question: _, ...second } = question
    const [item] = await read({ ...second, sample_id: '0d27-a95c_89', task_start_frame: 3 })
    expect(item).toMatchObject({ id: '0d27-a95c_89', video: '0d27-a95c', observed: 20 })
  })

  it('names every record that is wrong, and goes on', async () => {
    const root = await folderOf({
      'plan.json': JSON.stringify([
        question,
        question,
        { ...question, sample_id: 2, golden_choice_idx: 'A' },
        { ...question, sample_id: 3, choice_d: undefined },
        { ...question, sample_id: 4, golden_choice_idx: 'E' },
        { ...question, sample_id: 5 },
      ]),
    })
    const faults: EgoLensError[] = []
    const items = await readEgoPlan(join(root, 'plan.json'), (fault) => faults.push(fault))
    expect(items.map(({ id }) => id)).toEqual(['1', '5'])
    expect(faults.map(({ code, where }) => `${code} ${where!.slice(-3)}`)).toEqual([
      'dataset/duplicate-id [1]',
      'dataset/label-mismatch [2]',
      'dataset/json [3]',
      'dataset/json [4]',
    ])
    expect((await failure(readEgoPlan(join(root, 'plan.json')))).code).toBe('dataset/duplicate-id')
  })
})

it.skipIf(noAnnotations)('reads published EgoPlan records (skipped where they are absent)', async () => {
  const from = join(annotations, 'egoplan')
  const [validation] = await readEgoPlan(join(from, 'EgoPlan_validation.documented-record.json'))
  expect(validation).toMatchObject({ video: 'P01_13', answer: 0, observed: 760 / 60 })
  const [training] = await readEgoPlan(join(from, 'EgoPlan_IT.documented-record.json'))
  expect(training).toMatchObject({ video: 'P07_113', observed: 9308 / 50, answerText: 'grab onion' })
  expect(training!.negatives).toHaveLength(6)
  const second = await readEgoPlan(join(from, 'egoplan2.json'))
  expect(second).toHaveLength(1321)
  expect(second.every(({ choices, answer }) => choices?.length === 4 && answer !== undefined)).toBe(true)
})
