import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { failure, folderOf } from '../../test/folders.js'
import { standInRecipe, standInResources } from '../training/testing.js'
import { train } from '../training/train.js'
import { heldOutVideos } from './held-out.js'

describe('videos to calibrate on', () => {
  it('are whole videos of a table, with the classes of training', async () => {
    const folder = await folderOf({
      'clips.csv': 'video,start,end,noun\nb.mp4,2,3,lid\na.mp4,4,5,pan\na.mp4,0,1.5,cup\n',
      'a.mp4': 'a',
      'b.mp4': 'b',
    })
    const run = join(folder, 'run')
    await train(standInRecipe(), { dir: run, resources: standInResources() })
    const { videos, detections } = await heldOutVideos([run], { clips: join(folder, 'clips.csv') })
    const byId = videos.sort((a, b) => (a.id < b.id ? -1 : 1))
    expect(byId.map(({ id, segments }) => [id, ...segments.map((s) => [s.start, s.end, s.noun])])).toEqual([
      ['a.mp4', [0, 1.5, 0], [4, 5, 1]],
      ['b.mp4', [2, 3, 5]],
    ])
    expect(detections(videos[0]!.source)).toBeUndefined()

    const refused = await failure(heldOutVideos([run], { split: 'train' }))
    expect(refused.code).toBe('recognition/not-held-out')
    expect(refused.line).toContain('stand-in is trained on the split "train" (calibrate on videos that are in neither')
    expect((await failure(heldOutVideos([run], { split: 'test' }))).line).toContain('is tested on the split "test"')
  })
})
