import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { annotations, noAnnotations } from '../../test/annotations.js'
import { failure, folderOf } from '../../test/folders.js'
import { readDetections } from '../hands/file.js'
import { epicMessage, pickleOfBytes } from '../hands/testing.js'
import { sharedNovelFromFile } from './labels.js'
import { openDataset } from './registry.js'

/** What is odd in the published formats, each oddity in a test; others are in the tests of the readers. */
describe('EPIC-KITCHENS-100', () => {
  const header =
    'narration_id,participant_id,video_id,narration_timestamp,start_timestamp,stop_timestamp,start_frame,stop_frame,narration,verb,verb_class,noun,noun_class,all_nouns,all_noun_classes\n'
  const tree = (rows: string, more: Record<string, string> = {}) =>
    folderOf({
      'EPIC_100_verb_classes.csv': 'id,key,instances,category\n0,take,"[\'get\']",a\n1,put,"[\'set\']",a\n',
      'EPIC_100_noun_classes.csv': 'id,key,instances,category\n0,pan,"[\'pot\']",a\n1,cup,"[\'mug\']",a\n',
      'EPIC_100_train.csv': header + rows,
      ...more,
    })
  const clipsOf = async (rows: string, more?: Record<string, string>) =>
    (await openDataset('epic-kitchens-100', { root: await tree(rows, more) })).clips('train')
  const row = (id: number, times: string, frames = '1,2', noun = "pot,0,['pot'],[0]") =>
    `P01_11_${id},P01,P01_11,${times},${frames},take pot,get,0,${noun}\n`

  it('frame columns count another dump than the video: times alone decide', async () => {
    const times = '00:00:01.000,00:01:40.00,00:01:42.50'
    const [one] = await clipsOf(row(0, times, '6000,6150'))
    expect(await clipsOf(row(0, times, '5994,6143'))).toMatchObject([{ start: one!.start, end: one!.end }])
    expect([one!.start, one!.end]).toEqual([100, 102.5])
  })

  it('ids have gaps and are in the order of text', async () => {
    const rows = [0, 1, 10, 100, 2]
      .map((n) => row(n, `,00:00:${String(n % 60).padStart(2, '0')}.00,00:01:59.00`))
      .join('')
    expect((await clipsOf(rows)).map(({ id }) => id)).toEqual([
      'P01_11_0',
      'P01_11_1',
      'P01_11_2',
      'P01_11_10',
      'P01_11_100',
    ])
  })

  it('a class may be named twice in a cell that is a Python list', async () => {
    const [clip] = await clipsOf(
      row(0, ',00:00:01.00,00:00:02.00', '1,2', `pot,0,"['pot', 'it\\'s pot', ""a,b""]","[0, 1, 0]"`),
    )
    expect(clip!.nouns).toEqual([0, 1])
  })

  it('a narration may have no time, or come before its action; segments overlap', async () => {
    const rows = row(0, ',00:00:01.00,00:00:03.00') + row(1, '00:00:00.100,00:00:02.00,00:00:04.00')
    expect((await clipsOf(rows)).map(({ start, end }) => [start, end])).toEqual([
      [1, 3],
      [2, 4],
    ])
  })

  it('the raw words differ from the class: labels are numbers, names those of the class file', async () => {
    const root = await tree(row(0, ',00:00:01.00,00:00:02.00'))
    const { clips, labels } = await openDataset('epic-kitchens-100', { root })
    expect(labels.noun!.names[clips('train')[0]!.noun!]).toBe('pan')
    expect(labels.verb!.names[clips('train')[0]!.verb!]).toBe('take')
  })

  it('the second version of the noun classes and pickled twins lie beside and are not read', async () => {
    const root = await tree(row(0, ',00:00:01.00,00:00:02.00'), {
      'EPIC_100_noun_classes_v2.csv': 'id,key\n0,pan\n1,cup\n2,hand:left\n',
      'EPIC_100_train.pkl': 'not read',
    })
    expect((await openDataset('epic-kitchens-100', { root })).labels.noun!.names).toEqual(['pan', 'cup'])
  })

  it('a frame of hand boxes says its own number: lists may have gaps', async () => {
    const frame = (number: number) => epicMessage({ video: 'P01_11', frame: number, hands: [], objects: [] })
    const root = await folderOf({ 'P01_11.pkl': pickleOfBytes([frame(121), frame(1), frame(60)]) })
    expect((await readDetections(join(root, 'P01_11.pkl'))).map(({ time }) => time)).toEqual([1 / 60, 1, 121 / 60])
  })

  it('no contact and the left hand are zeros, which the file leaves out', async () => {
    const hand = {
      box: [0, 0, 0.5, 0.5] as const,
      score: 0.9,
      state: 0,
      side: 'left' as const,
      offset: [0, 0] as [number, number],
    }
    const root = await folderOf({
      'P01_11.pkl': pickleOfBytes([epicMessage({ video: 'P01_11', frame: 1, hands: [hand], objects: [] })]),
    })
    const [frame] = await readDetections(join(root, 'P01_11.pkl'))
    expect(frame!.hands).toEqual([{ box: [0, 0, 0.5, 0.5], score: expect.closeTo(0.9, 6), side: 'left', state: 0 }])
  })
})

describe('Ego4D', () => {
  const taxonomy = JSON.stringify({ verbs: ['cut', 'take_(pick,_grab,_get)'], nouns: ['cup_(cup,_mug)'] })
  const action = {
    video_uid: 'v1',
    clip_uid: 'c1',
    verb: 'take_(pick,_grab,_get)',
    noun: 'cup_(cup,_mug)',
    verb_label: 1,
    noun_label: 0,
    action_idx: 0,
    action_clip_start_sec: 0.0210286,
    action_clip_end_sec: 8.0210286,
  }
  const tree = (...clips: object[]) =>
    folderOf({ 'fho_lta_taxonomy.json': taxonomy, 'fho_lta_val.json': JSON.stringify({ clips }) })

  it('numbers of the narration taxonomy are refused: its order is another one', async () => {
    const { line } = await failure(openDataset('ego4d-fho-lta', { root: await tree({ ...action, verb_label: 0 }) }))
    expect(line).toContain('verb_label 0 is "cut", verb is "take_(pick,_grab,_get)"')
    expect(line).toContain('the two files are of different versions')
  })

  it('stored frames of clip and video disagree by one and are never turned into times', async () => {
    const root = await tree({
      ...action,
      action_clip_start_frame: 8759,
      clip_parent_start_frame: 8760,
      clip_parent_start_sec: 292,
    })
    const [clip] = (await openDataset('ego4d-fho-lta', { root, ego4dWindow: 'full' })).clips('test')
    expect([clip!.start, clip!.end]).toEqual([0.0210286, 8.0210286])
  })

  it.each([7, '7', undefined])('clip_id is a number, a text or absent: %j', async (clip_id) => {
    const { clips } = await openDataset('ego4d-fho-lta', { root: await tree({ ...action, clip_id }) })
    expect(clips('test').map(({ id }) => id)).toEqual(['c1_0'])
  })

  it.skipIf(noAnnotations)(
    'take_ is verb 92 of one vocabulary and 93 of the other (skipped without the files)',
    async () => {
      const v2 = JSON.parse(await readFile(join(annotations, 'ego4d/fho_lta_taxonomy.v2.json'), 'utf8')) as {
        verbs: string[]
      }
      expect(v2.verbs.findIndex((key) => key.startsWith('take_'))).toBe(92)
      const root = await folderOf({
        'fho_lta_val.json': JSON.stringify({ clips: [{ ...action, verb: v2.verbs[92], verb_label: 93 }] }),
      })
      await cp(join(annotations, 'ego4d/fho_lta_taxonomy.v2.json'), join(root, 'fho_lta_taxonomy.json'))
      expect((await failure(openDataset('ego4d-fho-lta', { root }))).line).toContain('the taxonomy has it at 92')
    },
  )
})

describe('EGTEA Gaze+', () => {
  const clip = (frames = 'F000024-F000060') => `P21-R04-ContinentalBreakfast-1000-2500-${frames}`
  const tree = (line: string) =>
    folderOf({
      'verb_idx.txt': 'Inspect/Read 1\nMove Around 2\nDivide/Pull Apart 3\n',
      'noun_idx.txt': 'eating_utensil 1\npot 2\nbread,plate 3\n',
      'train_split1.txt': `${line}\n`,
    })
  const only = async (line: string, options = {}) =>
    (await openDataset('egtea', { root: await tree(line), ...options })).clips('train')[0]!

  it('names hold blanks, slashes, lines and commas; the last word is the number', async () => {
    const { labels } = await openDataset('egtea', { root: await tree(`${clip()} 1 1 1`) })
    expect(labels.verb!.names).toEqual(['inspect read', 'move around', 'divide pull apart'])
    expect(labels.noun!.names).toEqual(['eating utensil', 'pot', 'bread plate'])
    expect(labels.noun!.keys[2]).toBe('bread,plate')
  })

  it.each([
    ['1 2 1', 0, [0]],
    ['1 2 2 1 ', 1, [1, 0]],
    ['85 3 3 1 2', 2, [2, 0, 1]],
  ])('a row has four to six fields and perhaps a blank at its end: %s', async (fields, noun, nouns) => {
    expect(await only(`${clip()} ${fields}`)).toMatchObject({ noun, nouns })
  })

  it('one action may have two sets of nouns: the action’s number says nothing here', async () => {
    const other = clip().replace('1000-2500', '3000-4000')
    const root = await tree(`${clip()} 85 3 1 2 3\n${other} 85 3 1 2 1`)
    const clips = (await openDataset('egtea', { root })).clips('train')
    expect(clips.map(({ nouns }) => nouns)).toEqual([
      [0, 1, 2],
      [0, 1, 0],
    ])
  })

  it('frame numbers in a name are for gaze: milliseconds alone are the time', async () => {
    expect(await only(`${clip('F000999-F001111')} 1 1 1`)).toMatchObject({ start: 0, end: 1.5 })
  })
})

describe.skipIf(noAnnotations)("X-MIC's lists (skipped where they are absent)", () => {
  it.each([
    ['noun', 'exact', 163, 137],
    ['noun', 'semantic', 213, 87],
    ['verb', 'exact', 51, 46],
    ['verb', 'semantic', 69, 28],
  ] as const)(
    'of %ss, %s: common and non-common are the two parts of the classes',
    async (component, match, common, rest) => {
      const { labels } = await openDataset('epic-kitchens-100', { root: join(annotations, 'epic-kitchens-100') })
      const list = (kind: string) => join(annotations, 'x-mic', `epic_ego_${kind}_${match}_${component}.txt`)
      const shared = await sharedNovelFromFile(labels[component]!, list('common'))
      const novel = await sharedNovelFromFile(labels[component]!, list('non_common'))
      expect([shared.shared.length, novel.shared.length]).toEqual([common, rest])
      expect(novel.shared).toEqual(shared.novel)
    },
  )
})
