import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inProcesses } from './worker-process.js'

// Programs are built files: a process of its own has no loader for TypeScript.
const built = fileURLToPath(new URL('../../dist/training/worker-process.js', import.meta.url))
const errors = fileURLToPath(new URL('../../dist/errors.js', import.meta.url))

let root: string
let program: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-workers-'))
  program = join(root, 'program.mjs')
  await writeFile(
    program,
    `import { serveOrder } from ${JSON.stringify(built)}
     import { EgoLensError } from ${JSON.stringify(errors)}
     import { writeFileSync } from 'node:fs'
     serveOrder(async ({ add, fail, die, wait }, { progress, signal }) => {
       progress({ task: 'adding', done: 1 })
       if (die) process.exit(3)
       if (fail) throw new EgoLensError('test/failed', 'it cannot', { cure: 'do not' })
       if (wait) {
         await new Promise((stopped) => signal.addEventListener('abort', stopped))
         writeFileSync(wait, 'saved')
         throw signal.reason
       }
       return add.reduce((sum, one) => sum + one, 0)
     })`,
  )
})
afterAll(() => rm(root, { recursive: true }))

const given = () => ({ program, what: 'adds', cure: 'add less' })

describe.skipIf(!existsSync(built))('orders in processes of their own', () => {
  it('are answered in their order, and tell how they come along', async () => {
    const told: [number, string][] = []
    const progress =
      (worker: number) =>
      ({ task }: { task: string }) =>
        void told.push([worker, task])
    const answers = await inProcesses([{ add: [1, 2] }, { add: [3, 4] }], { ...given(), progress })
    expect(answers).toEqual([3, 7])
    expect(told.sort()).toEqual([
      [0, 'adding'],
      [1, 'adding'],
    ])
  })

  it('stop when another fails, save what they have, and the failure is the one that is told', async () => {
    const saved = join(root, 'saved')
    const work = inProcesses([{ wait: saved }, { fail: true }], given())
    await expect(work).rejects.toMatchObject({ code: 'test/failed', message: 'it cannot', cure: 'do not' })
    expect(existsSync(saved)).toBe(true)
  })

  it('stop when the work is interrupted', async () => {
    const [saved, stop] = [join(root, 'interrupted'), new AbortController()]
    const progress = () => () => stop.abort(new Error('enough'))
    await expect(inProcesses([{ wait: saved }], { ...given(), progress, signal: stop.signal })).rejects.toThrow(
      'enough',
    )
    expect(existsSync(saved)).toBe(true)
  })

  it('whose process ends before its work does are an error with a cure', async () => {
    await expect(inProcesses([{ die: true }], given())).rejects.toMatchObject({
      code: 'training/worker-ended',
      message: 'a process that adds ended (3)',
      cure: 'add less',
    })
  })
})
