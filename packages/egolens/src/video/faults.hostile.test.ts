import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { frames } from './frames.js'
import { contentHash } from './hash.js'
import {
  allFrames,
  decodedTimes,
  failure,
  makeVideo,
  numberedVideo,
  painted,
  temporaryFolder,
  withPrograms,
} from './testing.js'
import { probe } from './timeline.js'

const { at, folder, remove } = temporaryFolder()
afterAll(remove)

const x264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-qp', '4']
const whole = numberedVideo(at('whole.mp4'), { frames: 12, rate: 12 }, ...x264)

describe('files that would open others', () => {
  it('playlists, scripts and descriptions named .mp4 open no file and no connection', async () => {
    let asked = 0
    const server = createServer((_, response) => {
      asked++
      response.end('#EXTM3U\n')
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`
    const hls = (...lines: string[]) =>
      ['#EXTM3U', '#EXT-X-TARGETDURATION:1', ...lines, '#EXT-X-ENDLIST', ''].join('\n')
    const texts: Record<string, string> = {
      'hls.mp4': hls('#EXTINF:1,', `${url}.ts`),
      'hls-key.mp4': hls(`#EXT-X-KEY:METHOD=AES-128,URI="${url}"`, '#EXTINF:1,', `file://${whole}`),
      'hls-file.mp4': hls('#EXTINF:1,', `concat:/etc/passwd|${url}`),
      'concat.mp4': `ffconcat version 1.0\nfile ${whole}\nfile ${url}\n`,
      'dash.mp4': `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><BaseURL>${url}</BaseURL></Period></MPD>`,
      'sdp.mp4': `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n`,
      'asx.mp4': `<ASX version="3.0"><ENTRY><REF HREF="${url}"/></ENTRY></ASX>`,
      'playlist.m3u8': hls('#EXTINF:1,', `${url}.ts`),
    }
    try {
      for (const [name, text] of Object.entries(texts)) {
        writeFileSync(at(name), text)
        expect(await failure(at(name)), name).toMatchObject({ code: 'video/unreadable', where: at(name) })
      }
      expect(asked).toBe(0)
    } finally {
      server.close()
    }
  })

  it('a name with a protocol, a pattern or a dash in front is a name', async () => {
    const sources = [
      'http://127.0.0.1:9/a.mp4',
      `concat:${whole}|${whole}`,
      'pipe:0',
      `subfile,,start,0,end,9,,:${whole}`,
    ]
    for (const source of sources) expect((await failure(source)).code).toBe('video/not-found')
    for (const name of [
      '-i',
      '-version',
      'a%03d.mp4',
      'concat:b.mp4',
      'http:',
      '*.mp4',
      'new\nline.mp4',
      "'$(id)'.mp4",
    ]) {
      writeFileSync(at(name), readFileSync(whole))
      const here = process.cwd()
      process.chdir(folder)
      try {
        expect((await allFrames(name, { times: [0.5] })).map(painted), name).toEqual([6])
      } finally {
        process.chdir(here)
      }
    }
  })

  it('images that a film points to are not read through it', async () => {
    mkdirSync(at('links'))
    symlinkSync('/etc/passwd', at('links/1.png'))
    const error = await failure(at('links'), { frameRate: 1 })
    expect(error.where).toContain(at('links'))
    expect(error.message).not.toMatch(/root:/)
  })
})

describe('what is not a regular file', () => {
  it('symbolic links are followed, to videos only', async () => {
    symlinkSync(whole, at('link.mp4'))
    symlinkSync(at('gone.mp4'), at('dangling.mp4'))
    symlinkSync('/dev/zero', at('zero.mp4'))
    symlinkSync(at('loop.mp4'), at('loop.mp4'))
    expect((await allFrames(at('link.mp4'), { times: [0.5] })).map(painted)).toEqual([6])
    expect((await probe(at('link.mp4'))).source).toBe(at('link.mp4'))
    const dangling = await failure(at('dangling.mp4'))
    expect(dangling).toMatchObject({ code: 'video/not-found', message: 'a link to something that is not there' })
    expect((await failure(at('loop.mp4'))).code).toBe('video/not-found')
    expect((await failure(at('zero.mp4'))).code).toBe('video/not-a-file')
  })

  it('devices and pipes are refused at once, by reading and by hashing', async () => {
    execFileSync('mkfifo', [at('pipe.mp4')])
    for (const source of [at('pipe.mp4'), '/dev/zero', '/dev/null', '/dev/random']) {
      const error = await failure(source)
      expect(error).toMatchObject({ code: 'video/not-a-file', where: source })
      expect(error.cure).toContain('save the stream or the pipe to a file')
      await expect(contentHash(source)).rejects.toMatchObject({ code: 'video/not-a-file', where: source })
    }
  })

  it('a pipe with the name of an image does not hang a folder', async () => {
    mkdirSync(at('images'))
    makeVideo(at('images/%d.png'), '-i', whole)
    execFileSync('mkfifo', [at('images/13.png')])
    const error = await failure(at('images'), { frameRate: 12 })
    expect(error).toMatchObject({ code: 'video/not-an-image', where: at('images/13.png') })
    await expect(contentHash(at('images'))).resolves.toMatch(/^[0-9a-f]{64}$/)
  })

  it('linked images count in the hash of their folder as what they lead to', async () => {
    for (const name of ['one', 'two']) {
      mkdirSync(at(name))
      writeFileSync(at(`${name}.png`), name)
      symlinkSync(at(`${name}.png`), at(`${name}/1.png`))
    }
    expect(await contentHash(at('one'))).not.toBe(await contentHash(at('two')))
  })

  it.skipIf(process.platform !== 'linux')('a disk that fails while it is read is an error of that source', async () => {
    await expect(contentHash('/proc/self/mem')).rejects.toMatchObject({
      code: 'video/unreadable',
      where: '/proc/self/mem',
      message: expect.stringContaining('EIO'),
    })
  })

  it('moov at the end over a pipe: refused where it is a pipe, read where it is a file on stdin', async () => {
    const program = `
      import { frames } from ${JSON.stringify(new URL('../../dist/video/frames.js', import.meta.url).href)}
      try { for await (const f of frames('/dev/stdin', { times: [0.5] })) console.log(f.index) } catch (e) { console.log(e.code) }`
    const node = (how: string) =>
      execFileSync('/bin/sh', ['-c', how, process.execPath, program, whole], { encoding: 'utf8' }).trim()
    expect(node('cat "$2" | "$0" --input-type=module -e "$1"')).toBe('video/not-a-file')
    expect(node('"$0" --input-type=module -e "$1" < "$2"')).toBe('6')
  })
})

describe('a file that changes while it is read', () => {
  const long = numberedVideo(at('long.mkv'), { frames: 300, rate: 25, size: '320x240' }, '-c:v', 'rawvideo')

  it('a file that shrinks', async () => {
    const path = at('shrinks.mkv')
    writeFileSync(path, readFileSync(long))
    const read = async () => {
      for await (const frame of frames(path)) if (frame.index === 2) truncateSync(path, 3_000_000)
    }
    await expect(read()).rejects.toMatchObject({ code: 'video/changed', where: path })
    expect((await failure(path)).code).toBe('video/truncated')
  })

  it('a file that is replaced', async () => {
    const path = at('replaced.mkv')
    writeFileSync(path, readFileSync(long))
    writeFileSync(at('other.mkv'), readFileSync(long))
    const read = async () => {
      for await (const frame of frames(path)) if (frame.index === 2) renameSync(at('other.mkv'), path)
    }
    await expect(read()).rejects.toMatchObject({ code: 'video/changed', where: path })
    expect((await allFrames(path, { times: [4] })).map((f) => f.index)).toEqual([100])
  })
})

describe('a decoder that fails', () => {
  it('hangs: it is ended after the time it is given', async () => {
    await probe(whole)
    const start = performance.now()
    const error = await withPrograms({ ffmpeg: 'exec sleep 60' }, () => failure(whole, { stallSeconds: 0.5 }))
    expect(error).toMatchObject({ code: 'video/stalled', where: whole })
    expect(error.message).toContain('FFmpeg gave nothing for 0.5 s and was ended')
    expect(performance.now() - start).toBeLessThan(30_000)
  })

  it('drips: words without pictures end too', async () => {
    const drip = 'while :; do echo "[info] still here" >&2; read -t 0 _ 2>/dev/null; done'
    const error = await withPrograms({ ffmpeg: drip }, () => failure(whole, { stallSeconds: 5, totalSeconds: 1 }))
    expect(['video/too-slow', 'video/too-much-output']).toContain(error.code)
    expect(error.where).toBe(whole)
  })

  it.each(['SEGV', 'ABRT', 'KILL'])('crashes: SIG%s', async (signal) => {
    const error = await withPrograms({ ffmpeg: `kill -${signal} $$` }, () => failure(whole))
    expect(error).toMatchObject({ code: 'video/decoder-crashed', where: whole })
    expect(error.message).toContain(`FFmpeg was ended by SIG${signal}`)
  })

  it('crashes after some pictures', async () => {
    const real = execFileSync('which', ['ffmpeg'], { encoding: 'utf8' }).trim()
    const script = `${real} "$@" | head -c 20000; kill -SEGV $$`
    const got: number[] = []
    const read = async () => {
      for await (const frame of frames(whole)) got.push(painted(frame))
    }
    await expect(withPrograms({ ffmpeg: script }, read)).rejects.toMatchObject({ code: 'video/decoder-crashed' })
    expect(got).toEqual([0, 1])
  })

  it('floods: more pictures or words than there can be', async () => {
    const pictures =
      'for i in 0 1 2 3 4 5 6 7 8 9 10 11; do echo "showinfo n: 0 pts: $((i*1024)) " >&2; done; exec cat /dev/zero'
    expect((await withPrograms({ ffmpeg: pictures }, () => failure(whole))).code).toBe('video/too-much-output')
    const words = 'exec cat /dev/zero >&2'
    expect((await withPrograms({ ffmpeg: words }, () => failure(whole))).code).toBe('video/too-much-output')
  })

  it.skipIf(process.platform !== 'linux')('is given memory by the size of the picture', async () => {
    const script = 'echo "[error] Cannot allocate memory within $(ulimit -v)" >&2; exit 1'
    const error = await withPrograms({ ffmpeg: script }, () => failure(whole))
    expect(error).toMatchObject({ code: 'video/out-of-memory', where: whole, cure: 'scale the video down first' })
    expect(error.message).toContain(`within ${(2 ** 32 + 128 * 64 * 48) / 1024}`)
  })

  it('is not asked to write reports or to colour its words', async () => {
    process.env.FFREPORT = `file=${at('report.log')}`
    try {
      expect(await allFrames(whole, { times: [0.5] })).toHaveLength(1)
      expect(existsSync(at('report.log'))).toBe(false)
    } finally {
      delete process.env.FFREPORT
    }
  })

  it('is not installed', async () => {
    const path = process.env.PATH
    process.env.PATH = folder
    try {
      expect((await failure(at('long.mkv'), { times: [0] })).code).toBe('video/no-ffmpeg')
    } finally {
      process.env.PATH = path
    }
  })

  it('none of the failures spoils the next reading', async () => {
    expect((await allFrames(whole)).map((f) => f.time)).toEqual(decodedTimes(whole).map((t) => expect.closeTo(t, 5)))
  })
})
