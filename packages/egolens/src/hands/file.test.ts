import { writeFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../video/testing.js'
import { fileProvider, nearestDetections, readDetections } from './file.js'
import { noHands } from './none.js'
import { writeDetections } from './own.js'
import { epicMessage, pickleOfBytes } from './testing.js'

const { at, remove } = temporaryFolder()
afterAll(remove)
const write = (name: string, content: string | Uint8Array) => {
  writeFileSync(at(name), content)
  return at(name)
}

describe('detections from files', () => {
  const frames = [
    {
      time: 0,
      hands: [{ box: [0.1, 0.2, 0.3, 0.4] as const, score: 0.9, side: 'left' as const, state: 3 }],
      objects: [],
    },
    { time: 0.5, hands: [], objects: [{ box: [0, 0, 0.5, 0.5] as const, score: 0.4, contact: true }] },
  ]

  it('come back from our own format', async () => {
    await writeDetections(at('own.json'), frames)
    expect(await readDetections(at('own.json'))).toEqual(frames)
    const short = write('short.json', '{"source": "x", "frames": [{"time": 1}]}')
    expect(await readDetections(short)).toEqual([{ time: 1, hands: [], objects: [] }])
  })

  it("are read from X-MIC's segment -> frame -> box", async () => {
    const data = {
      P01_101_3: { '120': [10, 20, 60, 80], '60': [0, 0, 100, 100] },
      P01_101_4: { '300': [1, 2, 3, 4] },
      P02_1_0: { '9': [0, 0, 1, 1] },
    }
    const path = write('segments.json', JSON.stringify(data))
    const found = await readDetections(path, { segments: { video: 'P01_101', width: 100, height: 200 } })
    expect(found.map((frame) => frame.time)).toEqual([1.2, 2.4, 6])
    expect(found[1]).toEqual({ time: 2.4, hands: [{ box: [0.1, 0.1, 0.6, 0.4], score: 1 }], objects: [] })
  })

  it("are read from EPIC-KITCHENS' pickles", async () => {
    const hand = {
      box: [0, 0.25, 0.5, 0.75] as const,
      score: 0.5,
      state: 0,
      side: 'right' as const,
      offset: [0, 0] as [number, number],
    }
    const message = epicMessage({ video: 'P01_09', frame: 30, hands: [hand], objects: [] })
    expect(await readDetections(write('P01_09.pkl', pickleOfBytes([message])))).toEqual([
      { time: 0.5, hands: [{ box: [0, 0.25, 0.5, 0.75], score: 0.5, side: 'right', state: 0 }], objects: [] },
    ])
  })

  it('say what is wrong and where', async () => {
    const bad = write('bad.json', '{"frames": [{"time": 0, "hands": [{"box": [0, 0, 1], "score": 0.5}]}]}')
    await expect(readDetections(bad)).rejects.toMatchObject({ code: 'hands/not-detections', where: bad })
    await expect(readDetections(bad)).rejects.toThrow('frames.0.hands.0.box')
    const high = write('high.json', '{"frames": [{"time": 0, "hands": [{"box": [0, 0, 1, 1], "score": 1.5}]}]}')
    await expect(readDetections(high)).rejects.toThrow('frames.0.hands.0.score')
    await expect(readDetections(write('x.json', '{'))).rejects.toMatchObject({ code: 'hands/not-detections' })
    await expect(readDetections(at('none.json'))).rejects.toMatchObject({ code: 'hands/unreadable' })
  })

  it('are found by the nearest time, within half a gap', () => {
    const three = [0, 1, 2].map((time) => ({
      time,
      hands: [{ box: [0, 0, 1, 1] as const, score: time / 2 }],
      objects: [],
    }))
    const found = nearestDetections(three, [0.4, 0.6, 2.5, 2.6, -0.6])
    expect(found.map((frame) => frame.hands[0]?.score)).toEqual([0, 0.5, 1, undefined, undefined])
    expect(found.map((frame) => frame.time)).toEqual([0.4, 0.6, 2.5, 2.6, -0.6])
    expect(nearestDetections([], [1])).toEqual([{ time: 1, hands: [], objects: [] }])
  })

  it('make a provider whose id for a source changes with the file', async () => {
    const provider = fileProvider((source) => (source === 'a.mp4' ? at('own.json') : undefined))
    expect(await provider.detections('a.mp4', [0.1])).toEqual([{ ...frames[0], time: 0.1 }])
    expect(await provider.detections('b.mp4', [0.1])).toEqual(await noHands.detections('b.mp4', [0.1]))
    const before = await provider.sourceId('a.mp4')
    await writeDetections(at('own.json'), frames.slice(1))
    const again = fileProvider(() => at('own.json'))
    expect(await again.sourceId('a.mp4')).not.toBe(before)
  })
})
