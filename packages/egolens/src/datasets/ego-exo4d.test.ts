import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { annotations, noAnnotations } from '../../test/annotations.js'
import { failure, folderOf } from '../../test/folders.js'
import type { EgoLensError } from '../errors.js'
import { readAtomicDescriptions, readTakeSplits, readTakes } from './ego-exo4d.js'

const camera = (cam_id: string, is_ego: boolean) => ({ cam_id, is_ego })
const aligned = (file: string | null, readable_stream_id = '0') => ({ readable_stream_id, relative_path: file })
const take = (more: object = {}) => ({
  take_uid: 'u1',
  take_name: 'upenn_1',
  root_dir: 'takes/upenn_1',
  duration_sec: 20.5,
  capture: {
    cameras: [camera('gp01', false), camera('gp05', true), camera('gp02', false), camera('moblie', false)],
  },
  frame_aligned_videos: {
    gp05: {
      'slam-left': aligned('frame_aligned_videos/gp05_1201-1.mp4', 'slam-left'),
      rgb: aligned('frame_aligned_videos/gp05_214-1.mp4', 'rgb'),
    },
    gp01: { 0: aligned('frame_aligned_videos/gp01.mp4') },
    gp02: { 0: aligned('frame_aligned_videos/gp02.mp4') },
    best_exo: { 0: aligned(null) },
  },
  ...more,
})

describe('takes', () => {
  it('know the wearer’s camera by what the file says, not by its name', async () => {
    const folder = await folderOf({ 'takes.json': JSON.stringify([take()]) })
    const path = join(folder, 'takes.json')
    expect(await readTakes(path)).toEqual([
      {
        uid: 'u1',
        name: 'upenn_1',
        duration: 20.5,
        dropped: false,
        ego: 'takes/upenn_1/frame_aligned_videos/gp05_214-1.mp4',
        exo: [
          { camera: 'gp01', video: 'takes/upenn_1/frame_aligned_videos/gp01.mp4' },
          { camera: 'gp02', video: 'takes/upenn_1/frame_aligned_videos/gp02.mp4' },
        ],
      },
    ])
    const [small] = await readTakes(path, { videos: '448' })
    expect(small!.exo[0]!.video).toBe('takes/upenn_1/frame_aligned_videos/downscaled/448/gp01.mp4')
  })

  it('with a fault are named and left out', async () => {
    const items = [
      take(),
      take(),
      take({ take_uid: 'u2', duration_sec: 0 }),
      take({ take_uid: 'u3', root_dir: '../x' }),
    ]
    const folder = await folderOf({ 'takes.json': JSON.stringify(items) })
    const faults: string[] = []
    const found = await readTakes(join(folder, 'takes.json'), {}, (fault: EgoLensError) =>
      faults.push(`${fault.code} ${fault.line.replace(`${folder}/`, '')}`),
    )
    expect(found).toHaveLength(1)
    expect(faults[0]).toBe('dataset/duplicate-id takes.json: [1]: two takes are called "u1"')
    expect(faults[1]).toMatch(/^dataset\/json takes\.json: \[2\]: duration_sec: /)
    expect(faults[2]).toMatch(/^dataset\/outside-root takes\.json: \[3\]: "\.\.\/x\/frame_aligned/)
  })
})

describe('atomic descriptions', () => {
  it('come by annotator in order of time, with flags however they are written', async () => {
    const say = (text: string, timestamp: unknown, more: object = {}) => ({ text, timestamp, ...more })
    const file = {
      annotations: {
        u1: [
          {
            annotation_uid: 'a',
            annotator_id: 7,
            rejected: false,
            descriptions: [
              say('C drops it.', 2, { subject: 'C', unsure: '1', ego_visible: '0', best_exo: null }),
              say('X walks.', 1, { narration_subject: 'O', unsure: null, best_exo: { cam_id: 'cam02' } }),
              say(' ', 3),
              say('C sits.', 'x'),
            ],
          },
          { annotation_uid: 'b', annotator_id: '8', rejected: true, descriptions: [] },
        ],
      },
    }
    const folder = await folderOf({ 'd.json': JSON.stringify(file), 'e.json': '[]' })
    const faults: string[] = []
    const found = await readAtomicDescriptions(join(folder, 'd.json'), (fault) =>
      faults.push(fault.line.replace(`${folder}/`, '')),
    )
    expect(found.get('u1')).toEqual([
      {
        uid: 'a',
        annotator: '7',
        rejected: false,
        descriptions: [
          { index: 1, text: 'X walks.', time: 1, subject: 'O', bestExo: 'cam02' },
          { index: 0, text: 'C drops it.', time: 2, subject: 'C', egoVisible: false, unsure: true },
        ],
      },
      { uid: 'b', annotator: '8', rejected: true, descriptions: [] },
    ])
    expect(faults).toHaveLength(2)
    expect(faults[0]).toMatch(/^d\.json: annotations\.u1\[0\]\.descriptions\[2\]: text: /)
    expect(faults[1]).toMatch(/^d\.json: annotations\.u1\[0\]\.descriptions\[3\]: timestamp: /)
    expect((await failure(readAtomicDescriptions(join(folder, 'e.json')), folder)).line).toBe(
      'e.json: no atomic descriptions',
    )
  })
})

it('splits say which takes they hold', async () => {
  const folder = await folderOf({
    's.json': JSON.stringify({ split_to_take_uids: { train: ['u1', 'u2'], val: ['u3'] }, take_uid_to_benchmark: {} }),
    't.json': '{}',
  })
  expect([...(await readTakeSplits(join(folder, 's.json')))]).toEqual([
    ['u1', 'train'],
    ['u2', 'train'],
    ['u3', 'val'],
  ])
  expect((await failure(readTakeSplits(join(folder, 't.json')))).code).toBe('dataset/json')
})

describe.skipIf(noAnnotations)('real records', () => {
  const file = (name: string) => join(annotations, 'egoexo4d', name)

  it('of takes', async () => {
    const [first] = await readTakes(file('takes.documented-record.json'))
    expect(first).toMatchObject({
      name: 'cmu_bike01_2',
      ego: 'takes/cmu_bike01_2/frame_aligned_videos/aria01_214-1.mp4',
    })
    expect(first!.exo.map(({ camera }) => camera)).toEqual(['cam01', 'cam02', 'cam03', 'cam04'])
  })

  it('of atomic descriptions', async () => {
    const found = [...(await readAtomicDescriptions(file('atomic_descriptions_train.documented-record.json'))).values()]
    expect(found[0]!.map(({ descriptions }) => descriptions.length)).toEqual([3, 2])
    expect(found[0]![1]!.descriptions[0]).toMatchObject({
      subject: 'O',
      egoVisible: true,
      unsure: false,
      time: 0.76281,
    })
  })
})
