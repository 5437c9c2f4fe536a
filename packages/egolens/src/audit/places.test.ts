import { appendFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failure, folderOf } from '../../test/folders.js'
import { numberedVideo } from '../video/testing.js'
import { auditData } from './audit.js'
import { edit, editLine, errors, filesIn, notes, Place } from './world.testing.js'

describe('a check of an Ego4D tree', () => {
  let place: Place
  beforeAll(async () => {
    place = await Place.render('workshop')
  })
  afterAll(() => place.remove())
  const change = (file: string, edited: (clips: Record<string, unknown>[]) => unknown) => (root: string) =>
    edit(join(root, file), (text) => {
      const data = JSON.parse(text) as { clips: Record<string, unknown>[] }
      edited(data.clips)
      return JSON.stringify(data)
    })

  it('passes what the small world writes', async () => {
    const audit = await place.broken(async () => {})
    expect(errors(audit)).toEqual([])
    expect(audit.datasets[0]!.splits.map(({ name }) => name)).toEqual(['train', 'test'])
  })

  it('names every row whose label is not the taxonomy’s, or is missing', async () => {
    const audit = await place.broken(
      change('fho_lta_train.json', (clips) => {
        clips[0]!.verb_label = 93
        clips[1]!.noun = 'cup_(mug)'
        clips[2]!.action_clip_end_sec = 0
      }),
    )
    expect(errors(audit)).toEqual([
      'dataset/label-out-of-range fho_lta_train.json: clips[0]',
      'dataset/label-mismatch fho_lta_train.json: clips[1]',
      'dataset/empty-clip fho_lta_train.json: clips[2]',
    ])
  })

  it('finds actions on the clock of the full video instead of the clip’s', async () => {
    const audit = await place.broken(
      change('fho_lta_train.json', (clips) => {
        clips[0]!.action_clip_start_sec = 292
        clips[0]!.action_clip_end_sec = 300
      }),
    )
    expect(errors(audit)).toEqual(['clip/beyond-end fho_lta_train.json: clips[0]'])
  })

  it('finds a clip without its file, and boxes that are of a longer video', async () => {
    const audit = await place.broken(async (root) => {
      const [clip] = await filesIn(join(root, 'clips'), '.mp4')
      await rm(clip!)
      const [, file] = await filesIn(join(root, 'detections'), '.json')
      await writeFile(file!, JSON.stringify({ frames: [{ time: 500, hands: [{ box: [0, 0, 1, 1], score: 1 }] }] }))
    })
    expect(errors(audit).map((line) => line.split(' ')[0])).toEqual(['boxes/beyond-end', 'video/not-found'])
  })
})

describe('a check of an EGTEA tree', () => {
  let place: Place
  beforeAll(async () => {
    place = await Place.render('cafe')
  })
  afterAll(() => place.remove())

  it('passes what the small world writes', async () => {
    expect(errors(await place.broken(async () => {}))).toEqual([])
  })

  it('names lines that are short, reversed, numbered from 0, or twice in the merged test splits', async () => {
    const audit = await place.broken(async (root) => {
      const file = join(root, 'train_split1.txt')
      await editLine(file, 1, (line) => line.split(' ').slice(0, 3).join(' '))
      await editLine(file, 2, (line) => line.replace('4160-6640', '6640-4160'))
      await editLine(file, 3, (line) => line.replace(' 20 9', ' 0 9'))
      await writeFile(join(root, 'test_split3.txt'), await readFile(join(root, 'test_split1.txt')))
    })
    expect(errors(audit)).toEqual(
      expect.arrayContaining([
        'dataset/egtea-line train_split1.txt:1',
        'dataset/egtea-line train_split1.txt:2',
        'dataset/label-out-of-range train_split1.txt:3',
        'dataset/duplicate-id test_split3.txt:1',
        'dataset/duplicate-id test_split3.txt:2',
      ]),
    )
  })

  it('takes clips in train and in the merged test for what they are meant to be, but not within one division', async () => {
    const merged = await place.broken(async (root) => {
      const [line] = (await readFile(join(root, 'train_split1.txt'), 'utf8')).split('\n')
      await writeFile(join(root, 'test_split2.txt'), `${line}\n`)
      await edit(join(root, 'train_split2.txt'), (text) => text.replace(`${line}\n`, ''))
    })
    expect(errors(merged)).toEqual([])
    expect(notes(merged)).toContain('leak/segment .')
    const leaking = await place.broken(async (root) => {
      const [line] = (await readFile(join(root, 'train_split1.txt'), 'utf8')).split('\n')
      await appendFile(join(root, 'test_split1.txt'), `${line}\n`)
    })
    expect(errors(leaking)).toEqual(['leak/segment test_split1.txt:3', 'leak/video test_split1.txt:3'])
  })
})

describe('a check of own clips', () => {
  const table = 'video,start,end,noun,split\n'
  const tree = async (rows: string, more: Record<string, string> = {}) => {
    const root = await folderOf({ 'clips.csv': `${table}${rows}`, ...more })
    for (const name of ['a', 'b'])
      numberedVideo(join(root, `${name}.mp4`), { frames: name === 'a' ? 30 : 40, rate: 10 })
    const audit = await auditData(root, { jobs: 2 })
    return { root, audit: JSON.parse(JSON.stringify(audit).replaceAll(`${root}/`, '')) as typeof audit }
  }

  it('lists all that is wrong in one go', async () => {
    const { audit } = await tree(
      [
        'a.mp4,0,1,cup,train',
        'a.mp4,2,1,cup,train',
        'c.mp4,0,1,cup,train',
        'b.mp4,1,9,cup,test',
        '../x.mp4,0,1,cup,test',
        'a.mp4,0.5,1.5,pan,test',
        'b.mp4,0,1,,test',
        'b.mp4,0,1,cup,',
      ].join('\n'),
    )
    expect(errors(audit).sort()).toEqual([
      'clip/beyond-end clips.csv:5',
      'dataset/empty-clip clips.csv:3',
      'dataset/no-label clips.csv:8',
      'dataset/no-split clips.csv:9',
      'dataset/no-video clips.csv:4',
      'dataset/outside-root clips.csv:6',
      'leak/segment clips.csv:7',
      'leak/video clips.csv:7',
    ])
  })

  it('takes the table itself, or finds it in the folder', async () => {
    const { root, audit } = await tree('a.mp4,0,1,cup,train\nb.mp4,0,1,pan,test\n', { 'notes.csv': 'a,b\n1,2\n' })
    expect(audit.ok).toBe(true)
    expect(audit.sources.map(({ source, clips }) => [source, clips])).toEqual([
      ['a.mp4', 1],
      ['b.mp4', 1],
    ])
    const given = await auditData(join(root, 'clips.csv'))
    expect(given.sources).toHaveLength(2)
    expect(given.root).toBe(root)
  })

  it('decodes folders of images at the rate that the table gives', async () => {
    const root = await folderOf({ 'clips.csv': 'video,start,end,noun,split,frame_rate\nimages,0,1.5,cup,train,10\n' })
    await mkdir(join(root, 'images'))
    numberedVideo(join(root, 'images/frame_%04d.png'), { frames: 20, rate: 10 })
    const { sources, ok } = await auditData(root)
    expect(sources).toMatchObject([{ kind: 'folder', frames: 20, frameRate: 10, duration: 2 }])
    expect(ok).toBe(true)
    await cp(join(root, 'clips.csv'), join(root, 'images/frame_0021.png'))
    const broken = await auditData(root)
    expect(broken.sources[0]!.why).toContain('frame_0021.png')
    expect(broken.ok).toBe(false)
  })

  it('checks videos without any annotation', async () => {
    const root = await folderOf({ 'empty.mp4': '' })
    numberedVideo(join(root, 'a.mp4'), { frames: 10, rate: 10 })
    const { sources, problems } = await auditData(root)
    expect(sources.map(({ ok }) => ok)).toEqual([true, false])
    expect(problems.map(({ code }) => code)).toEqual(['video/unreadable'])
  })

  it('says so where there is nothing to check', async () => {
    expect((await failure(auditData(await folderOf({ 'a.txt': '' })))).code).toBe('audit/nothing')
    expect((await failure(auditData('/nowhere'))).code).toBe('audit/not-found')
    expect((await failure(auditData(await folderOf({}), { dataset: 'own' }))).code).toBe('audit/no-table')
  })
})
