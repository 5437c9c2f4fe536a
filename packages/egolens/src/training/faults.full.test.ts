import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Fault } from '../files/testing.js'
import { goesOn, sweepCheckpoint, sweepRun, wholeRun } from './faults.testing.js'
import type { Kind } from './testing.run.js'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-faults-'))
})
afterEach(() => rm(root, { recursive: true }))

const faults: Fault[] = ['ENOSPC', 'EDQUOT', 'EIO', 'short', 'death']
const long = { timeout: 900_000 }

describe('a checkpoint in place of the only one', () => {
  it.each(faults.flatMap((fault) => [4, 5].map((step) => [fault, step] as const)))(
    'is the old one or the new one after %s at any operation (step %d after 4)',
    long,
    async (fault, step) => {
      await sweepCheckpoint(root, fault, step)
    },
  )
})

describe('a run', () => {
  it.each([
    ['ENOSPC', 1],
    ['EDQUOT', 3],
    ['EIO', 1],
    ['short', 5],
    ['death', 1],
  ] as const)('ends as one without %s at any operation, bit for bit, when it is resumed', long, async (fault, step) => {
    expect(await sweepRun(root, fault, step)).toBeGreaterThan(150)
  })

  it.each([
    ['ENOSPC', 3],
    ['death', 1],
  ] as const)('in two stages ends as one without %s at any operation when it is resumed', long, async (fault, step) => {
    expect(await sweepRun(root, fault, step, 'staged')).toBeGreaterThan(150)
  })

  const unfinished = async (dir: string) =>
    (await readdir(dir, { recursive: true })).filter((name) => /\.tmp$|lock/.test(name))

  const built = (path: string) => JSON.stringify(new URL(`../../dist/${path}`, import.meta.url).href)

  /** Trains in a process of its own that ends itself by SIGKILL at an operation. @returns whether it came to that */
  async function killed(dir: string, at: number, kind: Kind = 'whole'): Promise<boolean> {
    const program = `
      const { onDisk } = await import(${built('files/disk.js')})
      const { FaultyDisk } = await import(${built('files/testing.js')})
      const { sitting } = await import(${built('training/testing.run.js')})
      await onDisk(new FaultyDisk(${at}, 'kill'), () => sitting(${JSON.stringify(dir)}, true, '${kind}'))`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let errors = ''
    child.stderr.on('data', (data) => {
      errors += data
    })
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
    if (code !== 0 && signal !== 'SIGKILL') throw new Error(errors)
    return signal === 'SIGKILL'
  }

  it('ends as one that was not killed at any operation, bit for bit', { timeout: 1_800_000 }, async () => {
    const whole = await wholeRun(root)
    for (let k = 1; ; k += 3) {
      const dir = join(root, `${k}`)
      const wasKilled = await killed(dir, k)
      await goesOn(dir, whole, wasKilled)
      // Its lock, and what it had not finished, are cleared away.
      if (wasKilled) expect(await unfinished(dir)).toEqual([])
      await rm(dir, { recursive: true })
      if (!wasKilled) break
      expect(k).toBeLessThan(1000)
    }
  })

  // So many that a sitting gets from one checkpoint to the next, and not much further.
  it.each([
    ['whole', 60],
    ['staged', 90],
  ] as const)('that is killed every few operations comes to the same end: %s', long, async (kind, operations) => {
    const whole = await wholeRun(root, kind)
    const dir = join(root, 'again')
    let kills = 0
    while (await killed(dir, operations, kind)) expect(++kills).toBeLessThan(50)
    expect(kills).toBeGreaterThan(1)
    await goesOn(dir, whole, false, kind)
    expect(await unfinished(dir)).toEqual([])
  })
})
