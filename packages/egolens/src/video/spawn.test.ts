import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { decodeArguments, probeArguments, surveyArguments } from './arguments.js'
import { checkCommand, type Program } from './options.js'

const packages = fileURLToPath(new URL('../../../', import.meta.url))

/** The modules that start a program of FFmpeg, and why each may. */
const spawning = [
  'egolens/src/cli/doctor/programs.ts', // asks for -version
  'egolens/src/video/launch.ts', // every other one
  'world/src/video/encode.ts', // writes frames of its own, reads no file
]

describe('FFmpeg is started in one place', () => {
  it('by no other module', async () => {
    const found: string[] = []
    for (const name of await readdir(packages, { recursive: true })) {
      if (!/^[a-z]+\/src\/.*\.ts$/.test(name) || /\.(test|testing)\.ts$|\/testing\.ts$/.test(name)) continue
      const text = await readFile(join(packages, name), 'utf8')
      if (/['"](node:)?child_process['"]/.test(text) && /ff(mpeg|probe)|checkCommand/i.test(text)) found.push(name)
    }
    expect(found.map((name) => relative('.', name)).sort()).toEqual(spawning)
  })

  it('and always through the list of options', async () => {
    const text = await readFile(join(packages, 'egolens/src/video/launch.ts'), 'utf8')
    expect(text.indexOf('checkCommand(program, argv)')).toBeLessThan(text.indexOf('return spawn('))
  })
})

describe('the list of options', () => {
  const input = { path: '/a/b.mp4' }

  it('takes what is made here', () => {
    const wish = { input, seek: 1.5, select: 'eq(pts,-3)', width: 64, height: 48, count: 3, threads: 2 }
    for (const hdr of [undefined, 'pq', 'hlg'] as const) {
      expect(() => checkCommand('ffmpeg', decodeArguments({ ...wish, ...(hdr ? { hdr } : {}) }))).not.toThrow()
    }
    expect(() => checkCommand('ffmpeg', decodeArguments({ ...wish, input: { stdin: 'avi' } }))).not.toThrow()
    expect(() => checkCommand('ffmpeg', surveyArguments({ input, count: 3 }))).not.toThrow()
    expect(() => checkCommand('ffprobe', probeArguments(input, 'packets'))).not.toThrow()
    expect(() => checkCommand('ffprobe', probeArguments({ stdin: 'png_pipe' }, 'frames'))).not.toThrow()
  })

  it('always names protocols, containers, the largest allocation and picture, and reads no keys', () => {
    const decode = decodeArguments({ input, width: 4, height: 4, count: 1 })
    for (const argv of [decode, surveyArguments({ input, count: 1 }), probeArguments(input, 'packets')]) {
      const value = (option: string) => argv[argv.indexOf(option) + 1]
      expect(value('-protocol_whitelist')).toBe('file')
      expect(value('-format_whitelist')).not.toMatch(/hls|concat|dash|sdp|image2|pipe|lavfi/)
      expect([value('-max_pixels'), value('-max_alloc'), value('-i')]).toEqual([
        '67108864',
        '1073741824',
        'file:/a/b.mp4',
      ])
      expect(argv.indexOf('-max_pixels')).toBeLessThan(argv.indexOf('-i'))
    }
    expect(decode).toContain('-nostdin')
  })

  it.each<[Program, string[]]>([
    ['ffmpeg', ['-filter_complex', 'movie=/etc/passwd']],
    ['ffmpeg', ['-f', 'lavfi', '-i', 'file:/a']],
    ['ffmpeg', ['-i', '/a/b.mp4']],
    ['ffmpeg', ['-i', 'http://example.org/a.mp4']],
    ['ffmpeg', ['-i', 'concat:/a|/b']],
    ['ffmpeg', ['-protocol_whitelist', 'file,http', '-i', 'file:/a']],
    ['ffmpeg', ['-vf', 'movie=/etc/passwd']],
    ['ffmpeg', ['-vf', "select='1',showinfo=checksum=0,drawtext=textfile=/etc/passwd"]],
    ['ffmpeg', ['-i', 'file:/a', '/b/out.mp4']],
    ['ffmpeg', ['-i', 'file:/a', 'file:/b', 'file:/c']],
    ['ffmpeg', ['-i']],
    ['ffmpeg', ['-__proto__', 'x']],
    ['ffmpeg', ['-report']],
    ['ffprobe', ['-i', 'file:/a', '-o', 'file:/b']],
    ['ffprobe', ['file:/a']],
  ])('%s may not be given %j', (program, argv) => {
    expect(() => checkCommand(program, argv)).toThrow(TypeError)
  })
})
