import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cropRule, openCrops } from './crops.js'
import { standInRecipe } from './testing.js'

const { hands } = standInRecipe().features

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-crops-'))
})
afterEach(() => rm(root, { recursive: true }))

/** Hands at 0 and 2 s, none at 1 s. */
async function detections(): Promise<string> {
  const file = join(root, 'a.json')
  const hand = (left: number) => [{ box: [left, 0.5, left + 0.2, 0.75], score: 0.9 }]
  const frames = [0, 1, 2].map((time) => ({ time, hands: time === 1 ? [] : hand(time / 4), objects: [] }))
  await writeFile(file, JSON.stringify({ frames }))
  return file
}

const near = (box: number[]) => box.map((edge) => expect.closeTo(edge, 6))

describe('hand crops of a recipe', () => {
  it("are the boxes of the dataset's file, the full frame where there are none", async () => {
    const file = await detections()
    const crops = await openCrops(hands, (source) => (source === 'a.mp4' ? file : undefined), 1)
    const [first, second, third] = await crops.boxes('a.mp4', [0, 1, 2])
    expect(first).toEqual(near([0, 0.5, 0.2, 0.75]))
    expect(second).toBeUndefined()
    expect(third).toEqual(near([0.5, 0.5, 0.7, 0.75]))
    expect(await crops.boxes('other.mp4', [0])).toEqual([undefined])
  })

  it('may keep the last box instead, under another name', async () => {
    const file = await detections()
    const full = await openCrops(hands, () => file, 1)
    const previous = await openCrops({ ...hands, missing: 'previous' }, () => file, 1)
    expect((await previous.boxes('a.mp4', [0, 1, 2]))[1]).toEqual(near([0, 0.5, 0.2, 0.75]))
    // Whether the frame before is asked for with it or not.
    expect(await previous.boxes('a.mp4', [1])).toEqual([near([0, 0.5, 0.2, 0.75])])
    // Nothing is known after 2 s, and two seconds later the box is out of date.
    expect(await previous.boxes('a.mp4', [5, 4])).toEqual([undefined, near([0.5, 0.5, 0.7, 0.75])])
    expect(previous.id).not.toBe(full.id)
  })

  it('have the rule of their provider where the recipe says nothing', () => {
    expect(cropRule(hands)).toEqual({ handThreshold: 0.8, objectThreshold: 0.01, grow: 1 })
    expect(cropRule({ ...hands, provider: 'ssd' })).toEqual({ handThreshold: 0.25, objectThreshold: 1, grow: 1.8 })
    expect(cropRule({ ...hands, provider: 'ssd', grow: 1.2, handThreshold: 0.5 })).toMatchObject({
      handThreshold: 0.5,
      grow: 1.2,
    })
  })

  it('of no provider are full frames', async () => {
    const crops = await openCrops({ ...hands, provider: 'none' }, () => undefined, 1)
    expect(await crops.boxes('a.mp4', [0, 1])).toEqual([undefined, undefined])
  })
})
