import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { annotations, noAnnotations } from '../../../../test/annotations.js'
import { failure, folderOf } from '../../../../test/folders.js'
import { tar } from '../../../../test/tar.js'
import { threeRows } from './containers/parquet.testing.js'
import { type CaptionOptions, openCaptions } from './read.js'
import type { Caption } from './types.js'

async function read(
  mapping: string,
  files: Record<string, string | Uint8Array>,
  options: Partial<CaptionOptions> = {},
) {
  const folder = await folderOf(files)
  const source = openCaptions({ mapping, files: Object.keys(files).map((name) => join(folder, name)), ...options })
  const captions: Caption[] = []
  for await (const caption of source) captions.push({ ...caption, media: caption.media.replace(`${folder}/`, '') })
  const { first, ...counts } = source.counts
  return { captions, counts, first: first.map((line) => line.replaceAll(`${folder}/`, '')) }
}

describe('captions', () => {
  it('of Panda-70M: a clip an item of the lists', async () => {
    const text =
      'videoID,url,timestamp,caption,matching_score\n' +
      `-a1,u,"[['0:00:16.300', '0:00:32.566'], ['0:01:50.000', '0:01:58.833']]","['A man\\'s hand, cutting.', ""It's a dog.""]","[0.45, 0.46]"\n` +
      `b2,u,"[['0:00:01.000', '0:00:02.000']]","['x', 'y']","[0.4]"\n` +
      `c3,u,"[['0:00:01.000', 'late']]","['x']","[0.4]"\n`
    expect(await read('panda-70m', { 'panda.csv': text }, { media: 'videos' })).toEqual({
      captions: [
        { media: 'videos/-a1.mp4', start: 16.3, end: 32.566, caption: "A man's hand, cutting." },
        { media: 'videos/-a1.mp4', start: 110, end: 118.833, caption: "It's a dog." },
      ],
      counts: { rows: 3, captions: 2, faults: 2 },
      first: ['panda.csv:3: 2 captions for 1 clips', 'panda.csv:4: "late" is no time (times are like 0:01:02.500)'],
    })
  })

  it('of WebVid, as CSV and as Parquet', async () => {
    const csv =
      'videoid,contentUrl,duration,page_dir,name\n21179416,https://x,PT00H00M11S,006001_006050,"Aerial shot, winter"\n'
    expect((await read('webvid', { 'w.csv': csv }, { media: '/data' })).captions).toEqual([
      { media: '/data/006001_006050/21179416.mp4', caption: 'Aerial shot, winter' },
    ])
    expect(await read('webvid', { 'w.parquet': threeRows })).toEqual({
      captions: [
        { media: 'a/1.mp4', caption: 'A cup.' },
        { media: 'c/333.mp4', caption: 'Some water pours.' },
      ],
      counts: { rows: 3, captions: 2, faults: 1 },
      first: ['w.parquet: row 1: the caption is empty'],
    })
  })

  it('of VIDAL-10M: one JSON object', async () => {
    const one = (more: object) => ({ folder: 'coco_vat_9', mplug: 'raw one', ofa: [' a'], ...more })
    const text = JSON.stringify({ ImkV: one({ polish_mplug: 'scuba divers.' }), x: one({ polish_mplug: '' }), y: 1 })
    const { captions, counts } = await read('vidal', { 'v.json': text })
    expect(captions).toEqual([
      { media: 'coco_vat_9/ImkV.mp4', caption: 'scuba divers.' },
      { media: 'coco_vat_9/x.mp4', caption: 'raw one' },
    ])
    expect(counts.faults).toBe(1)
  })

  it('of InternVid', async () => {
    const line = { YoutubeID: 'qi3', Start_timestamp: '00:05:20.120', End_timestamp: '00:05:24.320', Caption: 'a man ' }
    const backwards = { ...line, End_timestamp: '00:05:20.120' }
    const { captions, first } = await read('internvid', {
      'i.jsonl': [line, backwards].map((one) => JSON.stringify({ ...one, UMT_Score: 0.4 })).join('\n'),
    })
    expect(captions).toEqual([{ media: 'qi3.mp4', start: 320.12, end: 324.32, caption: 'a man' }])
    expect(first).toEqual(['i.jsonl:2: it begins at 320.12 s and ends at 320.12 s'])
  })

  it('of CC3M: pictures in an archive, found and not read', async () => {
    const archive = tar({ '000.jpg': 'JPEG', '000.txt': 'a dog', '000.json': '{"caption":"a dog","url":"u"}' })
    const { captions } = await read('cc3m', { '00000.tar': archive })
    expect(captions).toEqual([
      { media: '00000.tar', member: { name: '000.jpg', offset: 512, size: 4 }, caption: 'a dog' },
    ])
  })

  it('of DCI: a folder of files', async () => {
    const folder = await folderOf({
      'complete/a.json': JSON.stringify({
        image: 'sa_1.jpg',
        short_caption: 'A street.',
        extra_caption: ' Two cars.',
        mask_data: {},
      }),
      'complete/b.json': JSON.stringify({ image: '../sa_2.jpg', short_caption: 'A.' }),
    })
    const source = openCaptions({ mapping: 'dci', files: [join(folder, 'complete')], media: 'photos' })
    const captions: Caption[] = []
    for await (const caption of source) captions.push(caption)
    expect(captions).toEqual([{ media: 'photos/sa_1.jpg', caption: 'A street. Two cars.' }])
    expect(source.counts.first[0]).toMatch(/b\.json: "\.\.\/sa_2\.jpg" leads out of the folder of media$/)
  })

  it('of EgoClip: tabs, pieces of 600 s, times as text, clips before the start and over a border', async () => {
    const head = 'clip_idx\tvideo_uid\tclip_start\tclip_end\tclip_text\ttag_verb'
    const row = (start: unknown, end: unknown, text = '#C C picks "it" up') => `0\tu1\t${start}\t${end}\t${text}\t[93]`
    const text = [
      head,
      row(-0.4, 0.5),
      row('1199.5', '1202.5'),
      row(599, 600.2),
      row(5, 5),
      row('x', 6),
      row(1, 2, '#unsure'),
    ]
    expect(await read('egoclip', { 'egoclip.csv': text.join('\n') })).toEqual({
      captions: [
        { media: 'u1/0.mp4', start: 0, end: 0.5, caption: 'C picks "it" up' },
        { media: 'u1/2.mp4', start: 0, end: 2.5, caption: 'C picks "it" up' },
        { media: 'u1/0.mp4', start: 599, end: 600, caption: 'C picks "it" up' },
      ],
      counts: { rows: 6, captions: 3, faults: 3 },
      first: [
        'egoclip.csv:5: it ends at 5 s and begins at 5 s',
        expect.stringMatching(/^egoclip\.csv:6: clip_start: /),
        'egoclip.csv:7: the caption is empty',
      ],
    })
  })

  it('of your own, from several files at once', async () => {
    const { captions, first } = await read('own', {
      'a.csv': 'media,start,end,caption\nx.mp4,1.5,0:00:04,C sits.\ny.mp4,,,C waits.\nz.mp4,soon,,C.\n,,,C.\n',
      'b.jsonl': '{"media":"w.jpg","caption":"A cup.","extra":1}\n',
    })
    expect(captions).toEqual([
      { media: 'x.mp4', start: 1.5, end: 4, caption: 'C sits.' },
      { media: 'y.mp4', caption: 'C waits.' },
      { media: 'w.jpg', caption: 'A cup.' },
    ])
    expect(first).toEqual([
      'a.csv:4: start "soon" is no time (times are seconds or HH:MM:SS.ff)',
      'a.csv:5: no picture or video is named',
    ])
  })

  it('need a data set that is known', async () => {
    expect(() => openCaptions({ mapping: 'webvit', files: [] })).toThrow('there are no captions called "webvit"')
    expect((await failure(read('own', { 'a.bin': '' }))).code).toBe('dataset/unknown-format')
  })

  it('can be stopped at any of them, and begin anew', async () => {
    const folder = await folderOf({ 'a.jsonl': '{"media":"a","caption":"b"}\n'.repeat(5) })
    const source = openCaptions({ mapping: 'own', files: [join(folder, 'a.jsonl')] })
    for (let time = 0; time < 2; time++) {
      for await (const { caption } of source) {
        expect(caption).toBe('b')
        break
      }
      expect(source.counts.rows).toBe(1)
    }
  })

  it.skipIf(noAnnotations)('of EgoClip’s real row', async () => {
    const file = join(annotations, 'ego4d', 'egoclip.one-real-row.csv')
    const found: Caption[] = []
    for await (const caption of openCaptions({ mapping: 'egoclip', files: [file] })) found.push(caption)
    expect(found).toEqual([
      {
        media: '001e3e4e-2743-47fc-8564-d5efd11f9e90/0.mp4',
        start: 2.967651,
        end: 3.721266,
        caption: 'C picks a bag of clothes from the floor',
      },
    ])
  })
})
