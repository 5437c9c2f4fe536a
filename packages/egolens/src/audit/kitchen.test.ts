import { appendFile, cp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { numberedVideo } from '../video/testing.js'
import { auditPage } from './page.js'
import { auditText } from './text.js'
import type { Audit } from './types.js'
import { edit, editLine, errors, notes, Place } from './world.testing.js'

let place: Place
beforeAll(async () => {
  place = await Place.render('kitchen')
})
afterAll(() => place.remove())

const train = (root: string) => join(root, 'EPIC_100_train.csv')
const test = (root: string) => join(root, 'EPIC_100_validation.csv')
const video = (root: string, name: string) => join(root, name.slice(0, 3), 'videos', `${name}.mp4`)
const boxes = (root: string, name: string) => join(root, 'hand-objects', name.slice(0, 3), `${name}.pkl`)

describe('a check of an EPIC-KITCHENS-100 tree', () => {
  it('passes what the small world writes, with figures of every video', async () => {
    const audit = await place.broken(async () => {})
    expect(errors(audit)).toEqual([])
    expect(audit.ok).toBe(true)
    expect(audit.datasets).toMatchObject([
      {
        name: 'epic-kitchens-100',
        splits: [
          { name: 'train', clips: 3, videos: 1, participants: 1 },
          { name: 'test', clips: 2, videos: 1, participants: 1 },
        ],
      },
    ])
    expect(audit.sources).toMatchObject([
      {
        source: 'P01/videos/P01_101.mp4',
        ok: true,
        frames: 103,
        frameRate: 12.5,
        variable: false,
        clips: 3,
        annotated: 7.76,
      },
      {
        source: 'P21/videos/P21_101.mp4',
        ok: true,
        frames: 74,
        frameRate: 12.5,
        variable: false,
        clips: 2,
        annotated: 5.44,
      },
    ])
    for (const { duration, frames, sha256 } of audit.sources) {
      expect(duration).toBeCloseTo(frames! / 12.5, 9)
      expect(sha256).toMatch(/^[0-9a-f]{64}$/)
    }
  })

  it('lists every faulty row with file and line, and goes on', async () => {
    const audit = await place.broken(async (root) => {
      await editLine(train(root), 2, (row) => row.replace(',13,onion,', ',97,onion,'))
      await editLine(train(root), 3, (row) => row.replace('00:00:05.04', '00:00:03.44'))
      await editLine(train(root), 4, (row) => row.replace('take bottle', 'take bottle, then cup'))
      await editLine(test(root), 2, (row) => row.replace('00:00:00.80', '0.80'))
      await editLine(test(root), 3, (row) => row.replace('[1]', '[one]'))
    })
    expect(errors(audit).sort()).toEqual([
      'dataset/csv EPIC_100_train.csv:4',
      'dataset/empty-clip EPIC_100_train.csv:3',
      'dataset/label-out-of-range EPIC_100_train.csv:2',
      'dataset/python-list EPIC_100_validation.csv:3',
      'dataset/time EPIC_100_validation.csv:2',
    ])
    expect(audit.sources.every(({ ok }) => ok)).toBe(true)
  })

  it('says how to number classes that start at 1', async () => {
    const audit = await place.broken((root) =>
      editLine(train(root), 2, (row) => row.replace(',13,onion,', ',22,onion,')),
    )
    expect(audit.problems[0]).toMatchObject({
      code: 'dataset/label-out-of-range',
      message: 'verb 22 is not a class: there are 22, numbered from 0',
      cure: 'subtract 1 if the labels of this file start at 1',
    })
  })

  it('finds actions beyond the end of their video', async () => {
    const audit = await place.broken(async (root) => {
      await editLine(train(root), 4, (row) => row.replace('00:00:07.76', '00:00:09.50'))
      await editLine(test(root), 3, (row) => row.replace('00:00:04.00,00:00:05.44', '00:01:04.00,00:01:05.44'))
    })
    expect(errors(audit)).toEqual(['clip/beyond-end EPIC_100_train.csv:4', 'clip/beyond-end EPIC_100_validation.csv:3'])
    expect(audit.problems[0]!.message).toBe('"P01_101_2" ends at 9.50 s, its video at 8.24 s')
    expect(audit.problems[1]!.message).toBe('"P21_101_1" is at 64.00-65.44 s of a video that ends at 5.92 s')
  })

  it('finds ids and segments that are there twice', async () => {
    const audit = await place.broken(async (root) => {
      const [, first, second] = (await readFile(train(root), 'utf8')).split('\n')
      await appendFile(train(root), `${first}\n${second!.replace('P01_101_1', 'P01_101_9')}\n`)
      await appendFile(train(root), `${second!.replace('P01_101_1', 'P01_101_8').replace(',0,cup,0', ',1,cup,0')}\n`)
    })
    expect(errors(audit)).toEqual(['dataset/duplicate-id EPIC_100_train.csv:5', 'clip/repeated EPIC_100_train.csv:6'])
    expect(notes(audit)).toContain('clip/two-labels EPIC_100_train.csv:7')
  })

  it('finds one segment in train and test', async () => {
    const audit = await place.broken((root) =>
      editLine(test(root), 2, () => "P01_101_7,P01,P01_101,,00:00:02.00,00:00:03.00,1,2,take,take,0,cup,0,['cup'],[0]"),
    )
    expect(errors(audit)).toEqual(['leak/segment EPIC_100_validation.csv:2', 'leak/video EPIC_100_validation.csv:2'])
    expect(notes(audit)).toContain('leak/participant .')
  })

  it('finds one video in train and test under two names', async () => {
    const audit = await place.broken((root) => cp(video(root, 'P01_101'), video(root, 'P21_101')))
    expect(errors(audit)).toEqual(['leak/video EPIC_100_validation.csv:2'])
    expect(audit.problems[0]!.message).toContain('P01_101 and P21_101 have the same content')
  })

  it('names a truncated video and decodes the others', async () => {
    const audit = await place.broken(async (root) => {
      const path = video(root, 'P01_101')
      await truncate(path, Math.floor((await readFile(path)).length / 2))
    })
    expect(errors(audit)).toEqual(['video/unreadable P01/videos/P01_101.mp4'])
    expect(audit.sources.map(({ ok, clips }) => [ok, clips])).toEqual([
      [false, 3],
      [true, 2],
    ])
    expect(audit.sources[0]!.why).toBeTruthy()
    expect(audit.ok).toBe(false)
  })

  it('names empty, renamed and missing videos, and those that nobody annotated', async () => {
    const audit = await place.broken(async (root) => {
      await writeFile(video(root, 'P01_101'), 'a text')
      await rename(video(root, 'P21_101'), video(root, 'P21_102'))
      await writeFile(join(root, 'P01/videos/P01_102.mp4'), '')
    })
    expect(errors(audit).sort()).toEqual([
      'video/not-found P21/videos/P21_101.MP4',
      'video/unreadable P01/videos/P01_101.mp4',
      'video/unreadable P01/videos/P01_102.mp4',
    ])
    expect(notes(audit)).toContain('video/not-annotated P21/videos/P21_102.mp4')
  })

  it('holds hand boxes against their video', async () => {
    const audit = await place.broken(async (root) => {
      await cp(boxes(root, 'P21_101'), boxes(root, 'P01_101'))
      await writeFile(boxes(root, 'P21_101'), 'nothing')
    })
    expect(errors(audit).sort()).toEqual([
      'hands/not-detections hand-objects/P21/P21_101.pkl',
      'hands/other-video hand-objects/P01/P01_101.pkl',
    ])
    const without = await place.broken((root) => rm(boxes(root, 'P01_101')))
    expect(notes(without)).toContain('boxes/absent .')
  })

  it('tells of a frame rate that varies', async () => {
    const audit = await place.broken(async (root) =>
      numberedVideo(
        video(root, 'P21_101'),
        { frames: 100, rate: 10 },
        '-vf',
        "select='not(between(n,20,25))'",
        '-vsync',
        'vfr',
      ),
    )
    expect(audit.sources[1]).toMatchObject({ ok: true, variable: true, frames: 94 })
    expect(notes(audit)).toContain('video/variable-rate P21/videos/P21_101.mp4')
  })

  it('survives classes that cannot be read', async () => {
    const audit = await place.broken((root) =>
      edit(join(root, 'EPIC_100_verb_classes.csv'), (text) => text.replace('\n3,', '\n33,')),
    )
    expect(errors(audit)).toEqual(['dataset/class-order EPIC_100_verb_classes.csv:5'])
    expect(audit.sources.map(({ ok }) => ok)).toEqual([true, true])
  })

  it('reads the folder as what it is told to be', async () => {
    const audit = await place.broken(async () => {}, { dataset: 'egtea' })
    expect(errors(audit)).toEqual(['dataset/no-file verb_idx.txt'])
  })
})

describe('what a check says', () => {
  const audit: Audit = {
    root: '/data',
    ok: false,
    datasets: [],
    sources: [
      {
        source: '/data/a.mp4',
        ok: true,
        clips: 2,
        annotated: 3,
        frames: 90,
        frameRate: 29.97,
        variable: true,
        duration: 3.003,
      },
      { source: '/data/<b>.mp4', ok: false, why: 'no <moov>', clips: 0 },
    ],
    problems: Array.from({ length: 7 }, (_, i) => ({
      severity: 'error' as const,
      code: 'clip/beyond-end',
      where: `/data/x.csv:${i + 2}`,
      message: '"<script>" ends late',
    })),
  }

  it('is a table and problems by kind, the first of each', () => {
    expect(auditText(audit)).toBe(
      [
        '',
        'video    state   frames    rate  seconds  clips  last ends  sha256',
        'a.mp4    ok          90  ~29.97     3.00      2       3.00       -',
        '<b>.mp4  BROKEN       -       -        -      0          -       -',
        '',
        'error: actions beyond the end of their video: 7',
        ...[2, 3, 4, 5, 6].map((line) => `  x.csv:${line}: "<script>" ends late`),
        '  and 2 more: --json or --html list them',
        '1 of 2 videos decode from end to end; 7 things are wrong',
      ].join('\n'),
    )
  })

  it('is a page in which nothing of the data is markup', () => {
    const page = auditPage(audit)
    expect(page).not.toContain('<script')
    expect(page).not.toContain('<moov>')
    expect(page).toContain('&quot;&lt;script&gt;&quot; ends late')
    expect(page.match(/<li>/g)).toHaveLength(7)
    expect(page).toContain('default-src &#39;none&#39;')
  })
})
