import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Plan } from './plan.js'
import { type ModelPlaces, modelPlaces, pointRevision, sizeOf, writeSnapshot } from './snapshot.js'

let cache: string
let places: ModelPlaces
const commit = 'c'.repeat(40)
const plan: Plan = { commit, files: [{ path: 'a/b/x.json', blob: { address: '', etag: 'e1', bytes: 2 } }] }

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'egolens-snapshot-'))
  places = modelPlaces('org/model', cache)
  await mkdir(join(places.folder, 'blobs'), { recursive: true })
  await writeFile(places.blob('e1'), '{}')
})
afterEach(() => rm(cache, { recursive: true }))

test('locks lie beside the models, not among them', () => {
  expect(places.lock('e1')).toBe(join(cache, '.locks', 'models--org--model', 'e1.egolens.lock'))
})

test('links are relative, also from folders, and the branch points at the commit', async () => {
  const dir = await writeSnapshot(plan, places)
  await pointRevision('feature/x', commit, places)
  expect(await readlink(join(dir, 'a/b/x.json'))).toBe('../../../../blobs/e1')
  expect(await readFile(join(dir, 'a/b/x.json'), 'utf8')).toBe('{}')
  expect(await readFile(join(places.folder, 'refs', 'feature', 'x'), 'utf8')).toBe(commit)
  expect(await readdir(join(dir, 'a', 'b'))).toEqual(['x.json'])
})

test('a link to nowhere is made anew, a file that is right is left', async () => {
  const dir = await writeSnapshot(plan, places)
  const link = join(dir, 'a/b/x.json')
  await rm(places.blob('e1'))
  expect(await sizeOf(link)).toBeUndefined()
  await writeFile(places.blob('e2'), '[]')
  const other: Plan = { commit, files: [{ path: 'a/b/x.json', blob: { address: '', etag: 'e2', bytes: 2 } }] }
  await writeSnapshot(other, places)
  expect(await readlink(link)).toBe('../../../../blobs/e2')
  await rm(link)
  await writeFile(link, 'ab')
  await writeSnapshot(other, places)
  expect(await readFile(link, 'utf8')).toBe('ab')
})
