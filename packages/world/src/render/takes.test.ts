import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readManifest, readTakesManifest } from './manifest.js'
import { renderTakes } from './takes.js'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'world-takes-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

const options = () => ({
  place: 'cafe' as const,
  dir: join(root, 'takes'),
  takes: { train: 1, val: 0, test: 0 },
  actions: 1,
  seed: 3,
  workers: 1,
})
const bytes = (path: string) => readFile(join(root, 'takes', path))
const read = async (path: string) => JSON.parse((await bytes(path)).toString())

describe('paired takes, an Ego-Exo4D tree', () => {
  it('hold a video a camera of equal length, descriptions, splits and questions', async () => {
    const manifest = await renderTakes(options())
    expect(manifest.checks).toMatchObject({ takes: 1, videos: 5, participantsInSeveralSplits: [] })
    const [take] = await read('takes.json')
    expect(take).toMatchObject({ take_name: 'cafe_op31_1', root_dir: 'takes/cafe_op31_1', is_dropped: false })
    const cameras = take.capture.cameras as { cam_id: string; is_ego: boolean }[]
    expect(cameras.map(({ cam_id, is_ego }) => [cam_id, is_ego])).toEqual([
      ['aria01', true],
      ['cam01', false],
      ['cam02', false],
      ['cam03', false],
      ['cam04', false],
    ])
    const hashes = new Set<string>()
    for (const { cam_id } of cameras) {
      const [stream] = Object.values(take.frame_aligned_videos[cam_id]) as { relative_path: string }[]
      const path = join(root, 'takes', take.root_dir, stream!.relative_path)
      const frames = execFileSync(
        'ffprobe',
        ['-v', 'error', '-show_entries', 'stream=nb_frames,width,height', '-of', 'csv=p=0', path],
        { encoding: 'utf8' },
      )
      expect(frames.trim()).toBe(`256,192,${manifest.checks.frames / 5}`)
      expect(manifest.checks.frames / 5 / manifest.frameRate).toBeCloseTo(take.duration_sec, 5)
      hashes.add(
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      )
    }
    expect(hashes.size).toBe(5)
    const splits = await read('annotations/splits.json')
    expect(splits).toEqual({
      split_to_take_uids: { train: [take.take_uid], val: [], test: [] },
      take_uid_to_split: { [take.take_uid]: 'train' },
    })
    expect(Object.keys((await read('annotations/atomic_descriptions_train.json')).annotations)).toEqual([take.take_uid])
    expect((await bytes('questions/test.jsonl')).toString()).toBe('')
  })

  it('are the same again byte for byte, and another request for the folder is refused', async () => {
    const video = 'takes/cafe_op31_1/frame_aligned_videos/cam02.mp4'
    const before = await bytes(video)
    await rm(join(root, 'takes', video))
    await renderTakes(options())
    expect((await bytes(video)).equals(before)).toBe(true)
    await expect(renderTakes({ ...options(), actions: 2 })).rejects.toMatchObject({ code: 'other-tree' })
    expect((await readTakesManifest(options().dir)).actions).toBe(1)
    await expect(readManifest(options().dir)).rejects.toMatchObject({ code: 'not-a-tree' })
  })

  it('are refused where a count is none', async () => {
    await expect(renderTakes({ ...options(), actions: 0 })).rejects.toThrow(
      'actions must be a whole number of at least 1',
    )
    await expect(renderTakes({ ...options(), takes: { train: 1, val: -1, test: 0 } })).rejects.toThrow('takes.val')
  })
})
