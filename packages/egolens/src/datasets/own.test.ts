import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { failure, folderOf } from '../../test/folders.js'
import { openDataset } from './registry.js'

const videos = { 'a.mp4': '', 'b.mp4': '', 'sub/c.mp4': '', 'd.mp4': '', 'e.mp4': '' }
const open = async (file: string, content: string, options: object = {}, more: Record<string, string> = {}) => {
  const folder = await folderOf({ ...videos, [file]: content, ...more })
  return { folder, dataset: openDataset('own', { file: join(folder, file), ...options }) }
}

describe('own clips', () => {
  it('reads CSV with a byte order mark, CRLF, quotes, any case and both ways to write times', async () => {
    const csv =
      '\uFEFFVideo,Start, End ,verb,Noun,split,narration,comment\r\n' +
      'a.mp4,1.5,3,Cut,Onion,train,"cuts an onion, slowly",x\r\n\r\n' +
      '"sub/c.mp4",00:01:02.50,00:01:03.00,pick_up,"spring  onion",TEST,,"two\r\nlines"\r\n' +
      'b.mp4,0,1,cut,,train,,\r\n'
    const { folder, dataset } = await open('clips.csv', csv)
    const { labels, clips, splits } = await dataset
    expect(labels.verb).toMatchObject({ names: ['cut', 'pick up'], keys: ['Cut', 'pick_up'] })
    expect(labels.noun!.names).toEqual(['onion', 'spring onion'])
    expect(splits).toEqual(['train', 'test'])
    expect(clips('train')).toEqual([
      {
        id: 'a.mp4:1.5-3',
        video: 'a.mp4',
        source: join(folder, 'a.mp4'),
        start: 1.5,
        end: 3,
        narration: 'cuts an onion, slowly',
        verb: 0,
        noun: 0,
      },
      { id: 'b.mp4:0-1', video: 'b.mp4', source: join(folder, 'b.mp4'), start: 0, end: 1, verb: 0 },
    ])
    expect(clips('test')[0]).toMatchObject({ start: 62.5, end: 63, verb: 1, noun: 1 })
  })

  it('reads JSONL and draws whole videos for the test by a seed', async () => {
    const line = (video: string, start: number) => JSON.stringify({ video, start, end: start + 1, label: 'mug' })
    const text = ['a.mp4', 'b.mp4', 'sub/c.mp4', 'd.mp4', 'e.mp4'].flatMap((v) => [line(v, 0), line(v, 2)]).join('\n')
    const opened = await (await open('clips.jsonl', text)).dataset
    expect(opened.labels.verb).toBeUndefined()
    expect(opened.labels.noun!.names).toEqual(['mug'])
    expect(opened.clips('test').map((c) => c.video)).toHaveLength(2)
    expect(new Set(opened.clips('test').map((c) => c.video)).size).toBe(1)
    expect(opened.clips('train')).toHaveLength(8)
    const reversed = await (await open('clips.jsonl', text.split('\n').reverse().join('\n'))).dataset
    expect(reversed.clips('test')[0]!.video).toBe(opened.clips('test')[0]!.video)
    const bySeed = async (seed: number) =>
      (await (await open('c.jsonl', text, { seed })).dataset).clips('test')[0]!.video
    expect(new Set(await Promise.all([1, 2, 3, 4, 5, 6].map(bySeed))).size).toBeGreaterThan(1)
    const verbs = await (await open('c.jsonl', text, { component: 'verb' })).dataset
    expect(Object.keys(verbs.labels)).toEqual(['verb'])
  })

  it('takes class lists as files or names, and labels as names or numbers', async () => {
    const csv = 'video,start,end,noun\na.mp4,0,1,1\nb.mp4,0,1,Mug\n'
    const named = await (await open('c.csv', csv, { classes: { noun: ['mug', 'lid'] } })).dataset
    const filed = await (await open('c.csv', csv, { classes: { noun: 'n.txt' } }, { 'n.txt': 'mug\nlid\n' })).dataset
    for (const dataset of [named, filed]) {
      const nouns = [...dataset.clips('train'), ...dataset.clips('test')].sort((a, b) => (a.id < b.id ? -1 : 1))
      expect(nouns.map((clip) => clip.noun)).toEqual([1, 0])
    }
  })

  it('warns when a video is in train and in test', async () => {
    const csv = 'video,start,end,noun,split\na.mp4,0,1,mug,train\na.mp4,1,2,lid,test\n'
    expect((await (await open('c.csv', csv)).dataset).warnings).toHaveLength(1)
  })

  it.each([
    ['video;start;end;noun\na.mp4;0;1;mug\n', {}, 'clips.csv:1: ', 'separated by ";"'],
    ['video,begin,end,noun\na.mp4,0,1,mug\n', {}, 'clips.csv:1: ', 'no column "start"'],
    ['vidéo,start,end,noun\na.mp4,0,1,mug\n', {}, 'clips.csv:1: ', 'did you mean the column "vidéo"'],
    ['video,start,end\na.mp4,0,1\n', {}, 'clips.csv: ', 'add a column "verb", "noun" or both, or "label"'],
    ['video,start,end,noun,label\na.mp4,0,1,mug,mug\n', {}, 'clips.csv: ', 'keep either "label"'],
    ['', {}, 'clips.csv: ', 'the file is empty'],
    ['video,start,end,noun\n', {}, 'clips.csv: ', 'no clips'],
    ['video,start,end,noun\na.mp4,2,2,mug\n', {}, 'clips.csv:2: ', 'ends at 2 s and starts at 2 s'],
    ['video,start,end,noun\na.mp4,"1,5",2,mug\n', {}, 'clips.csv:2: ', 'write 1.5'],
    ['video,start,end,noun\na.mp4,,2,mug\n', {}, 'clips.csv:2: ', 'has no start'],
    ['video,start,end,noun\na.mp4,1,2,"mug\n', {}, 'clips.csv:', 'Quote Not Closed'],
    ['video,start,end,noun\nx.mp4,1,2,mug\n', {}, 'clips.csv:2: ', 'there is no x.mp4'],
    ['video,start,end,noun\n../x.mp4,1,2,mug\n', {}, 'clips.csv:2: ', 'set root to a folder that holds all videos'],
    ['video,start,end,noun\n/etc/passwd,1,2,mug\n', {}, 'clips.csv:2: ', 'is outside'],
    ['video,start,end,noun\nhttp://a/b.mp4,1,2,mug\n', {}, 'clips.csv:2: ', 'download the video first'],
    ['video,start,end,noun\na.mp4,1,2,\n', {}, 'clips.csv', 'no noun classes'],
    ['video,start,end,noun,verb\na.mp4,1,2,,\nb.mp4,1,2,a,b\n', {}, 'clips.csv:2: ', 'has no label'],
    ['video,start,end,noun\na.mp4,1,2,7\n', {}, 'clips.csv: ', 'numbers only'],
    [
      'video,start,end,noun\na.mp4,1,2,2\n',
      { classes: { noun: ['a', 'b'] } },
      'clips.csv:2: ',
      'noun 2 is not a class',
    ],
    [
      'video,start,end,noun\na.mp4,1,2,mgu\n',
      { classes: { noun: ['mug', 'lid'] } },
      'clips.csv:2: ',
      'did you mean "mug"',
    ],
    ['video,start,end,noun\na.mp4,1,2,a\n', { classes: { noun: ['mug', 'Mug'] } }, 'clips.csv: ', 'are both "mug"'],
    ['video,start,end,noun\na.mp4,1,2,mug\n', {}, 'clips.csv: ', 'add a column "split"'],
    ['video,start,end,noun,split\na.mp4,1,2,mug,\n', {}, 'clips.csv:2: ', 'has no split'],
    ['id,video,start,end,noun\n1,a.mp4,1,2,mug\n1,b.mp4,1,2,mug\n', {}, 'clips.csv:3: ', 'is also at clips.csv:2'],
    ['video,start,end,noun\na.mp4,1,2,mug,\n', {}, 'clips.csv:2: ', '5 cells where the header has 4'],
    ['video,start,end,noun\na.mp4,1,2,mug\n', { clases: {} }, 'own: ', 'did you mean "classes"?'],
  ])('tells what is wrong in %j', async (content, options, where, message) => {
    const { folder, dataset } = await open('clips.csv', content, options)
    const { line } = await failure(dataset, folder)
    expect(line).toContain(message)
    expect(line.startsWith(where)).toBe(true)
  })

  it('opens videos outside the folder of the file only when root says so', async () => {
    const folder = await folderOf({ ...videos, 'lists/clips.csv': 'video,start,end,noun,split\na.mp4,0,1,mug,test\n' })
    const file = join(folder, 'lists/clips.csv')
    expect((await failure(openDataset('own', { file }))).code).toBe('dataset/no-video')
    const dataset = await openDataset('own', { file, root: folder })
    expect(dataset.clips('test')[0]!.source).toBe(join(folder, 'a.mp4'))
  })

  it('names the line of bad JSON', async () => {
    const good = '{"video":"a.mp4","start":0,"end":1,"noun":"mug"}'
    const at = async (text: string) => {
      const { folder, dataset } = await open('c.jsonl', text)
      return (await failure(dataset, folder)).line
    }
    expect(await at(`${good}\n{"video":`)).toContain('c.jsonl:2: not JSON')
    expect(await at(`${good}\n[1]`)).toContain('c.jsonl:2: not an object')
    expect(await at(`${good}\n{"video":["a"]}`)).toContain('c.jsonl:2: "video" is not a text or a number')
  })
})
