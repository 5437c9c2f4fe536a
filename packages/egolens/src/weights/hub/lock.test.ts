import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withLock } from './lock.js'
import { pause } from './retry.js'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'egolens-lock-'))
  path = join(folder, 'a', 'x.lock')
})
afterEach(() => rm(folder, { recursive: true }))

test('one after the other, and nothing is left', async () => {
  let inside = 0
  let most = 0
  let waited = 0
  const work = async () => {
    most = Math.max(most, ++inside)
    await pause(15)
    inside--
  }
  await Promise.all(Array.from({ length: 4 }, () => withLock(path, work, { poll: 5, onWait: () => waited++ })))
  expect([most, waited]).toEqual([1, 3])
  expect(await readdir(join(folder, 'a'))).toEqual([])
})

test('given back when the work fails', async () => {
  await expect(withLock(path, async () => Promise.reject(new Error('x')))).rejects.toThrow('x')
  expect(await withLock(path, async () => 1)).toBe(1)
})

test('taken over from a process that is gone', async () => {
  await withLock(path, async () => {})
  await writeFile(path, `${hostname()} 999999999 abc\n`)
  expect(await withLock(path, async () => 1)).toBe(1)
})

test('taken over from another machine when it is not renewed, and not before', async () => {
  await withLock(path, async () => {})
  await writeFile(path, 'elsewhere 1 abc\n')
  const controller = new AbortController()
  const waiting = withLock(path, async () => 1, { poll: 5, signal: controller.signal })
  await pause(40)
  controller.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  await utimes(path, 0, 0)
  expect(await withLock(path, async () => 2)).toBe(2)
})

test('renewed while the work lasts', async () => {
  const first = withLock(path, () => pause(300), { stale: 90 })
  await pause(20)
  const began = performance.now()
  await withLock(path, async () => {}, { stale: 90, poll: 5 })
  expect(performance.now() - began).toBeGreaterThan(200)
  await first
})
