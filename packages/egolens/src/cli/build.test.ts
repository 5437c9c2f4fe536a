import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { folderOf } from '../../test/folders.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

function build(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'build', 'ego-exoclip', ...args], {
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

const video = (name: string) => ({ 0: { relative_path: `frame_aligned_videos/${name}.mp4` } })
const files = {
  'takes.json': JSON.stringify([
    {
      take_uid: 'u',
      take_name: 't',
      duration_sec: 9,
      capture: {
        cameras: [
          { cam_id: 'a', is_ego: true },
          { cam_id: 'b', is_ego: false },
        ],
      },
      frame_aligned_videos: { a: video('a'), b: video('b') },
    },
  ]),
  'annotations/atomic_descriptions_train.json': JSON.stringify({
    annotations: {
      u: [
        {
          annotation_uid: 'x',
          annotator_id: '1',
          rejected: false,
          descriptions: [
            { text: 'C sits.', timestamp: 1 },
            { text: '', timestamp: 2 },
            { text: 'C stands.', timestamp: 3 },
          ],
        },
      ],
    },
  }),
}

describe.skipIf(!existsSync(main))('egolens build ego-exoclip', () => {
  it('prints counts, names what is faulty and writes the pairs', async () => {
    const root = await folderOf(files)
    const out = join(root, 'pairs.jsonl')
    const { status, stdout, stderr } = build(root, '--out', out, '--alpha', '2')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^clips of the wearer +2$/m)
    expect(stdout).toMatch(/^clips from outside +2$/m)
    expect(stdout).toMatch(/^alpha \(s\) +2\.000$/m)
    expect(stderr).toContain('annotations.u[0].descriptions[1]: text: ')
    expect(stderr).toContain('splits.json: takes of validation and test sets are only left out where they are named')
    const [first] = (await readFile(out, 'utf8')).split('\n')
    expect(JSON.parse(first!)).toMatchObject({
      id: 'x:0',
      start: 0.5,
      end: 1.5,
      ego: 'takes/t/frame_aligned_videos/a.mp4',
    })
    const again = build(root, '--out', out, '--json')
    expect(JSON.parse(again.stdout)).toMatchObject({ faults: 1, clips: 2, pairs: 2, alpha: 2, out })
  })

  it('ends with one line where a folder is none', async () => {
    const root = await folderOf({})
    const { status, stdout, stderr } = build(root, '--out', join(root, 'o.jsonl'))
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toBe(`egolens: ${join(root, 'takes.json')}: no such file\n`)
  })
})
