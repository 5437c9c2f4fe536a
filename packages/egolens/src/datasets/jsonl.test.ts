import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { failure, folderOf } from '../../test/folders.js'
import type { EgoLensError } from '../errors.js'
import { readJsonl, writeJsonl } from './jsonl.js'

const record = z.strictObject({ text: z.string().min(1), start: z.number().optional() })

async function all(path: string, onFault?: (fault: EgoLensError) => void) {
  const found = []
  for await (const one of readJsonl(path, record, onFault)) found.push(one)
  return found
}

describe('readJsonl', () => {
  it('gives records with file and line; empty lines count and are left out', async () => {
    const folder = await folderOf({ 'a.jsonl': '\uFEFF{"text":"é"}\r\n\n{"text":"b","start":1.5}' })
    const path = join(folder, 'a.jsonl')
    expect(await all(path)).toEqual([
      { value: { text: 'é' }, where: `${path}:1` },
      { value: { text: 'b', start: 1.5 }, where: `${path}:3` },
    ])
  })

  it('tells of each faulty line and goes on, or throws the first', async () => {
    const lines = ['{"text":"a"}', '{"text":', '{"text":""}', '{"text":"b","strat":1}', '{"text":"c"}']
    const folder = await folderOf({ 'a.jsonl': lines.join('\n') })
    const path = join(folder, 'a.jsonl')
    const faults: string[] = []
    const found = await all(path, (fault) => faults.push(fault.line.replace(`${folder}/`, '')))
    expect(found.map(({ value }) => value.text)).toEqual(['a', 'c'])
    expect(faults[0]).toMatch(/^a\.jsonl:2: .*JSON/)
    expect(faults[1]).toMatch(/^a\.jsonl:3: text: /)
    expect(faults[2]).toBe('a.jsonl:4: unknown key "strat" (did you mean "start"?)')
    expect((await failure(all(path), folder)).line).toMatch(/^a\.jsonl:2: /)
    expect(await failure(all(join(folder, 'b.jsonl')), folder)).toEqual({
      code: 'dataset/no-file',
      line: 'b.jsonl: no such file',
    })
  })
})

describe('writeJsonl', () => {
  it('writes what comes, whole or not at all', async () => {
    const folder = await folderOf({})
    const path = join(folder, 'a.jsonl')
    async function* records() {
      yield { text: 'a' }
      yield { text: 'b\n' }
    }
    expect(await writeJsonl(path, records())).toBe(2)
    expect(await readFile(path, 'utf8')).toBe('{"text":"a"}\n{"text":"b\\n"}\n')
    function* broken() {
      yield { text: 'c' }
      throw new Error('stop')
    }
    await expect(writeJsonl(path, broken())).rejects.toThrow('stop')
    expect(await readFile(path, 'utf8')).toContain('"a"')
  })
})
