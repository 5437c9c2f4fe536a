import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formulaWeights, tinyConfig, wordTokenizer, writeClip } from '../encoders/clip/clip.testing.js'
import { numberedVideo } from '../video/testing.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

describe.skipIf(!existsSync(main))('training that is told to stop', () => {
  let root: string
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'egolens-signals-'))
    await writeClip(
      join(root, 'clip'),
      tinyConfig,
      formulaWeights(tinyConfig),
      wordTokenizer(tinyConfig.text.vocabulary),
    )
    for (const name of ['a', 'b', 'c']) numberedVideo(join(root, `${name}.mp4`), { frames: 8, rate: 8 })
    const rows = ['a', 'b', 'c'].map(
      (name, i) => `${name}.mp4,0,1,${['w0', 'w1', 'w2'][i]},${i < 2 ? 'train' : 'test'}`,
    )
    await writeFile(join(root, 'clips.csv'), `video,start,end,noun,split\n${rows.join('\n')}\n`)
    const spec = `dataset: own, file: ${join(root, 'clips.csv')}`
    await writeFile(
      join(root, 'recipe.yaml'),
      `name: stopped
method: coop
component: noun
options: {contextTokens: 2}
backbone: {clip: ${join(root, 'clip')}}
features: {store: ${join(root, 'features')}, hands: {provider: none}}
data:
  train: {${spec}, split: train}
  test: [{name: here, ${spec}, split: test}]
training: {epochs: 3000, batch: 1, frames: 2, lr: 0.01}
`,
    )
  })
  afterAll(() => rm(root, { recursive: true, force: true }))

  /** The real command, once its training is under way. */
  async function training(dir: string, ...more: string[]): Promise<{ child: ChildProcess; stderr: () => string }> {
    const args = [main, 'train', join(root, 'recipe.yaml'), '--dir', dir, ...more]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    let stderr = ''
    child.stderr!.on('data', (data) => {
      stderr += data
    })
    const log = () => readFile(join(dir, 'log.jsonl'), 'utf8').catch(() => '')
    const before = (await log()).length
    while ((await log()).length < before + 2000) {
      if (child.exitCode !== null) throw new Error(stderr)
      await pause(20)
    }
    return { child, stderr: () => stderr }
  }

  const steps = async (dir: string) =>
    (await readFile(join(dir, 'log.jsonl'), 'utf8')).split('\n').filter((line) => line.startsWith('{"kind":"step"'))

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s saves a checkpoint, ends with %d and goes on from there', async (signal, status) => {
    const dir = join(root, signal)
    const { child, stderr } = await training(dir)
    child.kill(signal)
    expect(await once(child, 'close')).toEqual([status, null])
    expect(stderr()).toContain('training was interrupted; a checkpoint was written (go on with --resume)')
    expect(existsSync(join(dir, 'lock'))).toBe(false)
    // The checkpoint is of the very last step that was taken.
    const taken = await steps(dir)
    const latest = (await readFile(join(dir, 'checkpoints', 'latest'), 'utf8')).trim()
    const state = JSON.parse(await readFile(join(dir, 'checkpoints', latest, 'state.json'), 'utf8')) as { step: number }
    expect(state.step).toBe(taken.length)
    expect(stderr()).not.toContain('    at ')

    const again = await training(dir, '--resume')
    again.child.kill(signal)
    expect(await once(again.child, 'close')).toEqual([status, null])
    expect((await steps(dir)).slice(0, taken.length)).toEqual(taken)
    expect((await steps(dir)).length).toBeGreaterThan(taken.length)
  })

  it('twice stops at once, and the checkpoints before are whole', async () => {
    const dir = join(root, 'twice')
    const { child } = await training(dir)
    child.kill('SIGTERM')
    child.kill('SIGINT')
    const [status] = (await once(child, 'close')) as [number]
    // Which of the two comes first is the system's affair.
    expect([130, 143]).toContain(status)
    for (const name of (await readdir(join(dir, 'checkpoints'))).filter((one) => one.startsWith('step-'))) {
      expect(existsSync(join(dir, 'checkpoints', name, 'manifest.json'))).toBe(true)
    }
    const again = await training(dir, '--resume')
    again.child.kill('SIGKILL')
    await once(again.child, 'close')
  })

  it('by nobody: a second run in its directory is refused, and one after a kill is not', async () => {
    const dir = join(root, 'two')
    const { child } = await training(dir)
    const args = [main, 'train', join(root, 'recipe.yaml'), '--dir', dir, '--resume']
    const second = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    const [message] = (await once(second.stderr!, 'data')) as [Buffer]
    expect(await once(second, 'close')).toEqual([1, null])
    expect(message.toString()).toContain(`process ${child.pid} on `)
    expect(message.toString()).toContain('is working in this directory')
    child.kill('SIGKILL')
    await once(child, 'close')
    expect(existsSync(join(dir, 'lock'))).toBe(true)
    const third = await training(dir, '--resume')
    third.child.kill('SIGKILL')
    await once(third.child, 'close')
  })
})
