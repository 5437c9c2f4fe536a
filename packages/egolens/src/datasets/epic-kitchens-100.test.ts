import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { annotations, noAnnotations } from '../../test/annotations.js'
import { failure, folderOf } from '../../test/folders.js'
import { readTable } from './csv.js'
import { epicClassName, epicFrame, epicFrameRate, epicKitchens100 } from './epic-kitchens-100.js'
import { sharedNovelFromFile } from './labels.js'
import { openDataset } from './registry.js'
import { parseTime } from './time.js'

const header =
  'narration_id,participant_id,video_id,narration_timestamp,start_timestamp,stop_timestamp,start_frame,stop_frame,narration,verb,verb_class,noun,noun_class,all_nouns,all_noun_classes\n'
const row = (id: string, start: string, stop: string, verb: number, noun: number, video = 'P01_101') =>
  `${video}_${id},P01,${video},,${start},${stop},1,2,"take pan, then hob",take,${verb},pan,${noun},"['pan', 'hob']","[1, 0]"\n`
const tree = {
  'EPIC_100_verb_classes.csv': `id,key,instances,category\n0,take,"['get']",retrieve\n1,turn-on,"['switch']",access\n`,
  'EPIC_100_noun_classes.csv': `id,key,instances,category\n0,machine:washing,"['a']",x\n1,pan,"['b']",x\n`,
  'EPIC_100_validation.csv':
    header +
    row('10', '00:00:05.00', '00:00:06.00', 1, 1) +
    row('2', '00:00:01.50', '00:00:02.00', 0, 0) +
    row('0', '00:00:00.00', '00:00:01.00', 0, 1, 'P01_02'),
  'P01/videos/P01_101.mp4': '',
  'P01/rgb_frames/P01_02/frame_0000000001.jpg': '',
  'hand-objects/P01/P01_101.pkl': '',
}

describe('epic-kitchens-100', () => {
  it('reads clips by timestamp, in order of time, with cleaned class names', async () => {
    const root = await folderOf(tree)
    const dataset = await openDataset('epic-kitchens-100', { root })
    expect(dataset.splits).toEqual(['test'])
    expect(dataset.labels.noun?.names).toEqual(['washing machine', 'pan'])
    expect(dataset.labels.verb?.keys).toEqual(['take', 'turn-on'])
    expect(dataset.clips('test').map((clip) => clip.id)).toEqual(['P01_02_0', 'P01_101_2', 'P01_101_10'])
    expect(dataset.clips('test')[2]).toEqual({
      id: 'P01_101_10',
      video: 'P01_101',
      source: join(root, 'P01/videos/P01_101.mp4'),
      start: 5,
      end: 6,
      participant: 'P01',
      narration: 'take pan, then hob',
      verb: 1,
      noun: 1,
      nouns: [1, 0],
    })
    const [images, video] = dataset.untrimmed('test')
    expect(images).toMatchObject({ id: 'P01_02', source: join(root, 'P01/rgb_frames/P01_02'), frameRate: 60 })
    expect(video?.segments.map((clip) => clip.start)).toEqual([1.5, 5])
    expect(dataset.detections('P01_101')).toBe(join(root, 'hand-objects/P01/P01_101.pkl'))
    expect(dataset.detections('P01_02')).toBeUndefined()
  })

  it.each([
    [row('3', '00:00:02.00', '00:00:02.00', 0, 0), 'dataset/empty-clip', 'ends at 2 s and starts at 2 s'],
    [row('3', '00:00:02.00', '2.5', 0, 0), 'dataset/time', '"2.5" is not a time'],
    [row('3', '00:00:01.00', '00:00:02.00', 0, 2), 'dataset/label-out-of-range', 'noun 2 is not a class: there are 2'],
    [`${row('3', '00:00:01.00', '00:00:02.00', 0, 1).trim()},x\n`, 'dataset/csv', '16 cells where the header has 15'],
  ])('names file and line of %j', async (bad, code, message) => {
    const root = await folderOf({ ...tree, 'EPIC_100_validation.csv': tree['EPIC_100_validation.csv'] + bad })
    const error = await failure(openDataset('epic-kitchens-100', { root }), root)
    expect(error.code).toBe(code)
    expect(error.line).toContain('EPIC_100_validation.csv:5: ')
    expect(error.line).toContain(message)
  })

  it('says what is missing and which key is wrong', async () => {
    expect((await failure(openDataset('epic-kitchens-100', { root: '/nowhere' }))).line).toContain('set annotations to')
    expect((await failure(openDataset('epic-kitchens-100', { root: '.', video: 'x' }))).line).toContain(
      'did you mean "videos"?',
    )
    expect((await failure(openDataset('epic-kitchen-100', {}))).line).toContain('did you mean "epic-kitchens-100"?')
    const root = await folderOf(tree)
    const dataset = await openDataset('epic-kitchens-100', { root })
    expect(() => dataset.clips('tst')).toThrow('has no split "tst"')
  })

  it('cleans class names as X-MIC does', () => {
    expect(['machine:washing', 'turn-on', 'use-to', 'end-of', 'bring-into', 'a:b:c'].map(epicClassName)).toEqual([
      'washing machine',
      'turn on',
      'use',
      'end',
      'bring',
      'c b a',
    ])
  })

  it('counts frames as the image dump does', () => {
    expect(epicFrame(0, 'P01_11')).toBe(1)
    expect(epicFrame(1.89, 'P01_11')).toBe(113)
    expect(epicFrame(2.86, 'P01_101')).toBe(143)
    expect([epicFrameRate('P01_11'), epicFrameRate('P01_101')]).toEqual([60, 50])
  })
})

describe.skipIf(noAnnotations)('epic-kitchens-100 on the published files (skipped where they are absent)', () => {
  const root = join(annotations, 'epic-kitchens-100')

  it('reads the validation set', async () => {
    const dataset = await epicKitchens100.open({ root })
    const clips = dataset.clips('test')
    expect(clips).toHaveLength(9668)
    expect([dataset.labels.verb!.names.length, dataset.labels.noun!.names.length]).toEqual([97, 300])
    expect(new Set(clips.map((clip) => clip.verb)).size).toBe(78)
    expect(new Set(clips.map((clip) => clip.noun)).size).toBe(211)
    expect(dataset.untrimmed('test')).toHaveLength(138)
    expect(clips.every((clip) => clip.nouns!.includes(clip.noun!))).toBe(true)
  })

  it('reads published training rows', async () => {
    const dataset = await epicKitchens100.open({ root, splits: { train: 'EPIC_100_train.partial.csv' } })
    expect(dataset.clips('train')).toHaveLength(25172)
  })

  it('computes every frame number of the files', async () => {
    let values = 0
    for (const file of ['EPIC_100_validation.csv', 'EPIC_100_train.partial.csv']) {
      for (const { cells } of (await readTable(join(root, file), ['start_frame'])).rows) {
        for (const edge of ['start', 'stop']) {
          const frame = epicFrame(parseTime(cells[`${edge}_timestamp`]!)!, cells.video_id!)
          if (frame !== Number(cells[`${edge}_frame`])) expect.fail(`${cells.narration_id}: ${frame}`)
          values++
        }
      }
    }
    expect(values).toBe(69680)
  })

  it.skipIf(!existsSync(join(annotations, 'x-mic')))(
    "holds the authors' lists of shared and novel classes",
    async () => {
      const { labels } = await epicKitchens100.open({ root })
      const sizes = async (component: 'verb' | 'noun', match: string) => {
        const list = join(annotations, `x-mic/epic_ego_common_${match}_${component}.txt`)
        const { shared, novel } = await sharedNovelFromFile(labels[component]!, list)
        return [shared.length, novel.length]
      }
      expect(await sizes('noun', 'exact')).toEqual([163, 137])
      expect(await sizes('verb', 'exact')).toEqual([51, 46])
      expect(await sizes('noun', 'semantic')).toEqual([213, 87])
      expect(await sizes('verb', 'semantic')).toEqual([69, 28])
    },
  )
})
