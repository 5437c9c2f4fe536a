import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../video/testing.js'
import { fileProvider, readDetections } from './file.js'
import { readClipEnds } from './helping-hands.js'
import { helpingHandsClip } from './samples.testing.js'

const { at, remove } = temporaryFolder()
afterAll(remove)
const folder = at('7f5b')
mkdirSync(folder)
writeFileSync(join(folder, '0.handobj.pkl'), helpingHandsClip)
writeFileSync(join(folder, 'notes.txt'), 'not read')

const table = at('egoclip.csv')
writeFileSync(
  table,
  [
    'clip_idx\tvideo_uid\tclip_start\tclip_end\tclip_text',
    '0\t7f5b\t2.1000004\t4.1\t#C C takes a cup',
    '1\tother\t0\t9\t#C C walks',
    '2\t7f5b\t5\t6\t#C C "a stray\ttab"',
    '3\t7f5b\t-0.25\t0.5\t#C C starts',
    '4\t7f5b\t7\t7\tno length',
  ].join('\r\n'),
)

describe('detections of helping_hand_for_egocentric_videos', () => {
  it("find the ends of a video's clips in EgoClip's table, past lines with stray tabs", async () => {
    const ends = await readClipEnds(table, new Set(['7f5b']))
    expect([...ends.keys()]).toEqual(['7f5b'])
    expect([...ends.get('7f5b')!]).toEqual([
      [2100, 4.1],
      [-250, 0.5],
    ])
  })

  it('lie in the middles of the quarters of their clips', async () => {
    const clipEnds = (await readClipEnds(table, new Set(['7f5b']))).get('7f5b')!
    const found = await readDetections(folder, { clipEnds })
    expect(found.map((frame) => frame.time)).toEqual([2.35, 2.85, 3.35, 3.85].map((time) => expect.closeTo(time, 9)))
    expect(found.map((frame) => [frame.hands.length, frame.objects.length])).toEqual([
      [2, 2],
      [0, 0],
      [2, 0],
      [0, 2],
    ])
    expect(found[0]!.hands[0]!.box).toEqual([0.1, 0.1, 0.6, 0.4])
  })

  it('are shifted for a clip file that starts later than the video', async () => {
    const provider = fileProvider(() => ({ path: folder, clipEnds: new Map([[2100, 4.1]]), shift: -2 }))
    const [found] = await provider.detections('clip.mp4', [0.35])
    expect(found!.hands).toHaveLength(2)
    const other = fileProvider(() => ({ path: folder, clipEnds: new Map([[2100, 4.1]]) }))
    expect(await provider.sourceId('clip.mp4')).not.toBe(await other.sourceId('clip.mp4'))
  })

  it('say what is missing', async () => {
    await expect(readDetections(folder)).rejects.toMatchObject({ code: 'hands/no-clips' })
    expect(await readDetections(folder, { clipEnds: new Map() })).toEqual([])
    await expect(readClipEnds(at('none.csv'), new Set())).rejects.toMatchObject({ code: 'hands/unreadable' })
    mkdirSync(at('bare'))
    await expect(readDetections(at('bare'))).rejects.toThrow('a folder without .handobj.pkl files')
  })
})
