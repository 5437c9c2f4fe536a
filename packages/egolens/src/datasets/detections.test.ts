import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { failure, folderOf } from '../../test/folders.js'
import { fileProvider, readDetections } from '../hands/file.js'
import { helpingHandsClip } from '../hands/samples.testing.js'
import { detectionFile } from './detections.js'
import { openDataset } from './registry.js'

const epic = {
  'EPIC_100_verb_classes.csv': 'id,key\n0,take\n',
  'EPIC_100_noun_classes.csv': 'id,key\n0,pan\n',
  'EPIC_100_train.csv':
    'narration_id,participant_id,video_id,start_timestamp,stop_timestamp,narration,verb_class,noun_class\n' +
    'P01_101_0,P01,P01_101,00:00:00.00,00:00:02.00,take pan,0,0\nP01_11_0,P01,P01_11,00:00:00.00,00:00:02.00,take pan,0,0\n',
}

describe('detections of a dataset', () => {
  it("are X-MIC's one file for all videos, with the size of its frames", async () => {
    const root = await folderOf({
      ...epic,
      'hands.json': JSON.stringify({ P01_101_0: { 50: [0, 0, 228, 128] }, P01_11_0: { 60: [114, 0, 228, 128] } }),
    })
    const boxFrames = { width: 456, height: 256 }
    const dataset = await openDataset('epic-kitchens-100', { root, detections: join(root, 'hands.json'), boxFrames })
    const provider = fileProvider((video) => detectionFile(dataset, video))
    expect((await provider.detections('P01_101', [1]))[0]!.hands[0]!.box).toEqual([0, 0, 0.5, 0.5])
    expect((await provider.detections('P01_11', [1]))[0]!.hands[0]!.box).toEqual([0.25, 0, 0.5, 0.5])
    expect(await provider.sourceId('P01_11')).not.toBe(await provider.sourceId('P01_101'))
  })

  it('in one file of a format that knows one video are refused', async () => {
    const root = await folderOf({ ...epic, 'hands.json': '{"frames": []}' })
    const dataset = await openDataset('epic-kitchens-100', { root, detections: join(root, 'hands.json') })
    const { line } = await failure(readDetections(detectionFile(dataset, 'P01_11')!), root)
    expect(line).toBe(
      'hands.json: recognised as own JSON, which are about one video, but named for all (set detections to a folder with a file for each video)',
    )
  })

  it('of Ego4D are found by the video that a clip is cut from, on the clip’s own clock', async () => {
    const action = { verb: 'take', noun: 'cup', verb_label: 0, noun_label: 0, action_idx: 0 }
    const row = {
      ...action,
      video_uid: 'v1',
      clip_uid: 'c1',
      clip_parent_start_sec: 2,
      action_clip_start_sec: 0,
      action_clip_end_sec: 8,
    }
    const root = await folderOf({
      'fho_lta_taxonomy.json': '{"verbs": ["take"], "nouns": ["cup"]}',
      'fho_lta_val.json': JSON.stringify({ clips: [row] }),
      'detections/v1/0.handobj.pkl': helpingHandsClip,
      'egoclip.csv': 'video_uid\tclip_start\tclip_end\nv1\t2.1\t4.1\n',
    })
    const egoclip = join(root, 'egoclip.csv')
    const timesOf = async (options: object) => {
      const dataset = await openDataset('ego4d-fho-lta', { root, egoclip, ...options })
      const found = await readDetections(detectionFile(dataset, dataset.clips('test')[0]!.video)!)
      return found.map((frame) => Number(frame.time.toFixed(6)))
    }
    expect(await timesOf({})).toEqual([0.35, 0.85, 1.35, 1.85])
    expect(await timesOf({ from: 'full_scale' })).toEqual([2.35, 2.85, 3.35, 3.85])
    const { code, line } = await failure(timesOf({ egoclip: undefined }), root)
    expect(code).toBe('hands/no-clips')
    expect(line).toContain('egoclip: egoclip.csv')
  })
})
