import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folderOf } from '../../test/folders.js'
import { onDisk } from '../files/disk.js'
import { FaultyReads, sweepReads } from '../files/testing.js'
import { readDetections } from '../hands/file.js'
import { openDataset } from './registry.js'

const csv = 'video,start,end,noun,split\na.mp4,0,1,mug,train\nb.mp4,0,1,pan,test\n'
const jsonl = '{"video":"a.mp4","start":0,"end":1,"noun":"mug","split":"train"}\n'

const epic = {
  'EPIC_100_verb_classes.csv': 'id,key\n0,take\n',
  'EPIC_100_noun_classes.csv': 'id,key\n0,pan\n',
  'EPIC_100_train.csv':
    'narration_id,participant_id,video_id,start_timestamp,stop_timestamp,narration,verb_class,noun_class,all_noun_classes\n' +
    'P01_11_0,P01,P01_11,00:00:01.00,00:00:02.00,take pan,0,0,[0]\n',
}
const ego4d = {
  'fho_lta_taxonomy.json': JSON.stringify({ verbs: ['cut'], nouns: ['cup'] }),
  'fho_lta_val.json': JSON.stringify({
    clips: [
      {
        ...{ video_uid: 'v', clip_uid: 'c', verb: 'cut', noun: 'cup', verb_label: 0, noun_label: 0, action_idx: 0 },
        ...{ action_clip_start_sec: 0, action_clip_end_sec: 8 },
      },
    ],
  }),
}
const egtea = {
  'verb_idx.txt': 'Cut 1\n',
  'noun_idx.txt': 'pot 1\n',
  'train_split1.txt': 'P21-R04-Pizza-1000-2500-F000024-F000060 1 1 1\n',
}

describe.each(['EIO', 'ESTALE'] as const)('annotations on a disk with %s at any read', (fault) => {
  it.each([
    ['own, CSV', 'own', { 'clips.csv': csv }, { file: 'clips.csv' }],
    ['own, JSONL', 'own', { 'clips.jsonl': jsonl }, { file: 'clips.jsonl' }],
    ['own, class list', 'own', { 'c.csv': csv, 'n.txt': 'mug\npan\n' }, { file: 'c.csv', classes: { noun: 'n.txt' } }],
    ['EPIC-KITCHENS-100', 'epic-kitchens-100', epic, {}],
    ['Ego4D', 'ego4d-fho-lta', ego4d, {}],
    ['EGTEA Gaze+', 'egtea', egtea, {}],
  ])('%s: the file is named, and read the next time', async (_, name, files, options: { file?: string }) => {
    const root = await folderOf({ 'a.mp4': '', 'b.mp4': '', ...(files as Record<string, string>) })
    const placed = name === 'own' ? { ...options, file: join(root, options.file!) } : { root }
    const told: unknown[] = []
    const open = (onFault?: (fault: unknown) => void) => openDataset(name, placed, onFault)
    const clips = (await open()).splits.length
    for (const onFault of [undefined, (one: unknown) => void told.push(one)]) {
      const reads = await sweepReads(
        fault,
        async () => expect((await open(onFault)).splits).toHaveLength(clips),
        async (_k, error, read) => {
          if (!read) return expect(error).toBeUndefined()
          const path = read.replace(/^\w+ /, '')
          expect(error).toMatchObject({ code: 'disk/unreadable', where: path })
          expect(Object.keys(files).map((file) => join(root, file))).toContain(path)
        },
      )
      for (const file of Object.keys(files)) expect(reads).toContain(`read ${join(root, file)}`)
    }
    // A disk that fails is no fault of a row: a check that lists faults stops too.
    expect(told).toEqual([])
  })

  it('hand boxes', async () => {
    const path = join(await folderOf({ 'x.json': JSON.stringify({ frames: [] }) }), 'x.json')
    await onDisk(new FaultyReads(), async () => readDetections(path)).catch(() => {})
    await expect(onDisk(new FaultyReads(3, fault), () => readDetections(path))).rejects.toMatchObject({
      code: 'disk/unreadable',
      where: path,
    })
  })
})

describe('videos that are links out of the root', () => {
  const links = async () => {
    const videos = await folderOf({ 'one.mp4': '', 'two.mp4': '' })
    const folder = await folderOf({
      'clips.csv': 'video,start,end,noun,split\na.mp4,0,1,mug,train\nall/two.mp4,0,1,pan,test\n',
      'up.csv': 'video,start,end,noun,split\n../one.mp4,0,1,mug,train\n',
      'gone.csv': 'video,start,end,noun,split\ngone.mp4,0,1,mug,train\n',
    })
    await symlink(join(videos, 'one.mp4'), join(folder, 'a.mp4'))
    await symlink(videos, join(folder, 'all'))
    await symlink(join(videos, 'none.mp4'), join(folder, 'gone.mp4'))
    return folder
  }

  it('are refused, and the cure names the option', async () => {
    const folder = await links()
    const error = await openDataset('own', { file: join(folder, 'clips.csv') }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'dataset/outside-root',
      where: `${join(folder, 'clips.csv')}:2`,
      cure: 'set root to a folder that holds all videos, or followLinks: true if the links are yours',
    })
  })

  it('are taken with followLinks, under their own names', async () => {
    const folder = await links()
    const dataset = await openDataset('own', { file: join(folder, 'clips.csv'), followLinks: true })
    expect(dataset.clips('train')[0]!.source).toBe(join(folder, 'a.mp4'))
    expect(dataset.clips('test')[0]!.source).toBe(join(folder, 'all/two.mp4'))
  })

  it('followLinks allows no path out of the root, and no link to nothing', async () => {
    const folder = await links()
    const open = (name: string) => openDataset('own', { file: join(folder, name), followLinks: true })
    await expect(open('up.csv')).rejects.toMatchObject({
      code: 'dataset/outside-root',
      cure: 'set root to a folder that holds all videos',
    })
    await expect(open('gone.csv')).rejects.toMatchObject({ code: 'dataset/no-video' })
  })
})
