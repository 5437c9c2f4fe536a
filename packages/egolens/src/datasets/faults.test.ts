import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { failure, folderOf } from '../../test/folders.js'
import { EgoLensError } from '../errors.js'
import { openDataset } from './registry.js'

const header = 'video,start,end,noun,split\n'
const good = 'a.mp4,0,1,mug,train\nb.mp4,0,1,pan,test\n'

async function open(content: string | Uint8Array, options: object = {}, name = 'clips.csv') {
  const folder = await folderOf({ 'a.mp4': '', 'b.mp4': '', [name]: content })
  return { folder, dataset: openDataset('own', { file: join(folder, name), ...options }) }
}

async function refused(content: string | Uint8Array, options: object = {}, name?: string) {
  const { folder, dataset } = await open(content, options, name)
  return failure(dataset, folder)
}

describe('a table of clips', () => {
  it('with a byte order mark, CRLF and quotes is read as without', async () => {
    const plain = (await (await open(header + good)).dataset).clips('train')
    const text = `\uFEFF${header}${good}`.replaceAll('a.mp4', '"a.mp4"').replaceAll('\n', '\r\n')
    const other = (await (await open(text)).dataset).clips('train')
    expect(other.map(({ source: _, ...clip }) => clip)).toEqual(plain.map(({ source: _, ...clip }) => clip))
  })

  it('with a NUL, or in UTF-16, is refused with the line and the cure', async () => {
    expect(await refused(`${header}a.mp4,0,1,m\0g,train\n`)).toEqual({
      code: 'dataset/not-utf8',
      line: 'clips.csv:2: there is a NUL character: the file is UTF-16, or damaged (save it as "CSV UTF-8")',
    })
    expect((await refused(Buffer.from(header + good, 'utf16le'))).code).toBe('dataset/not-utf8')
    expect((await refused(Buffer.from(`\uFEFF${header}${good}`, 'utf16le'))).code).toBe('dataset/not-utf8')
  })

  it.each(['clips.csv', 'clips.jsonl'])('with a line that has no end is refused: %s', async (name) => {
    const line = 'x'.repeat(1.2e6)
    const text = name.endsWith('l') ? `{"video":"${line}"}` : `${header}"${line}`
    expect((await refused(text, {}, name)).code).toMatch(/^dataset\/(csv|json)$/)
  })

  it.each(['NaN', 'Infinity', '-Infinity', '1e999', '-1', '0x10', '1_000', '', ' '])(
    'with the number %j as a time is refused, in JSON too',
    async (value) => {
      expect((await refused(`${header}a.mp4,0,"${value}",mug,train\n`)).code).toBe('dataset/time')
      const json = `{"video":"a.mp4","start":0,"end":${JSON.stringify(value)},"noun":"mug","split":"train"}`
      expect((await refused(json, {}, 'clips.jsonl')).code).toBe('dataset/time')
    },
  )

  it('with 1e999 as a number of JSON is refused', async () => {
    const json = '{"video":"a.mp4","start":0,"end":1e999,"noun":"mug","split":"train"}'
    expect((await refused(json, {}, 'clips.jsonl')).code).toMatch(/^dataset\/(time|json)$/)
    const rate = 'video,start,end,noun,split,frame_rate\na.mp4,0,1,mug,train,1e999\n'
    expect((await refused(rate)).code).toBe('dataset/frame-rate')
  })

  it('writes one class for two encodings of one name', async () => {
    const rows = 'a.mp4,0,1,caf\u00e9,train\na.mp4,1,2,cafe\u0301,train\nb.mp4,0,1,CAF\u00c9,test\n'
    expect((await (await open(header + rows)).dataset).labels.noun!.names).toEqual(['caf\u00e9'])
  })

  it('is read or refused whatever is in it, with the place of the fault', async () => {
    const cell = fc.oneof(
      fc.constantFrom('a.mp4', 'b.mp4', '../a.mp4', '0', '1', '2', 'mug', 'train', '"', '""', '\0', '\uFEFF', '\r', ''),
      fc.string({ unit: 'binary', maxLength: 12 }),
    )
    const rows = fc.array(fc.array(cell, { minLength: 1, maxLength: 7 }), { maxLength: 6 })
    const folder = await folderOf({ 'a.mp4': '', 'b.mp4': '' })
    const file = join(folder, 'clips.csv')
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom('\n', '\r\n', '\r'), async (cells, end) => {
        await writeFile(file, header + cells.map((row) => row.join(',')).join(end))
        const error = await openDataset('own', { file }).then(
          () => undefined,
          (reason: unknown) => reason,
        )
        if (error === undefined) return
        expect(error).toBeInstanceOf(EgoLensError)
        expect((error as EgoLensError).where).toContain('clips.csv')
      }),
      { numRuns: 150 },
    )
  })
})

describe('the path of a video', () => {
  it.each([
    ['../a.mp4', 'dataset/outside-root'],
    ['x/../../a.mp4', 'dataset/outside-root'],
    ['/etc/passwd', 'dataset/outside-root'],
    ['C:\\videos\\a.mp4', 'dataset/outside-root'],
    ['c:/videos/a.mp4', 'dataset/outside-root'],
    ['\\\\server\\share\\a.mp4', 'dataset/outside-root'],
    ['file:///etc/passwd', 'dataset/video-is-url'],
    ['https://example.org/a.mp4', 'dataset/video-is-url'],
  ])('%s is refused', async (video, code) => {
    expect((await refused(`${header}"${video}",0,1,mug,train\n`)).code).toBe(code)
  })

  it('may be a link within the root, and not one out of it', async () => {
    const other = await folderOf({ 'secret.mp4': '' })
    const folder = await folderOf({ 'a.mp4': '', 'b.mp4': '' })
    await symlink('a.mp4', join(folder, 'inside.mp4'))
    await symlink(join(other, 'secret.mp4'), join(folder, 'outside.mp4'))
    await symlink(other, join(folder, 'folder'))
    const file = join(folder, 'clips.csv')
    const row = (video: string) => writeFile(file, `${header}${video},0,1,mug,train\n`)
    await row('inside.mp4')
    expect((await openDataset('own', { file })).clips('train')).toHaveLength(1)
    for (const video of ['outside.mp4', 'folder/secret.mp4']) {
      await row(video)
      const { code, line } = await failure(openDataset('own', { file }), folder)
      expect(code).toBe('dataset/outside-root')
      expect(line).toContain('is a link to ')
      expect(line).toContain('set root to a folder that holds all videos')
    }
  })

  it('is found in either encoding of its accents', async () => {
    const folder = await folderOf({ 'cafe\u0301.mp4': '', 'th\u00e9.mp4': '' })
    const file = join(folder, 'clips.csv')
    await writeFile(file, `${header}caf\u00e9.mp4,0,1,mug,train\nthe\u0301.mp4,0,1,mug,test\n`)
    const dataset = await openDataset('own', { file })
    expect(dataset.clips('train')[0]!.source).toBe(join(folder, 'cafe\u0301.mp4'))
    expect(dataset.clips('test')[0]!.source).toBe(join(folder, 'th\u00e9.mp4'))
  })

  it('in another case is named, not taken', async () => {
    const { code, line } = await refused(`${header}A.MP4,0,1,mug,train\n`)
    expect(code).toBe('dataset/no-video')
    expect(line).toContain('did you mean "a.mp4"?')
  })

  it('with the separators of another system is named, not taken', async () => {
    expect((await refused(`${header}sub\\a.mp4,0,1,mug,train\n`)).line).toContain('did you mean "sub/a.mp4"?')
  })
})

describe('rows', () => {
  it('with one id are refused with both lines', async () => {
    const rows = 'id,video,start,end,noun,split\nx,a.mp4,0,1,mug,train\nx,b.mp4,0,1,pan,test\n'
    expect((await refused(rows)).line).toBe('clips.csv:3: the id "x" is also at clips.csv:2')
  })

  it('whose end is not after their start are refused, whatever the times', async () => {
    const folder = await folderOf({ 'a.mp4': '', 'b.mp4': '' })
    const file = join(folder, 'clips.csv')
    const time = fc.double({ min: 0, max: 1e5, noNaN: true }).map((x) => Number(x.toFixed(3)))
    await fc.assert(
      fc.asyncProperty(time, time, async (a, b) => {
        const [start, end] = [Math.max(a, b), Math.min(a, b)]
        await writeFile(file, `${header}a.mp4,${start},${end},mug,train\n`)
        expect((await failure(openDataset('own', { file }))).code).toBe('dataset/empty-clip')
      }),
      { numRuns: 50 },
    )
  })

  it('whose labels start at 1, or are of no class, are refused with the cure', async () => {
    const classes = { noun: ['mug', 'pan'] }
    const one = await refused(`${header}a.mp4,0,1,2,train\n`, { classes })
    expect(one.line).toContain('subtract 1 if the labels of this file start at 1')
    const unknown = await refused(`${header}a.mp4,0,1,pna,train\n`, { classes })
    expect(unknown).toMatchObject({
      code: 'dataset/unknown-class',
      line: expect.stringContaining('did you mean "pan"?'),
    })
    expect((await refused(header + good, { classes: { noun: ['mug', ''] } })).code).toBe('labels/empty-name')
  })

  it('of one video in train and test are told of', async () => {
    const rows = 'a.mp4,0,1,mug,train\na.mp4,1,2,mug,test\n'
    expect((await (await open(header + rows)).dataset).warnings).toEqual([
      '1 videos are in train and in test, so the test is easier than new videos are',
    ])
  })
})

describe('a name in published annotations that would become a path', () => {
  const names = ['../../secret', '/etc/passwd', 'a/b', '..', 'a\\b', 'C:x', 'a\nb']

  it.each(names)('is refused by EPIC-KITCHENS-100: %j', async (name) => {
    const columns =
      'narration_id,participant_id,video_id,narration_timestamp,start_timestamp,stop_timestamp,start_frame,stop_frame,narration,verb,verb_class,noun,noun_class,all_nouns,all_noun_classes\n'
    const root = await folderOf({
      'EPIC_100_verb_classes.csv': 'id,key\n0,take\n',
      'EPIC_100_noun_classes.csv': 'id,key\n0,pan\n',
      'EPIC_100_train.csv': `${columns}x_0,P01,"${name}",,00:00:01.00,00:00:02.00,1,2,take pan,take,0,pan,0,['pan'],[0]\n`,
    })
    const { code, line } = await failure(openDataset('epic-kitchens-100', { root }), root)
    expect([code, line.split(':')[0]]).toEqual(['dataset/outside-root', 'EPIC_100_train.csv'])
  })

  it.each(names)('is refused by Ego4D: %j', async (name) => {
    const action = {
      ...{ video_uid: name, clip_uid: name, verb: 'cut', noun: 'cup', verb_label: 0, noun_label: 0, action_idx: 0 },
      ...{ action_clip_start_sec: 0, action_clip_end_sec: 8 },
    }
    const root = await folderOf({
      'fho_lta_taxonomy.json': JSON.stringify({ verbs: ['cut'], nouns: ['cup'] }),
      'fho_lta_val.json': JSON.stringify({ clips: [action] }),
    })
    const { code, line } = await failure(openDataset('ego4d-fho-lta', { root }), root)
    expect([code, line.split(':')[0]]).toEqual(['dataset/outside-root', 'fho_lta_val.json'])
  })

  it('is refused by EGTEA Gaze+', async () => {
    const root = await folderOf({
      'verb_idx.txt': 'Cut 1\n',
      'noun_idx.txt': 'pot 1\n',
      'train_split1.txt': '../../P21-R04-Pizza-1000-2500-F000024-F000060 1 1 1\n',
    })
    expect((await failure(openDataset('egtea', { root }), root)).code).toBe('dataset/outside-root')
  })

  it('1e999 is no time of Ego4D', async () => {
    const clip =
      '{"video_uid":"v","clip_uid":"c","verb":"cut","noun":"cup","verb_label":0,"noun_label":0,"action_idx":0,"action_clip_start_sec":0,"action_clip_end_sec":1e999}'
    const root = await folderOf({
      'fho_lta_taxonomy.json': JSON.stringify({ verbs: ['cut'], nouns: ['cup'] }),
      'fho_lta_val.json': `{"clips":[${clip}]}`,
    })
    expect((await failure(openDataset('ego4d-fho-lta', { root }), root)).code).toBe('dataset/json')
  })
})
