import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { failure, folderOf } from '../../../../test/folders.js'
import { tar } from '../../../../test/tar.js'
import { readBytes, readText } from '../../../files/read.js'
import { writeCaptions } from './write.js'

const lines = async (path: string) =>
  (await readText(path))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('captions that are written', () => {
  it('name media from the folder of the file, and leave faulty rows out', async () => {
    const folder = await folderOf({
      'list.jsonl': '{"media":"a.mp4","start":1,"end":2,"caption":"C sits."}\n{"media":"b"}\n',
    })
    const out = join(folder, 'made/captions.jsonl')
    const counts = await writeCaptions({
      mapping: 'own',
      files: [join(folder, 'list.jsonl')],
      media: join(folder, 'videos'),
      out,
    })
    expect(await lines(out)).toEqual([{ media: '../videos/a.mp4', start: 1, end: 2, caption: 'C sits.' }])
    expect(counts).toMatchObject({ rows: 2, captions: 1, faults: 1 })
  })

  it('unpack media of archives, each archive in a folder of its own', async () => {
    const folder = await folderOf({ '00001.tar': tar({ 'x/000.jpg': 'JPEG', 'x/000.txt': 'a dog' }) })
    const [files, out, unpack] = [[join(folder, '00001.tar')], join(folder, 'c.jsonl'), join(folder, 'media')]
    await writeCaptions({ mapping: 'cc3m', files, out, unpack })
    expect(await lines(out)).toEqual([{ media: 'media/00001/x/000.jpg', caption: 'a dog' }])
    expect(String(await readBytes(join(unpack, '00001/x/000.jpg')))).toBe('JPEG')
    const refused = await failure(writeCaptions({ mapping: 'cc3m', files, out }))
    expect([refused.code, refused.line]).toEqual(['dataset/packed-media', expect.stringContaining('00001.tar: ')])
  })

  it('do not write outside the folder', async () => {
    const folder = await folderOf({ 'a.tar': tar({ '../../000.jpg': 'JPEG', '../../000.txt': 'a dog' }) })
    const refused = await failure(
      writeCaptions({
        mapping: 'cc3m',
        files: [join(folder, 'a.tar')],
        out: join(folder, 'c.jsonl'),
        unpack: join(folder, 'media'),
      }),
    )
    expect(refused.code).toBe('dataset/outside-root')
  })
})
