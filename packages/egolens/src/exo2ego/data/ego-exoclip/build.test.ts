import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { renderTakes } from '@egolens/world'
import { describe, expect, it } from 'vitest'
import { annotations, noAnnotations } from '../../../../test/annotations.js'
import { failure, folderOf } from '../../../../test/folders.js'
import { buildEgoExoClip } from './build.js'
import { pairsOf, readEgoExoClip } from './record.js'

const take = (take_uid: string, more: object = {}) => ({
  take_uid,
  take_name: `take_${take_uid}`,
  duration_sec: 10,
  capture: {
    cameras: ['aria01', 'cam01', 'cam02', 'cam03', 'cam04'].map((cam_id) => ({ cam_id, is_ego: cam_id === 'aria01' })),
  },
  frame_aligned_videos: Object.fromEntries(
    ['aria01', 'cam01', 'cam02', 'cam03', 'cam04'].map((id) => [
      id,
      { 0: { readable_stream_id: '0', relative_path: `frame_aligned_videos/${id}.mp4` } },
    ]),
  ),
  ...more,
})

const annotation = (annotation_uid: string, times: number[], more: object = {}) => ({
  annotation_uid,
  annotator_id: annotation_uid,
  rejected: false,
  descriptions: times.map((timestamp) => ({ text: `C acts at ${timestamp}.`, timestamp, subject: 'C', unsure: false })),
  ...more,
})

/**
 * By hand: take a has annotators with gaps 1, 2 (times 1, 2, 4) and 3 (times 3, 6), so beta (1 + 2 + 3) / 3 = 2; take b has
 * gaps 1 and 0 (its last time is after the end), so beta 0.5; take c has a single narration and no beta. Alpha is
 * (2 + 0.5) / 2 = 1.25, the halves of widths are 0.8 and 0.2, and 0.5 for the single one.
 */
const files = {
  'takes.json': JSON.stringify([
    take('a'),
    take('b'),
    take('c'),
    take('v'),
    take('x', { frame_aligned_videos: {} }),
    take('d', { is_dropped: true }),
    take('e'),
    take('n'),
  ]),
  'annotations/atomic_descriptions_train.json': JSON.stringify({
    annotations: {
      a: [annotation('a1', [1, 4, 2]), annotation('a2', [3, 6]), annotation('a3', [5], { rejected: true })],
      b: [annotation('b1', [8, 9, 9, 11])],
      c: [annotation('c1', [9.8])],
      v: [annotation('v1', [1, 2])],
      x: [annotation('x1', [1, 2])],
      d: [annotation('d1', [1, 2])],
      e: [annotation('e1', [1, 2], { rejected: true }), annotation('e2', [])],
      n: [annotation('n1', [1, 2])],
      lost: [annotation('l1', [1, 2])],
    },
  }),
  'annotations/splits.json': JSON.stringify({
    split_to_take_uids: { train: ['a', 'b', 'c', 'x', 'd', 'e', 'n'], val: ['v'] },
  }),
  'exclude.txt': '\ntake_n\n',
}

async function built(options: object = {}, more: Record<string, string> = {}) {
  const root = await folderOf({ ...files, ...more })
  const out = join(root, 'out.jsonl')
  const exclude = [join(root, 'exclude.txt')]
  const report = await buildEgoExoClip({ root, out, exclude, ...options })
  const records = []
  for await (const { value } of readEgoExoClip(out)) records.push(value)
  return { report, records }
}

describe('Ego-ExoClip', () => {
  it('counts what is left out and why', async () => {
    const { report } = await built()
    expect(report).toMatchObject({
      takes: { annotated: 9, kept: 3, withoutUid: 1, heldOut: 2, dropped: 1, withoutNarrations: 1, withoutVideos: 1 },
      annotations: { kept: 4, rejected: 2, empty: 1 },
      narrations: { kept: 9, beyondEnd: 1 },
      clips: 9,
      pairs: 36,
      videos: 15,
      warnings: [],
    })
  })

  it('cuts clips by Eq. 1: beta a take, alpha over all, annotators apart', async () => {
    const { report, records } = await built()
    expect(report.alpha).toBe(1.25)
    const half = 0.8
    expect(records.slice(0, 5).map(({ id, start, end, annotator }) => [id, start, end, annotator])).toEqual([
      ['a1:0', 1 - half, 1 + half, 'a1'],
      ['a1:2', 2 - half, 2 + half, 'a1'],
      ['a1:1', 4 - half, 4 + half, 'a1'],
      ['a2:0', 3 - half, 3 + half, 'a2'],
      ['a2:1', 6 - half, 6 + half, 'a2'],
    ])
    expect(records.slice(5).map(({ id, start, end }) => [id, start, end])).toEqual([
      ['b1:0', 8 - 0.2, 8 + 0.2],
      ['b1:1', 9 - 0.2, 9 + 0.2],
      ['b1:2', 9 - 0.2, 9 + 0.2],
      ['c1:0', 9.8 - 0.5, 10],
    ])
    expect(report.duration.longest).toBeCloseTo(1.6, 12)
    expect(report.duration.mean).toBeCloseTo((5 * 1.6 + 3 * 0.4 + 0.7) / 9, 12)
  })

  it('pairs each clip with every view from outside', async () => {
    const { records } = await built()
    expect(records[0]).toMatchObject({
      take: 'take_a',
      text: 'C acts at 1.',
      time: 1,
      subject: 'C',
      unsure: false,
      ego: 'takes/take_a/frame_aligned_videos/aria01.mp4',
    })
    expect(pairsOf(records[0]!).map(({ camera, exo }) => `${camera} ${exo}`)).toEqual(
      ['cam01', 'cam02', 'cam03', 'cam04'].map((id) => `${id} takes/take_a/frame_aligned_videos/${id}.mp4`),
    )
  })

  it('takes alpha as given, and beta of each annotation where that is asked for', async () => {
    const fixed = await built({ alpha: 1.92 })
    expect(fixed.records[1]).toMatchObject({ start: 2 - 2 / 3.84, end: 2 + 2 / 3.84 })
    // Betas 1.5, 3 and 0.5: alpha 5 / 3.
    const apart = await built({ beta: 'annotation' })
    expect(apart.report.alpha).toBeCloseTo(5 / 3, 12)
    expect(apart.records[1]!.start).toBeCloseTo(2 - 1.5 / (10 / 3), 12)
    expect(apart.records[3]!.start).toBeCloseTo(3 - 3 / (10 / 3), 12)
  })

  it('says where nothing is left, and that splits are missing', async () => {
    const root = await folderOf({ ...files, 'annotations/splits.json': '' })
    const none = JSON.stringify({ split_to_take_uids: { test: ['a', 'b', 'c', 'v', 'x', 'd', 'e', 'n', 'lost'] } })
    expect(await failure(built({}, { 'annotations/splits.json': none }))).toMatchObject({
      code: 'dataset/no-narrations',
      line: expect.stringMatching(/none of 9 takes is left: 9 of validation or test sets$/),
    })
    expect((await failure(buildEgoExoClip({ root, out: join(root, 'o') }), root)).line).toMatch(
      /^annotations\/splits\.json/,
    )
    const { 'annotations/splits.json': _, ...without } = files
    const bare = await folderOf(without)
    const { warnings, takes } = await buildEgoExoClip({ root: bare, out: join(bare, 'o.jsonl') })
    expect(warnings[0]).toMatch(
      /splits\.json: takes of validation and test sets are only left out where they are named$/,
    )
    expect(takes.heldOut).toBe(0)
  })
})

describe('the small world’s takes', () => {
  it('become pairs whose videos are there', async () => {
    const root = await folderOf({})
    await renderTakes({
      place: 'workshop',
      dir: root,
      takes: { train: 1, val: 1, test: 0 },
      actions: 1,
      workers: 1,
      seed: 5,
    })
    const out = join(root, 'pairs.jsonl')
    const report = await buildEgoExoClip({ root, out })
    expect(report.takes).toMatchObject({ annotated: 1, kept: 1 })
    expect(report.pairs).toBe(4 * report.clips)
    for await (const { value } of readEgoExoClip(out)) {
      expect(existsSync(join(root, value.ego))).toBe(true)
      for (const { video } of value.exo) expect(existsSync(join(root, video))).toBe(true)
    }
    expect((await readFile(out, 'utf8')).trimEnd().split('\n')).toHaveLength(report.clips)
  })
})

it.skipIf(noAnnotations)('reads the real records', async () => {
  const real = join(annotations, 'egoexo4d')
  const root = await folderOf({
    'takes.json': await readFile(join(real, 'takes.documented-record.json'), 'utf8'),
  })
  const out = join(root, 'o.jsonl')
  const descriptions = [join(real, 'atomic_descriptions_train.sample.json')]
  const report = await buildEgoExoClip({ root, out, descriptions })
  expect(report).toMatchObject({
    takes: { annotated: 2, kept: 1, withoutUid: 1 },
    annotations: { kept: 1, rejected: 1 },
    clips: 4,
    pairs: 16,
  })
  // Times 1.2, 2.9, 2.9, 3.0: beta is alpha, half a second, cut by the neighbours.
  const clips = []
  for await (const { value } of readEgoExoClip(out)) clips.push([value.start, value.end])
  expect(clips).toEqual([
    [0.7, 1.7],
    [2.4, 3],
    [2.4, 3],
    [2.9, 3.5],
  ])
})
