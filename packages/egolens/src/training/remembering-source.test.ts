import { expect, it } from 'vitest'
import type { FeatureSource } from './frame-table.js'
import { RememberingSource } from './remembering-source.js'

it('reads the streams of a video once, until another video is read or features may have been added', async () => {
  const reads: string[] = []
  const from: FeatureSource = {
    key: ({ view }) => view,
    async read({ view }, source) {
      reads.push(`${source} ${view}`)
      return { times: Float64Array.of(reads.length), values: Float32Array.of(0), width: 1 }
    },
  }
  const source = new RememberingSource(from)
  const time = async (view: 'full' | 'hand', name: string) =>
    (await source.read({ encoder: 'image', view }, name))!.times[0]
  expect(await time('full', 'a')).toBe(1)
  expect(await time('hand', 'a')).toBe(2)
  expect(await time('full', 'a')).toBe(1)
  expect(await time('full', 'b')).toBe(3)
  expect(await time('full', 'a')).toBe(4)
  source.forget()
  expect(await time('full', 'a')).toBe(5)
  expect(reads).toEqual(['a full', 'a hand', 'b full', 'a full', 'a full'])
})
