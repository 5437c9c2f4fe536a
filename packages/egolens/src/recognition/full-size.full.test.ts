import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeViTB16 } from '../encoders/clip/clip.testing.js'
import { readAdapterInfo } from '../training/adapter.js'
import { evaluateRun } from '../training/evaluate-run.js'
import { resolveRecipe } from '../training/recipe.js'
import { train } from '../training/train.js'
import { recognitionDocument } from './formats/document.js'
import { Recogniser } from './recogniser.js'

const clip = fileURLToPath(new URL('../../../../../shared/clips/ego4d_stir_pan_2s.mp4', import.meta.url))

let root: string
const at = (name: string) => join(root, name)
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-full-size-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

// The weights are random, so that the names mean nothing: what is shown is that the sizes of real weights go all the way.
it.skipIf(!existsSync(clip))(
  'a ViT-B/16 from a folder recognises a real clip (skipped where the shared clips are absent)',
  async () => {
    await copyFile(clip, at('stir.mp4'))
    const rows = ['stir.mp4,0,1,pan,train', 'stir.mp4,0.5,1.5,wooden spoon,train', 'stir.mp4,1,2,pan,test']
    await writeFile(at('clips.csv'), ['video,start,end,noun,split', ...rows].join('\n'))
    await writeViTB16(at('vit-b-16'), ['pan', 'wooden', 'spoon'])
    const data = { dataset: 'own', file: at('clips.csv') }
    const recipe = resolveRecipe({
      name: 'full-size',
      method: 'x-mic',
      component: 'noun',
      backbone: { clip: at('vit-b-16') },
      features: { store: at('features'), every: 0.5, hands: { provider: 'ssd' } },
      data: { train: { ...data, split: 'train' }, test: [{ ...data, name: 'own', split: 'test' }] },
      training: { epochs: 1, batch: 2 },
    })
    const { parameters } = await train(recipe, { dir: at('run') })
    expect(parameters).toBe(3_594_657)
    expect((await readAdapterInfo(at('run'))).backbone.image.width).toBe(512)
    expect((await evaluateRun(at('run'))).tests[0]!.predictions).toHaveLength(1)

    const recogniser = await Recogniser.open([at('run')], { store: at('features') })
    const found = recognitionDocument(await recogniser.recognise(at('stir.mp4')), recogniser.labels)
    recogniser.dispose()
    expect(found).toMatchObject({ video: 'stir.mp4', calibrated: false, duration: expect.closeTo(2, 1) })
    expect(found.notes.join()).not.toContain('small CLIP')
    expect(found.moments.length).toBeGreaterThanOrEqual(2)
    for (const { noun } of found.moments) {
      expect(noun!.map(({ name }) => name).sort()).toEqual(['pan', 'wooden spoon'])
      expect(noun!.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 3)
    }
  },
  600_000,
)
