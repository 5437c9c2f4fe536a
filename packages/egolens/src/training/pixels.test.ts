import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readResult } from '../evaluation/result.js'
import { goldenClip } from '../methods/golden/pixels.testing.js'
import { Recogniser } from '../recognition/recogniser.js'
import { numberedVideo } from '../video/testing.js'
import { evaluateRun } from './evaluate-run.js'
import { extractFeatures } from './prepare.js'
import { resolveRecipe } from './recipe.js'
import { runPaths } from './run-directory.js'
import { train } from './train.js'

let root: string
const at = (name: string) => join(root, name)

/** Two videos that become brighter, so that a clip's place is its noun, and a tiny CLIP. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-pixel-runs-'))
  for (const [name, frames] of [
    ['a.mp4', 24],
    ['b.mp4', 25],
  ] as const)
    numberedVideo(at(name), { frames, rate: 2 }, '-g', '4', '-pix_fmt', 'yuv420p')
  const rows = ['a.mp4', 'b.mp4'].flatMap((video) =>
    Array.from({ length: 6 }, (_, i) =>
      [video, 2 * i, 2 * i + 2, `w${3 + (i >= 3 ? 1 : 0)}`, video === 'a.mp4' ? 'train' : 'test'].join(),
    ),
  )
  await writeFile(at('clips.csv'), ['video,start,end,noun,split', ...rows].join('\n'))
  ;(await goldenClip(at('clip'))).dispose()
})
afterAll(() => rm(root, { recursive: true, force: true }))

const recipe = (method: string, changes: { options?: Record<string, unknown>; epochs?: number } = {}) => {
  const data = { dataset: 'own', file: at('clips.csv') }
  const { epochs = 12, options = {} } = changes
  return resolveRecipe({
    name: method,
    method,
    options: { ...(method === 'maple' ? { depth: 2 } : { textVectors: 2 }), ...options },
    component: 'noun',
    backbone: { clip: at('clip') },
    features: { store: at('features'), every: 0.5, hands: { provider: 'none' } },
    data: { train: { ...data, split: 'train' }, test: [{ ...data, name: 'here', split: 'test' }] },
    training: { epochs, batch: 4, frames: 2, lr: 5e-2, optimizer: 'adamw', schedule: 'constant', warmupEpochs: 0 },
  })
}

const losses = async (dir: string) =>
  (await readFile(runPaths(dir).log, 'utf8'))
    .split('\n')
    .filter((line) => line.startsWith('{"kind":"step"'))
    .map((line) => (JSON.parse(line) as { loss: number }).loss)

describe.each(['vita-clip', 'maple'])('%s, from videos to a result', (method) => {
  it('is trained on pixels that are kept once, and scores what it was not trained on', async () => {
    const dir = at(`run-${method}`)
    const first = await extractFeatures(recipe(method))
    expect(first.frames).toBe(method === 'vita-clip' ? 50 : 0)
    const summary = await train(recipe(method), { dir })
    expect(summary.steps).toBe(24)
    const found = await losses(dir)
    const mean = (part: number[]) => part.reduce((sum, loss) => sum + loss, 0) / part.length
    expect(mean(found.slice(-4))).toBeLessThan(mean(found.slice(0, 4)))
    const result = await evaluateRun(dir)
    expect(result.tests[0]!.values['top-1 accuracy over clips']).toBeGreaterThan(0.8)
    expect(Object.keys(result.hashes)).toContain('features pixels full')
    expect((await readResult(runPaths(dir).result)).hashes).toEqual(result.hashes)
  })

  it('that was stopped goes on to the same weights', async () => {
    const [whole, cut] = [at(`whole-${method}`), at(`cut-${method}`)]
    await train(recipe(method, { epochs: 3 }), { dir: whole })
    const stop = new AbortController()
    const progress = ({ task, done }: { task: string; done: number }) => {
      if (task === 'training' && done === 3) stop.abort()
    }
    const interrupted = train(recipe(method, { epochs: 3 }), { dir: cut, progress, signal: stop.signal })
    await expect(interrupted).rejects.toMatchObject({ code: 'run/interrupted' })
    await train(recipe(method, { epochs: 3 }), { dir: cut, resume: true })
    const weights = await Promise.all([whole, cut].map((dir) => readFile(runPaths(dir).weights)))
    expect(weights[1]!.equals(weights[0]!)).toBe(true)
  })

  it('recognises actions in a video', async () => {
    const recogniser = await Recogniser.open([at(`run-${method}`)], { store: at('features') })
    const { moments, notes } = await recogniser.recognise(at('b.mp4'))
    expect(moments.length).toBeGreaterThan(5)
    expect(moments[0]!.noun).toHaveLength(2)
    expect(notes.join()).not.toContain('hand')
    recogniser.dispose()
  })
})

it('a run that was begun on the pixels of other weights is not gone on with', async () => {
  const dir = at('other')
  await train(recipe('maple', { epochs: 1 }), { dir })
  const inputs = JSON.parse(await readFile(runPaths(dir).inputs, 'utf8')) as Record<string, string>
  await writeFile(runPaths(dir).inputs, JSON.stringify({ ...inputs, 'image encoder': 'another' }))
  const again = train(recipe('maple', { epochs: 1 }), { dir, resume: true })
  await expect(again).rejects.toThrow('image encoder')
})
