import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Fault, sweep } from '../files/testing.js'
import { type Result, readResult, writeResult } from './result.js'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-result-'))
})
afterEach(() => rm(root, { recursive: true }))

const result = (name: string): Result => ({
  format: 'egolens-result',
  version: 1,
  name,
  method: 'x-mic',
  trainedOn: 'kitchen',
  seed: 1,
  recipe: { name },
  tests: [
    {
      name: 'kitchen',
      dataset: 'own',
      split: 'test',
      component: 'noun',
      role: 'within',
      classes: 2,
      clips: 1,
      values: { 'top-1 accuracy over clips': 1 },
      predictions: [{ id: 'a', label: 0, top: [0, 1], probabilities: [0.75, 0.25] }],
    },
  ],
  summary: [],
  hashes: {},
  versions: {},
  seconds: {},
})

it.each(['ENOSPC', 'EDQUOT', 'EIO', 'short', 'death'] as Fault[])(
  'a result file is the old one or the new one after %s at any operation',
  async (fault) => {
    const path = (k: number | string) => join(root, `${k}`, 'result.json')
    await mkdir(join(root, 'old'))
    await writeResult(path('old'), result('old'))
    await sweep(
      fault,
      async (k) => {
        await cp(join(root, 'old'), join(root, `${k}`), { recursive: true })
        await writeResult(path(k), result('new'))
      },
      async (k, error) => {
        const found = await readResult(path(k))
        expect(error ? [result('old'), result('new')] : [result('new')]).toContainEqual(found)
        if (error && fault !== 'death') expect(error).toMatchObject({ where: path(k) })
      },
    )
  },
)

it('a result that is wrong is refused before anything is written', async () => {
  const path = join(root, 'result.json')
  await writeResult(path, result('old'))
  const before = await readFile(path)
  await expect(writeResult(path, { ...result('new'), tests: [] })).rejects.toMatchObject({
    code: 'evaluation/not-a-result',
  })
  expect(await readFile(path)).toEqual(before)
})
