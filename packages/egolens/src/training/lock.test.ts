import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockDirectory } from './lock.js'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'egolens-lock-'))
})
afterEach(() => rm(directory, { recursive: true }))

describe('the lock of a run', () => {
  it('is held by one at a time, and given back', async () => {
    const unlock = await lockDirectory(directory)
    await expect(lockDirectory(directory)).rejects.toThrow('this process is working in this directory')
    await unlock()
    await (await lockDirectory(directory))()
  })

  it('names the process that holds it', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'])
    await once(child, 'spawn')
    await writeFile(join(directory, 'lock'), JSON.stringify({ pid: child.pid, started: '', host: hostname() }))
    await expect(lockDirectory(directory)).rejects.toThrow(`process ${child.pid} on ${hostname()}`)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await (await lockDirectory(directory))()
  })

  it('is taken over when its process id belongs to a later process', async () => {
    await writeFile(join(directory, 'lock'), JSON.stringify({ pid: process.ppid, started: '1', host: hostname() }))
    await lockDirectory(directory)
    expect(JSON.parse(await readFile(join(directory, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid })
  })

  it('is taken over when it was cut off while written', async () => {
    await writeFile(join(directory, 'lock'), '{"pid": 1')
    await (await lockDirectory(directory))()
  })

  it('on another machine is respected', async () => {
    await writeFile(join(directory, 'lock'), JSON.stringify({ pid: 1, started: '', host: 'elsewhere.example' }))
    await expect(lockDirectory(directory)).rejects.toThrow('elsewhere.example')
  })
})
