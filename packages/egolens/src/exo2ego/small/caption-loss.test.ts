import { renderPlace } from '@egolens/world'
import { afterAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../video/testing.js'
import { captionLoss } from './caption-loss.js'
import { captionClips } from './data.js'

const { at, remove } = temporaryFolder()
afterAll(remove)

describe('the embedded Initialization', () => {
  it('captions clips of people and things that it has not learnt from by what it sees', async () => {
    const clips = {
      place: 'kitchen',
      seed: 5,
      clips: { train: 16, test: 0 },
      untrimmed: { train: 0, test: 0 },
    } as const
    await renderPlace({ ...clips, dir: at('clips') })
    const { right, other } = await captionLoss('small-initialization', await captionClips(at('clips'), clips))
    expect(right).toBeLessThan(other - 0.2)
  })
})
