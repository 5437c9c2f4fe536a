import { renderPlace } from '@egolens/world'
import { afterAll, describe, expect, it } from 'vitest'
import { exists, readText } from '../../files/read.js'
import { probe } from '../../video/index.js'
import { temporaryFolder } from '../../video/testing.js'
import { captionClips } from './data.js'

const { at, remove } = temporaryFolder()
afterAll(remove)

describe('captions of clips', () => {
  it('say what is done in each, within its video', async () => {
    const request = {
      place: 'kitchen',
      seed: 5,
      clips: { train: 3, test: 0 },
      untrimmed: { train: 0, test: 0 },
    } as const
    await renderPlace({ ...request, dir: at('clips') })
    const lines = (await readText(await captionClips(at('clips'), request))).trim().split('\n')
    expect(lines.length).toBe(3)
    for (const line of lines) {
      const { media, start, end, caption } = JSON.parse(line)
      expect(await exists(at(`clips/${media}`))).toBe(true)
      const { duration } = await probe(at(`clips/${media}`))
      expect(start).toBeGreaterThanOrEqual(0)
      expect(start).toBeLessThan(end)
      expect(end).toBeLessThan(duration! + 0.3)
      expect(caption).toMatch(/^C .+\.$/)
    }
  })
})
