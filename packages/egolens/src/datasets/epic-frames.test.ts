import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folderOf } from '../../test/folders.js'
import { frames } from '../video/frames.js'
import { numberedVideo } from '../video/testing.js'
import { epicFrame } from './epic-kitchens-100.js'
import { openDataset } from './registry.js'

const header = 'narration_id,participant_id,video_id,start_timestamp,stop_timestamp,narration,verb_class,noun_class\n'

/** A folder of images numbered from 1, as EPIC-KITCHENS releases them; image n is the grey 20 + 8 (n - 1). */
async function tree(video: string) {
  const root = await folderOf({
    'EPIC_100_verb_classes.csv': 'id,key\n0,take\n',
    'EPIC_100_noun_classes.csv': 'id,key\n0,pan\n',
    'EPIC_100_train.csv': `${header}${video}_0,P01,${video},00:00:00.10,00:00:00.40,take pan,0,0\n`,
  })
  const folder = join(root, 'P01/rgb_frames', video)
  await mkdir(folder, { recursive: true })
  numberedVideo(join(folder, 'frame_%010d.png'), { frames: 24, rate: 10 })
  return root
}

it.each([
  ['P01_11', 60],
  ['P01_101', 50],
])('shows the image of EPIC-KITCHENS’ own frame number at a time: %s', async (video, rate) => {
  const [clip] = (await openDataset('epic-kitchens-100', { root: await tree(video) })).clips('train')
  expect(clip).toMatchObject({ frameRate: rate, zeroNumber: 0 })
  const imageAt = async (times: number[]) => {
    const numbers: number[] = []
    for await (const { rgb } of frames(clip!.source, { frameRate: rate, zeroNumber: 0, times })) {
      numbers.push(Math.round((rgb[0]! - 20) / 8) + 1)
    }
    return numbers
  }
  // Number 1 stands for the first two frames' worth of time: there is no number 0.
  const times = [0, 0.5 / rate, 1 / rate, 1.5 / rate, 2 / rate, 2.999 / rate, 7 / rate, 23.5 / rate]
  expect(await imageAt(times)).toEqual([1, 1, 1, 1, 2, 2, 7, 23])
  expect(await imageAt(times)).toEqual(times.map((time) => epicFrame(time, video)))
})
