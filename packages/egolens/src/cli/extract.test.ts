import { type ChildProcess, execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExtractReport } from '../features/extract.js'
import { FeatureStore } from '../features/store.js'
import { contentHash } from '../video/index.js'
import { numberedVideo, temporaryFolder } from '../video/testing.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** The command in a process of its own. */
function egolens(...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  let child!: ChildProcess
  const ended = new Promise<Ended>((resolve) => {
    child = execFile(process.execPath, [main, ...args], (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
  return { child, ended }
}

const childrenOf = ({ pid }: ChildProcess): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)

async function until<T>(look: () => T | undefined): Promise<T> {
  for (let i = 0; i < 3000; i++) {
    const seen = look()
    if (seen !== undefined) return seen
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('waited 30 s in vain')
}

describe.skipIf(!existsSync(main))('egolens extract', () => {
  const { at, remove } = temporaryFolder()
  afterAll(remove)
  const names = ['a', 'b', 'c', 'd', 'e']
  const recipe = at('recipe.yaml')

  const clipsFrom = (name: string) =>
    ['train', 'test.0'].flatMap((split) => ['--set', `data.${split}.file=${at(name)}`])

  beforeAll(() => {
    for (const [i, name] of names.entries()) numberedVideo(at(`${name}.mkv`), { frames: 20 + i, rate: 10 })
    numberedVideo(at('long.mkv'), { frames: 3000, rate: 25 })
    const rows = names.map((name) => `${name}.mkv,0,2,cup,train`)
    writeFileSync(at('clips.csv'), ['video,start,end,noun,split', ...rows, ''].join('\n'))
    writeFileSync(
      recipe,
      `name: own
method: zero-shot
component: noun
features: { every: 0.5, views: [full], hands: { provider: none } }
data:
  train: { dataset: own, split: train, file: ${at('clips.csv')} }
  test: [{ name: same, dataset: own, split: train, file: ${at('clips.csv')} }]
`,
    )
  })

  it('finds in several processes what one finds', async () => {
    const reports = []
    for (const workers of ['1', '6']) {
      const store = at(`store-${workers}`)
      const set = ['--set', `features.store=${store}`, '--workers', workers, '--json']
      const first = JSON.parse((await egolens('extract', recipe, ...set).ended).stdout) as ExtractReport
      const again = JSON.parse((await egolens('extract', recipe, ...set).ended).stdout) as ExtractReport
      expect(first).toMatchObject({ sources: 5, complete: 0, frames: 25, failures: [] })
      expect(again).toMatchObject({ sources: 5, complete: 5, frames: 0 })
      reports.push(first)
    }
    const values = await Promise.all(
      ['1', '6'].map(async (workers) => {
        const store = await FeatureStore.open(at(`store-${workers}`))
        const [space] = await store.spaces()
        return Promise.all(
          names.map(async (name) => (await store.read(space!, await contentHash(at(`${name}.mkv`)))).values),
        )
      }),
    )
    expect(values[1]).toEqual(values[0])
  })

  it('goes past what cannot be read, tells it at the end, and ends with 1', async () => {
    writeFileSync(at('bad.mkv'), 'no video')
    const clips = 'video,start,end,noun,split\na.mkv,0,2,cup,train\nbad.mkv,0,2,cup,train\nb.mkv,0,2,cup,train\n'
    writeFileSync(at('bad.csv'), clips)
    const set = [...clipsFrom('bad.csv'), '--set', `features.store=${at('store-bad')}`]
    const { code, stdout } = await egolens('extract', recipe, ...set, '--workers', '2').ended
    expect(code).toBe(1)
    expect(stdout).toMatch(/10 frames of 3 sources.*\n1 could not be read:\n.*bad\.mkv/)
  })

  it('a worker that is killed ends the command with a clear error, and the next call goes on', async () => {
    writeFileSync(at('long.csv'), 'video,start,end,noun,split\nlong.mkv,0,120,cup,train\na.mkv,0,2,cup,train\n')
    const set = [...clipsFrom('long.csv'), '--set', `features.store=${at('store-long')}`]
    const args = ['extract', recipe, ...set, '--set', 'features.every=0.04', '--workers', '2']
    const { child, ended } = egolens(...args)
    const [worker] = await until(() => (childrenOf(child).length === 2 ? childrenOf(child) : undefined))
    process.kill(worker!, 'SIGKILL')
    const { code, stderr } = await ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/a process that finds features ended \(SIGKILL\).*goes on where it stopped/)
  })
})
