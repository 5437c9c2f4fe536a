import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { IndexedJsonl } from './indexed-jsonl.js'

const record = z.strictObject({ text: z.string(), views: z.int().min(0).default(1) })
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'egolens-index-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('an indexed file of records', () => {
  it('gives any item in any order, whatever the lengths of lines and however the file ends', async () => {
    const path = join(folder, 'any.jsonl')
    const texts = fc.array(fc.string({ maxLength: 60 }), { minLength: 1, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(texts, fc.boolean(), fc.boolean(), async (list, ends, gaps) => {
        const lines = list.map((text) => JSON.stringify({ text }))
        await writeFile(path, lines.join(gaps ? '\n\n' : '\n') + (ends ? '\n' : ''))
        await using file = await IndexedJsonl.open(path, record)
        expect(file.length).toBe(list.length)
        for (let i = list.length - 1; i >= 0; i--) expect((await file.get(i)).record.text).toBe(list[i])
      }),
      { numRuns: 60 },
    )
  })

  it('counts the parts of a record as items, and stops at a limit', async () => {
    const path = join(folder, 'parts.jsonl')
    const lines = [3, 0, 2].map((views, i) => JSON.stringify({ text: `${i}`, views }))
    await writeFile(path, `${lines.join('\n')}\n`)
    const count = ({ views }: { views: number }) => views
    await using file = await IndexedJsonl.open(path, record, { count })
    const items = await Promise.all([0, 1, 2, 3, 4].map((i) => file.get(i)))
    expect(items.map(({ record: { text }, part }) => `${text}.${part}`)).toEqual(['0.0', '0.1', '0.2', '2.0', '2.1'])
    await using few = await IndexedJsonl.open(path, record, { count, limit: 2 })
    expect(few.length).toBe(2)
  })

  it('reads lines longer than a piece', async () => {
    const path = join(folder, 'long.jsonl')
    const texts = ['a'.repeat(3 << 20), 'b', 'c'.repeat(5000)]
    await writeFile(path, texts.map((text) => JSON.stringify({ text })).join('\n'))
    await using file = await IndexedJsonl.open(path, record)
    expect((await file.get(0)).record.text.length).toBe(3 << 20)
    expect((await file.get(2)).record.text).toBe(texts[2])
  })

  it('names file and line of a record that is none, and a file without any', async () => {
    const path = join(folder, 'bad.jsonl')
    await writeFile(path, '{"text":"a"}\n\n{"txt":"b"}\n')
    await expect(IndexedJsonl.open(path, record)).rejects.toMatchObject({ where: `${path}:3` })
    await writeFile(path, '\n')
    await expect(IndexedJsonl.open(path, record)).rejects.toMatchObject({ code: 'dataset/empty', where: path })
    await expect(IndexedJsonl.open(join(folder, 'none'), record)).rejects.toMatchObject({ code: 'file/unreadable' })
  })
})
