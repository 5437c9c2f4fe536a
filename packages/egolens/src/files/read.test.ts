import { execFileSync, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EgoLensError } from '../errors.js'
import { onDisk, realDisk } from './disk.js'
import { exists, namesIn, readBytes, readIfThere, readJson } from './read.js'
import { FaultyReads, sweepReads } from './testing.js'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'egolens-read-'))
  path = join(folder, 'x.json')
})
afterEach(() => rm(folder, { recursive: true }))

const failing = (code: string) =>
  Object.assign(new FaultyReads(), {
    openToRead: () => Promise.reject(Object.assign(new Error(`${code}: open`), { code, syscall: 'open' })),
  })

describe('a file that is read', () => {
  it('comes whole, whatever its length and however few bytes come at a time', async () => {
    for (const length of [0, 1, 65_536, 200_000]) {
      const bytes = Buffer.alloc(length, 'abc')
      await writeFile(path, bytes)
      const reads = await sweepReads(
        'short',
        async () => expect((await readBytes(path)).equals(bytes)).toBe(true),
        async (_, error) => expect(error).toBeUndefined(),
      )
      expect(reads.length).toBeGreaterThanOrEqual(2)
    }
  })

  it('may be a pipe, whose length nobody knows', async () => {
    execFileSync('mkfifo', [path])
    const writer = spawn('/bin/sh', ['-c', 'head -c 300000 /dev/zero > "$0"', path])
    const closed = new Promise((done) => writer.once('close', done))
    expect((await readBytes(path)).length).toBe(300_000)
    await closed
  })

  it('EIO at the k-th read: an error that names the file, and the next time it is read', async () => {
    await writeFile(path, '{"a":1}')
    const reads = await sweepReads(
      'EIO',
      async () => expect(await readJson(path)).toEqual({ a: 1 }),
      async (_, error, read) => {
        if (!read) return expect(error).toBeUndefined()
        expect(error).toBeInstanceOf(EgoLensError)
        expect(error).toMatchObject({ code: 'disk/unreadable', where: path, cause: { code: 'EIO' } })
        expect((error as EgoLensError).cure).toMatch(/^try again/)
        expect(await readJson(path)).toEqual({ a: 1 })
      },
    )
    expect(reads).toEqual([`open ${path}`, `read ${path}`])
  })

  it('that is not there is told from one that cannot be read', async () => {
    expect(await readIfThere(path)).toBeUndefined()
    expect([await exists(path), await namesIn(path)]).toEqual([false, []])
    for (const code of ['EIO', 'ESTALE']) {
      const error = await onDisk(failing(code), () => readIfThere(path)).catch((reason: EgoLensError) => reason)
      expect(error).toMatchObject({ code: 'disk/unreadable', where: path })
    }
    const blind = Object.assign(new FaultyReads(1), {})
    await expect(onDisk(blind, () => exists(path))).rejects.toMatchObject({ code: 'disk/unreadable', where: path })
    await expect(onDisk(new FaultyReads(1), () => namesIn(folder))).rejects.toMatchObject({ where: folder })
  })

  it('that is closed to the user, or a directory, is named with the reason', async () => {
    await expect(onDisk(failing('EACCES'), () => readBytes(path))).rejects.toMatchObject({
      code: 'file/unreadable',
      where: path,
      message: 'EACCES: open',
    })
    await mkdir(path)
    await expect(readBytes(path)).rejects.toMatchObject({ code: 'file/unreadable', where: path })
    await expect(readBytes(join(folder, 'none'))).rejects.toMatchObject({ message: 'no such file' })
  })

  it('that is open is closed, whatever comes of it', async () => {
    let open = 0
    const counting = Object.assign(new FaultyReads(2), {})
    const openToRead = counting.openToRead.bind(counting)
    counting.openToRead = async (name) => {
      const file = await openToRead(name)
      open++
      const close = () => {
        open--
        return file.close()
      }
      return { size: file.size, read: file.read, close }
    }
    await writeFile(path, 'x')
    await expect(onDisk(counting, () => readBytes(path))).rejects.toMatchObject({ code: 'disk/unreadable' })
    expect(open).toBe(0)
    expect((await realDisk.status(path)).size).toBe(1)
  })
})
