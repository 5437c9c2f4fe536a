import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { onDisk, realDisk } from './disk.js'
import { identity } from './identity.js'
import { takeLock, withLock } from './lock.js'
import { FaultyDisk } from './testing.js'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'egolens-lock-'))
  path = join(folder, 'x.lock')
})
afterEach(() => rm(folder, { recursive: true }))

const write = (holder: object | string) =>
  writeFile(path, typeof holder === 'string' ? holder : `${JSON.stringify(holder)}\n`)
const content = async () => JSON.parse(await readFile(path, 'utf8')) as { pid: number; token: string }
const elsewhere = { pid: 1, thread: 0, started: '1', host: 'elsewhere.example', place: 'p', token: 't' }

describe('a lock', () => {
  it('is held by one after the other, and nothing is left', async () => {
    let [inside, most, waited] = [0, 0, 0]
    const work = async () => {
      most = Math.max(most, ++inside)
      await pause(5)
      inside--
    }
    const all = Array.from({ length: 6 }, () => withLock(path, work, { poll: 5, onWait: () => waited++ }))
    await Promise.all(all)
    expect([most, waited]).toEqual([1, 5])
    expect(await readdir(folder)).toEqual([])
  })

  it('is given back when the work fails', async () => {
    await expect(withLock(path, async () => Promise.reject(new Error('x')))).rejects.toThrow('x')
    expect(await withLock(path, async ({ takenOver }) => takenOver)).toBe(false)
  })

  it('is refused at once, or after a time, naming the holder', async () => {
    const lock = await takeLock(path)
    const refused = { code: 'lock/held', message: `process ${process.pid} on ${hostname()} has the lock`, where: path }
    await expect(takeLock(path, { patience: 0 })).rejects.toMatchObject(refused)
    await expect(takeLock(path, { patience: 40, poll: 5 })).rejects.toMatchObject(refused)
    await lock.release()
    await (await takeLock(path, { patience: 0 })).release()
  })

  it('is waited for until an interruption', async () => {
    const lock = await takeLock(path)
    const controller = new AbortController()
    const waiting = takeLock(path, { signal: controller.signal, poll: 5 })
    controller.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await lock.release()
  })
})

describe('the lock of a process that is gone', () => {
  it('is taken over at once when it was killed, and not before', async () => {
    const program = `
      const { takeLock } = await import(${JSON.stringify(new URL('../../dist/files/lock.js', import.meta.url).href)})
      await takeLock(${JSON.stringify(path)})
      process.stdout.write('held')
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program])
    await once(child.stdout, 'data')
    await expect(takeLock(path, { patience: 0 })).rejects.toThrow(`process ${child.pid} on ${hostname()}`)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const lock = await takeLock(path, { patience: 0 })
    expect([lock.takenOver, (await content()).pid]).toEqual([true, process.pid])
    await lock.release()
    expect(await readdir(folder)).toEqual([])
  })

  it('is taken over when its process id belongs to a later process', async () => {
    const parent = { ...identity(), pid: process.ppid, token: 't' }
    await write({ ...parent, started: '1' })
    await (await takeLock(path, { patience: 0 })).release()
    await write({ ...parent, started: '' }) // a system that does not tell when processes started
    await expect(takeLock(path, { patience: 0 })).rejects.toThrow(`process ${process.ppid}`)
  })

  it('is taken over when its process has ended but its parent has not asked', async () => {
    // The shell's child ends while the shell, its parent, has become another program: a zombie.
    const child = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'])
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const pid = Number(line.toString())
    const state = async () => (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')).split(') ')[1]?.[0]
    for (let i = 0; i < 100 && (await state()) !== 'Z'; i++) await pause(10)
    await write({ ...identity(), pid, started: '', token: 't' })
    await (await takeLock(path, { patience: 0 })).release()
    child.kill('SIGKILL')
    await once(child, 'exit')
  })

  it('is taken over when this process left it', async () => {
    await write({ ...identity(), token: 'left' })
    await (await takeLock(path, { patience: 0 })).release()
  })

  it('is taken over when it was cut off while written', async () => {
    await write('{"pid": 1')
    expect(await withLock(path, async ({ takenOver }) => takenOver, { poll: 5, silence: 30 })).toBe(true)
  })

  // Of two who see a stale lock, the slower one must not remove what the faster one has made of it.
  it('goes to one alone of many who find it', async () => {
    for (let round = 0; round < 10; round++) {
      await write({ ...identity(), pid: 2 ** 22 + 1, token: `gone ${round}` })
      let [inside, most, over] = [0, 0, 0]
      const work = async ({ takenOver }: { takenOver: boolean }) => {
        most = Math.max(most, ++inside)
        if (takenOver) over++
        await pause(3)
        inside--
      }
      await Promise.all(Array.from({ length: 8 }, () => withLock(path, work, { poll: 2 })))
      expect([most, over]).toEqual([1, 1])
      expect(await readdir(folder)).toEqual([])
    }
  })

  it('is not taken from the one who was faster, however late the slower one acts', async () => {
    await write({ ...identity(), pid: 2 ** 22 + 1, token: 'gone' })
    let goOn = () => {}
    const stopped = new Promise<void>((resolve) => {
      goOn = resolve
    })
    // The slow one has seen the stale lock and stands still before its first step.
    let reached = () => {}
    const isThere = new Promise<void>((resolve) => {
      reached = resolve
    })
    let steps = 0
    const slowDisk = {
      ...realDisk,
      async makeDirectory(directory: string) {
        if (++steps === 2) {
          reached()
          await stopped
        }
        await realDisk.makeDirectory(directory)
      },
    }
    const slow = onDisk(slowDisk, () => takeLock(path, { patience: 0 }))
    await isThere
    const fast = await takeLock(path, { patience: 0 })
    goOn()
    await expect(slow).rejects.toMatchObject({ code: 'lock/held' })
    await fast.check()
    await fast.release()
  })

  it('is taken over although those who took it over before were killed at it', async () => {
    for (let k = 1; ; k++) {
      await write({ ...identity(), pid: 2 ** 22 + 1, token: `gone ${k}` })
      const dying = new FaultyDisk(k, 'death')
      const lock = await onDisk(dying, () => takeLock(path, { patience: 0 }).catch(() => undefined))
      await lock?.release()
      // Where the last rename came through, the file is the lock of one who died.
      await (await takeLock(path, { patience: 0 })).release()
      expect((await readdir(folder)).includes('x.lock')).toBe(false)
      if (dying.struck) continue
      expect(lock!.takenOver).toBe(true)
      break
    }
  })
})

describe('a lock on another machine', () => {
  it('is respected while it shows life, whatever its clock says', async () => {
    await write(elsewhere)
    let hour = 0
    const beating = setInterval(() => void utimes(path, ++hour * 3600, hour * 3600).catch(() => {}), 20)
    await expect(takeLock(path, { patience: 0, silence: 400, poll: 5 })).rejects.toThrow('process 1 on elsewhere')
    clearInterval(beating)
  })

  it('is taken over when it has been silent, by nobody’s wall clock', async () => {
    await write(elsewhere)
    const future = new Date(Date.now() + 86_400_000)
    await utimes(path, future, future)
    const began = performance.now()
    const lock = await takeLock(path, { patience: 0, silence: 150, poll: 5 })
    expect(performance.now() - began).toBeGreaterThan(140)
    await lock.release()
  })

  it.each([
    ['in another container of this machine', { place: `${identity().place} other` }],
    ['of this name that was started again', { place: 'another boot' }],
  ])('or %s cannot be asked, so its process id means nothing', async (_, change) => {
    await write({ ...identity(), pid: 2 ** 22 + 1, token: 't', ...change })
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Error('enough')), 60)
    const waiting = takeLock(path, { patience: 0, silence: 10_000, poll: 5, signal: controller.signal })
    await expect(waiting).rejects.toThrow('enough')
  })
})

describe('the holder of a lock', () => {
  it('shows life while it works', async () => {
    const lock = await takeLock(path, { silence: 60 })
    const before = (await stat(path)).mtimeMs
    await pause(50)
    expect((await stat(path)).mtimeMs).toBeGreaterThan(before)
    await lock.release()
  })

  it('is told when it has lost it, and leaves the other’s alone', async () => {
    const lock = await takeLock(path)
    await lock.check()
    await write(elsewhere)
    await expect(lock.check()).rejects.toMatchObject({ code: 'lock/lost' })
    await lock.release()
    expect(await content()).toMatchObject(elsewhere)
  })

  it('takes it also where there are no hard links', async () => {
    const linkless = {
      ...realDisk,
      link: () => Promise.reject(Object.assign(new Error('EPERM: link'), { code: 'EPERM' })),
    }
    await onDisk(linkless, async () => {
      const lock = await takeLock(path)
      await expect(takeLock(path, { patience: 0 })).rejects.toMatchObject({ code: 'lock/held' })
      await lock.release()
    })
    expect(await readdir(folder)).toEqual([])
  })
})
