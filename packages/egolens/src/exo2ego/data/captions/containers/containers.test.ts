import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { failure, folderOf } from '../../../../../test/folders.js'
import { tar } from '../../../../../test/tar.js'
import type { Format } from '../types.js'
import { containers, formatOf } from './index.js'
import { threeRows } from './parquet.testing.js'

/** Rows and faults of a file, with the folder cut from their places. */
async function rowsOf(format: Format, name: string, content: string | Uint8Array, more: Record<string, string> = {}) {
  const folder = await folderOf({ [name]: content, ...more })
  const short = (text: string) => text.replaceAll(`${folder}/`, '')
  const faults: string[] = []
  const rows: { where: string; fields: Record<string, unknown>; member?: string }[] = []
  for await (const { where, fields, member } of containers[format](join(folder, name), (f) =>
    faults.push(short(f.line)),
  ))
    rows.push({ where: short(where), fields, ...(member ? { member: member.name } : {}) })
  return { rows, faults }
}

describe('csv', () => {
  it('goes on after a quote in the wrong place and a wrong number of cells', async () => {
    const text = 'a,b\n1,"x, y"\n2,"oops" z\n3\n4,"two\nlines"\n5,six "seven"\n8,nine\n'
    expect(await rowsOf('csv', 'a.csv', text)).toEqual({
      rows: [
        { where: 'a.csv:2', fields: { a: '1', b: 'x, y' } },
        { where: 'a.csv:5', fields: { a: '4', b: 'two\nlines' } },
        { where: 'a.csv:8', fields: { a: '8', b: 'nine' } },
      ],
      faults: [
        expect.stringMatching(/^a\.csv:3: Invalid Closing Quote/),
        'a.csv:4: 1 cells where the header has 2',
        expect.stringMatching(/^a\.csv:7: Invalid Opening Quote/),
      ],
    })
  })

  it('leaves out the line of a quote that is never closed, not those after it', async () => {
    const { rows, faults } = await rowsOf('csv', 'a.csv', 'a,b\n1,"open\n2,x\n3,y\n')
    expect(rows.map(({ where }) => where)).toEqual(['a.csv:3', 'a.csv:4'])
    expect(faults).toEqual(['a.csv:2: Quote Not Closed'])
    const long = `a,b\n1,"open\n${'2,x\n'.repeat(300_000)}`
    const many = await rowsOf('csv', 'b.csv', long)
    expect(many.rows).toHaveLength(300_000)
    expect(many.faults).toEqual([expect.stringMatching(/^b\.csv:2: a record of more than/)])
  })

  it('refuses an empty file', async () => {
    expect((await failure(rowsOf('csv', 'a.csv', ''))).code).toBe('dataset/csv')
  })
})

describe('tsv', () => {
  it('takes quotes for what they are', async () => {
    const text = 'a\tb\n1\tsays "hi\n2\t"all ""quoted"" "\n3\n4\tx\ty\n5\tlast'
    expect(await rowsOf('tsv', 'a.csv', text)).toEqual({
      rows: [
        { where: 'a.csv:2', fields: { a: '1', b: 'says "hi' } },
        { where: 'a.csv:3', fields: { a: '2', b: 'all "quoted" ' } },
        { where: 'a.csv:6', fields: { a: '5', b: 'last' } },
      ],
      faults: ['a.csv:4: 1 cells where the header has 2', 'a.csv:5: 3 cells where the header has 2'],
    })
  })
})

describe('jsonl', () => {
  it('names lines that are no objects', async () => {
    const { rows, faults } = await rowsOf('jsonl', 'a.jsonl', '{"a":1}\n[2]\n{"a":\n{"a":4}')
    expect(rows.map(({ where }) => where)).toEqual(['a.jsonl:1', 'a.jsonl:4'])
    expect(faults.map((line) => line.slice(0, 10))).toEqual(['a.jsonl:2:', 'a.jsonl:3:'])
  })
})

describe('json', () => {
  it('reads the members of an object or a list one by one', async () => {
    const text = '{\n "a{": {"x": "}, \\" ]", "y": [1, {"z": 2}]},\n "b": 5,\n\n "c": {"x": 1}\n}\n'
    expect(await rowsOf('json', 'a.json', text)).toEqual({
      rows: [
        { where: 'a.json:2', fields: { key: 'a{', x: '}, " ]', y: [1, { z: 2 }] } },
        { where: 'a.json:5', fields: { key: 'c', x: 1 } },
      ],
      faults: [expect.stringMatching(/^a\.json:3: the record: /)],
    })
    const list = await rowsOf('json', 'a.json', '[{"x":1},\n{"x":2}]')
    expect(list.rows.map(({ where, fields }) => [where, fields.x])).toEqual([
      ['a.json:1', 1],
      ['a.json:2', 2],
    ])
    expect((await rowsOf('json', 'a.json', '[]')).rows).toEqual([])
  })

  it('reads what is longer than a piece of the file', async () => {
    const text = JSON.stringify({ a: { x: 'é'.repeat(1_500_000) }, b: { x: '' } })
    const { rows } = await rowsOf('json', 'a.json', text)
    expect(rows.map(({ fields }) => [fields.key, (fields.x as string).length])).toEqual([
      ['a', 1_500_000],
      ['b', 0],
    ])
  })

  it('refuses a file that is cut off', async () => {
    for (const text of ['{"a": {"x": 1}', '5', '{} {}', ''])
      expect((await failure(rowsOf('json', 'a.json', text))).code).toBe('dataset/json')
  })

  it('reads a folder of files', async () => {
    const folder = await folderOf({ 'd/b.json': '{"x":2}', 'd/a.json': '{"x":1}', 'd/c.json': '{', 'd/n.txt': '' })
    const found: unknown[] = []
    const wrong: string[] = []
    for await (const { fields } of containers.json(join(folder, 'd'), ({ where }) => wrong.push(where!)))
      found.push(fields.x)
    expect(found).toEqual([1, 2])
    expect(wrong).toEqual([join(folder, 'd/c.json')])
  })
})

describe('parquet', () => {
  it('reads row groups one after the other', async () => {
    expect(await rowsOf('parquet', 'a.parquet', threeRows)).toEqual({
      rows: [
        { where: 'a.parquet: row 0', fields: { videoid: 1, page_dir: 'a', name: 'A cup.' } },
        { where: 'a.parquet: row 1', fields: { videoid: 22, page_dir: 'b', name: ' ' } },
        { where: 'a.parquet: row 2', fields: { videoid: 333, page_dir: 'c', name: 'Some water pours.' } },
      ],
      faults: [],
    })
  })

  it('tells of a group that is damaged and goes on with the next', async () => {
    const bytes = Uint8Array.from(threeRows)
    bytes.fill(0xff, 4, 30)
    const { rows, faults } = await rowsOf('parquet', 'a.parquet', bytes)
    expect(rows.map(({ where }) => where)).toEqual(['a.parquet: row 2'])
    expect(faults).toEqual([expect.stringMatching(/^a\.parquet: row group 0 \(rows 0 to 1\) cannot be read: /)])
  })

  it('refuses what is none', async () => {
    expect((await failure(rowsOf('parquet', 'a.parquet', 'no parquet at all'))).code).toBe('dataset/parquet')
  })
})

describe('webdataset', () => {
  it('joins files of one name and finds the media without reading them', async () => {
    const archive = tar({
      '00/a.jpg': 'JPG',
      '00/a.txt': ' A cup. \n',
      '00/a.json': '{"w": 3}',
      '00/b.mp4': 'MP4',
      '00/c.txt': 'alone',
      '00/d.png': 'PNG',
      '00/d.json': '{"caption"',
      '00/e.webp': 'W',
      '00/e.txt': 'last',
    })
    expect(await rowsOf('webdataset', 'a.tar', archive)).toEqual({
      rows: [
        { where: 'a.tar:00/a', fields: { key: '00/a', txt: 'A cup.', w: 3 }, member: '00/a.jpg' },
        { where: 'a.tar:00/e', fields: { key: '00/e', txt: 'last' }, member: '00/e.webp' },
      ],
      faults: [
        'a.tar:00/b: no words lie beside the picture or video',
        'a.tar:00/c: no picture or video lies beside the words',
        expect.stringMatching(/^a\.tar:00\/d: .*JSON/),
      ],
    })
  })
})

it('a file’s name says how it is written', async () => {
  const names = ['a.csv', 'a.TSV', 'a.jsonl', 'a.ndjson', 'a.json', 'a/', 'a.parquet', 'a.tar']
  expect(names.map(formatOf)).toEqual(['csv', 'tsv', 'jsonl', 'jsonl', 'json', 'json', 'parquet', 'webdataset'])
  expect(() => formatOf('a.xlsx')).toThrow('its name does not say how it is written')
})
