import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formulaWeights, tinyConfig, wordTokenizer, writeClip } from '../encoders/clip/clip.testing.js'
import { resolveRecipe } from './recipe.js'
import { openResources } from './resources.open.js'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-resources-'))
  await writeClip(join(root, 'clip'), tinyConfig, formulaWeights(tinyConfig), wordTokenizer(20))
  await writeFile(join(root, 'clips.csv'), 'video,start,end,noun,split\na.mp4,0,1,w1,train\nb.mp4,0,1,w2,train\n')
  for (const name of ['a.mp4', 'b.mp4']) await writeFile(join(root, name), name)
  await mkdir(join(root, 'boxes'))
  await writeFile(join(root, 'boxes/b.json'), '{"frames": []}')
})
afterAll(() => rm(root, { recursive: true }))

async function extract(view: 'full' | 'hand', provider: 'file' | 'none', detections = 'nowhere') {
  const data = { dataset: 'own', file: join(root, 'clips.csv'), split: 'train', detections: join(root, detections) }
  const recipe = resolveRecipe({
    name: 'a',
    method: 'x-mic',
    component: 'noun',
    backbone: { clip: join(root, 'clip') },
    features: { store: join(root, 'features'), hands: { provider } },
    data: { train: data, test: [{ ...data, name: 'here' }] },
  })
  const resources = await openResources(recipe)
  const dataset = await resources.openDataset(data)
  return resources.extract({ clips: dataset.clips('train'), views: [view] })
}

describe('hand crops from files of boxes', () => {
  it('are refused where no video has a file', async () => {
    await expect(extract('hand', 'file')).rejects.toMatchObject({ code: 'hands/no-files' })
    await expect(extract('hand', 'file')).rejects.toThrow('none of the 2 videos')
  })

  // The stand-in videos hold no pictures: both reach the decoder.
  it.each([
    ['where one has', 'hand', 'file', 'boxes'],
    ['where none are asked for', 'hand', 'none', 'nowhere'],
    ['for full frames', 'full', 'file', 'nowhere'],
  ] as const)('are not refused %s', async (_, view, provider, detections) => {
    expect((await extract(view, provider, detections)).failures).toHaveLength(2)
  })
})
