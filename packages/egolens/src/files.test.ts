import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EgoLensError } from './errors.js'
import { onDisk } from './files/disk.js'
import { type Fault, FaultyDisk, sweep } from './files/testing.js'
import { Appender, createDirectory, removeDirectory, removeUnfinished, replaceFile, writeAtomic } from './files.js'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'egolens-files-'))
  path = join(folder, 'x.json')
})
afterEach(() => rm(folder, { recursive: true }))

const faults: Fault[] = ['ENOSPC', 'EDQUOT', 'EIO', 'short', 'death']
const pieces = ['{"new":', '"content"', '}']

describe('a file that is replaced', () => {
  it.each(faults)('is the old one or the new one after %s at any operation', async (fault) => {
    const states = new Set<string>()
    const operations = await sweep(
      fault,
      async () => {
        await writeFile(path, 'old')
        await replaceFile(path, async (file) => {
          for (const piece of pieces) await file.write(piece)
        })
      },
      async (_, error) => {
        const content = await readFile(path, 'utf8')
        expect(['old', pieces.join('')]).toContain(content)
        if (!error) expect(content).toBe(pieces.join(''))
        if (error && fault !== 'death') {
          expect((await readdir(folder)).length).toBe(1) // nothing is left over
          expect(error).toBeInstanceOf(EgoLensError)
          expect((error as EgoLensError).code).toBe(fault === 'EIO' ? 'disk/failed' : 'disk/full')
          expect((error as EgoLensError).where).toBe(path)
        }
        states.add(content)
      },
    )
    expect(operations).toBe(9) // directory, open, three writes, sync, close, rename, sync of the directory
    expect(states.size).toBe(fault === 'short' ? 1 : 2)
  })

  it('is on the disk before it gets its name, and its name before anybody is told', async () => {
    const counting = new FaultyDisk()
    await onDisk(counting, () => writeAtomic(path, 'x'))
    expect(counting.operations.map((text) => text.split(' ')[0])).toEqual([
      ...['makeDirectory', 'open:wx', 'write', 'sync', 'close', 'rename', 'syncDirectory'],
    ])
  })

  it('keeps the error of its writer, not one of clearing up', async () => {
    const failing = () => Promise.reject(new Error('the writer'))
    await onDisk(new FaultyDisk(3, 'death'), () => expect(replaceFile(path, failing)).rejects.toThrow('the writer'))
  })

  it('says so where the directory cannot be written', async () => {
    const readOnly = Object.assign(new FaultyDisk(), {
      open: () =>
        Promise.reject(Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS', syscall: 'open' })),
    })
    const error = await onDisk(readOnly, () => writeAtomic(path, 'x')).catch((reason: EgoLensError) => reason)
    expect(error).toMatchObject({ code: 'disk/read-only', where: path })
    expect((error as EgoLensError).cure).toBe(`name a folder that can be written instead of ${folder}`)
  })

  it('is named where a file stands in the way of its directory', async () => {
    await writeFile(path, '')
    await expect(writeAtomic(join(path, 'y'), '')).rejects.toMatchObject({
      code: 'disk/failed',
      where: join(path, 'y'),
    })
  })
})

describe('a directory', () => {
  it.each(faults)('is there whole or not at all after %s at any operation', async (fault) => {
    const target = join(folder, 'made')
    await sweep(
      fault,
      async () => {
        await rm(target, { recursive: true, force: true })
        await createDirectory(target, async (temporary) => {
          await writeAtomic(join(temporary, 'a'), 'A')
          await writeAtomic(join(temporary, 'b'), 'B')
        })
      },
      async (_, error) => {
        const files = await readdir(target).catch(() => undefined)
        if (!error) expect(files).toBeDefined()
        if (files) expect(files.sort()).toEqual(['a', 'b'])
      },
    )
  })

  it.each(faults)('that is removed is whole or gone after %s at any operation', async (fault) => {
    const target = join(folder, 'made')
    await sweep(
      fault,
      async () => {
        await rm(target, { recursive: true, force: true })
        await createDirectory(target, (temporary) => writeAtomic(join(temporary, 'a'), 'A'))
        await removeDirectory(target)
      },
      async () => {
        const files = await readdir(target).catch(() => [])
        expect([[], ['a']]).toContainEqual(files)
      },
    )
  })
})

describe('lines that are added', () => {
  it.each(faults)('are a beginning of all lines after %s at any operation', async (fault) => {
    await sweep(
      fault,
      async () => {
        await writeFile(path, 'one\n')
        const file = await Appender.open(path)
        try {
          await file.write('two\n')
          await file.write('three\n')
          await file.sync()
        } finally {
          await file.close()
        }
      },
      async (_, error) => {
        const content = await readFile(path, 'utf8')
        expect('one\ntwo\nthree\n'.startsWith(content)).toBe(true)
        expect(content.startsWith('one\n')).toBe(true)
        if (!error) expect(content).toBe('one\ntwo\nthree\n')
      },
    )
  })
})

it('what processes that are gone left unfinished is removed, and nothing else', async () => {
  const gone = 2 ** 22 + 1
  const stay = [
    'x.json',
    `.x.json.${hostname()}.${process.pid}.0123abcd.tmp`,
    `.x.json.elsewhere.${gone}.0123abcd.tmp`,
    'notes.tmp',
  ]
  for (const name of [...stay, `.x.json.${hostname()}.${gone}.0123abcd.tmp`]) await writeFile(join(folder, name), '')
  await removeUnfinished(folder)
  expect((await readdir(folder)).sort()).toEqual(stay.sort())
  await removeUnfinished(join(folder, 'none'))
})
