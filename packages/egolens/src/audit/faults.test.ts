import { execFileSync } from 'node:child_process'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folderOf } from '../../test/folders.js'
import { numberedVideo } from '../video/testing.js'
import { auditData } from './audit.js'

it('a folder of bad videos is checked to its end: each is named with why', async () => {
  const root = await folderOf({ 'empty.mp4': '', 'page.mp4': '<!doctype html>'.repeat(99) })
  const at = (name: string) => join(root, name)
  const x264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-qp', '4']
  const whole = readFileSync(numberedVideo(at('good.mp4'), { frames: 12, rate: 10 }, ...x264))
  writeFileSync(at('no-moov.mp4'), whole.subarray(0, whole.indexOf('moov') - 4))
  const damaged = Buffer.from(whole)
  const [start, end] = [damaged.indexOf('mdat') + 4, damaged.indexOf('moov') - 4]
  for (let i = (start + end) >> 1; i < end; i++) damaged[i]! ^= 0x5a
  writeFileSync(at('damaged.mp4'), damaged)
  execFileSync('mkfifo', [at('pipe.mp4')])
  symlinkSync('/dev/zero', at('device.mp4'))
  const { ok, sources, problems } = await auditData(root, { jobs: 2 })
  expect(ok).toBe(false)
  expect(sources.map(({ source, ok, why }) => [source.slice(root.length + 1), ok ? 'ok' : why])).toEqual([
    ['damaged.mp4', expect.stringMatching(/^the frame at \d\.\d+ s cannot be decoded/)],
    ['device.mp4', expect.stringContaining('not a regular file')],
    ['empty.mp4', expect.stringContaining('the file is empty')],
    ['good.mp4', 'ok'],
    ['no-moov.mp4', expect.stringContaining('the index of this MP4 (its moov) is missing')],
    ['page.mp4', expect.stringContaining('this is no video file')],
    ['pipe.mp4', expect.stringContaining('not a regular file')],
  ])
  expect(problems.map(({ code, where }) => `${code} ${where.slice(root.length + 1)}`)).toEqual(
    ['damaged', 'device', 'empty', 'no-moov', 'page', 'pipe'].map((name) => `video/unreadable ${name}.mp4`),
  )
})
