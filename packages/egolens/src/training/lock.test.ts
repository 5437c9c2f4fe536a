import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { identity } from '../files/identity.js'
import { lockDirectory } from './lock.js'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'egolens-lock-'))
})
afterEach(() => rm(directory, { recursive: true }))

it('a second run in one directory is refused with the process and the cure', async () => {
  const lock = await lockDirectory(directory)
  await expect(lockDirectory(directory)).rejects.toMatchObject({
    code: 'run/locked',
    message: 'this process is working in this directory',
    where: directory,
    cure: `wait for it, end it, or name another directory; if it cannot be there, remove ${join(directory, 'lock')}`,
  })
  await lock.release()
  await (await lockDirectory(directory)).release()
})

it('what a killed run left unfinished is cleared away with its lock', async () => {
  const gone = 2 ** 22 + 1
  await writeFile(join(directory, 'lock'), JSON.stringify({ ...identity(), pid: gone, token: 't' }))
  const unfinished = (pid: number) => join(directory, `.adapter.json.${hostname()}.${pid}.0123abcd.tmp`)
  await writeFile(unfinished(gone), '{')
  await writeFile(unfinished(process.pid), '{')
  await (await lockDirectory(directory)).release()
  expect(await readdir(directory)).toEqual([`.adapter.json.${hostname()}.${process.pid}.0123abcd.tmp`])
})
