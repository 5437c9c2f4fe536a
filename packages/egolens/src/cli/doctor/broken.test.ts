import { execFile, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import type { Finding } from './finding.js'

const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'doctor-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Report {
  ok: boolean
  findings: Finding[]
  status: number | null
  text: string
}

/** The doctor in a set-up of our making. */
function examined(env: NodeJS.ProcessEnv, ...nodeArguments: string[]): Promise<Report> {
  return new Promise((resolve) => {
    const clean = { HOME: join(folder, 'home'), PATH: process.env.PATH, ...env }
    const child = execFile(
      process.execPath,
      [...nodeArguments, main, 'doctor', '--json'],
      { env: clean },
      (_, stdout, stderr) => {
        const report = JSON.parse(stdout || '{}') as Report
        resolve({ ...report, status: child.exitCode, text: stdout + stderr })
      },
    )
  })
}

const finding = ({ findings }: Report, name: string) => findings.find((one) => one.name === name)

/** A folder of programs, each a shell script. */
function programs(name: string, scripts: Record<string, string>): string {
  const place = join(folder, name)
  mkdirSync(place)
  for (const [program, body] of Object.entries(scripts)) {
    writeFileSync(join(place, program), `#!/bin/sh\n${body}\n`)
    chmodSync(join(place, program), 0o755)
  }
  return place
}

const aFile = join(folder, 'a-file')
writeFileSync(aFile, 'no folder')

describe.skipIf(!existsSync(main))('the doctor names every problem of a broken set-up, with the cure', () => {
  it('nothing is there, and the variables lead nowhere', async () => {
    const omitted = join(folder, 'omitted.cjs')
    writeFileSync(
      omitted,
      `const Module = require('node:module')
const resolve = Module._resolveFilename
Module._resolveFilename = function (name, ...rest) {
  if (/^handtrackjs|canvas-linux|canvas\\.linux/.test(name)) {
    throw Object.assign(new Error("Cannot find module '" + name + "'"), { code: 'MODULE_NOT_FOUND' })
  }
  return resolve.call(this, name, ...rest)
}`,
    )
    const report = await examined(
      {
        PATH: programs('none', {}),
        CXX: 'no-such-compiler',
        LIBTORCH: join(folder, 'no-torch'),
        OMP_NUM_THREADS: '4096',
        TMPDIR: join(aFile, 'tmp'),
        HF_HOME: join(aFile, 'hf'),
        HF_ENDPOINT: 'ftp://mirror.example',
      },
      '--require',
      omitted,
    )
    expect(report).toMatchObject({ ok: false, status: 1 })
    const said = (name: string) => finding(report, name)
    const cannotFind = { status: 'fail', value: 'not found on the PATH', cure: expect.stringContaining('FFmpeg 5') }
    expect(said('ffmpeg')).toMatchObject(cannotFind)
    expect(said('ffprobe')).toMatchObject(cannotFind)
    expect(said('decoders')).toMatchObject({ status: 'fail', cure: expect.stringContaining('FFmpeg') })
    expect(said('compiler')).toMatchObject({ status: 'warn', cure: expect.stringContaining('apt-get install g++') })
    expect(said('libtorch')).toMatchObject({ status: 'fail', cure: expect.stringContaining('LIBTORCH_USE_PYTORCH=1') })
    expect(said('add-on')).toMatchObject({ status: 'fail', cure: expect.stringContaining('egolens-torch build') })
    expect(said('threads')).toMatchObject({ status: 'warn', cure: expect.stringContaining('unset it') })
    expect(said('temporary files')).toMatchObject({ status: 'fail', cure: expect.stringContaining('TMPDIR') })
    expect(said('model cache')).toMatchObject({ status: 'fail', cure: expect.stringContaining('HF_HOME') })
    expect(said('hub')).toMatchObject({ status: 'fail', cure: expect.stringContaining('https://') })
    expect(said('hand detector')).toMatchObject({ status: 'fail', cure: expect.stringContaining('handtrackjs') })
    expect(said('canvas')).toMatchObject({ status: 'fail', cure: expect.stringContaining('npm install') })
    for (const { status, cure, name } of report.findings) expect(status === 'ok' || cure, name).toBeTruthy()
  })

  it('what is there is old, of another machine, or in pieces', async () => {
    const cache = join(folder, 'hub')
    const model = (name: string) => {
      const dir = join(cache, `models--${name}`, 'snapshots', '0123456')
      mkdirSync(join(dir, '..', '..', 'refs'), { recursive: true })
      writeFileSync(join(dir, '..', '..', 'refs', 'main'), '0123456')
      mkdirSync(dir, { recursive: true })
      return join(dir, 'model.safetensors')
    }
    writeFileSync(model('cut--off'), Buffer.from([200, 0, 0, 0, 0, 0, 0, 0, 123]))
    symlinkSync(join(folder, 'no-blob'), model('never--came'))
    const header = JSON.stringify({ w: { dtype: 'F32', shape: [4], data_offsets: [0, 16] } })
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(header.length))
    writeFileSync(model('too--short'), Buffer.concat([length, Buffer.from(header), Buffer.alloc(12)]))
    writeFileSync(model('all--there'), Buffer.concat([length, Buffer.from(header), Buffer.alloc(16)]))
    const secret = 'hf_secret\nof two lines'
    const report = await examined({
      PATH: programs('old', {
        ffmpeg:
          'case "$*" in *-decoders*) echo " V....D mjpeg  x"; echo " V....D vp9  y";; *) echo "ffmpeg version 4.4.2";; esac',
        ffprobe: 'echo "ffprobe: error while loading shared libraries: libavdevice.so.59" >&2; exit 127',
        'g++': 'echo "g++ (Test) 12.0"',
      }),
      EGOLENS_TORCH_ADDON: aFile,
      HF_HUB_CACHE: cache,
      HF_TOKEN: secret,
    })
    expect(report).toMatchObject({ ok: false, status: 1 })
    const said = (name: string) => finding(report, name)
    expect(said('ffmpeg')).toMatchObject({ status: 'warn', value: '4.4.2', cure: expect.stringContaining('FFmpeg 5') })
    expect(said('ffprobe')).toMatchObject({ status: 'fail', value: expect.stringContaining('libavdevice.so.59') })
    expect(said('decoders')).toMatchObject({ status: 'warn', value: 'this ffmpeg cannot decode h264, hevc' })
    expect(said('add-on')).toMatchObject({ status: 'fail', value: expect.stringContaining('does not load') })
    expect(said('hub')).toMatchObject({ status: 'fail', value: expect.stringContaining('token') })
    expect(report.text).not.toContain('hf_secret')
    const models = report.findings.filter(({ name }) => name === 'model')
    expect(models).toEqual([
      expect.objectContaining({
        value: expect.stringMatching(/^cut\/off: .*cut off/),
        cure: 'egolens models pull cut/off',
      }),
      expect.objectContaining({ value: expect.stringMatching(/^never\/came: .*cannot be opened \(ENOENT\)/) }),
      expect.objectContaining({ value: expect.stringMatching(/^too\/short: .*75 B where its header says 79 B/) }),
    ])
  })

  it('an add-on that ends the process, and a proxy that is none', async () => {
    const addon = join(folder, 'aborts.node')
    const source = join(folder, 'aborts.cpp')
    writeFileSync(source, '#include <cstdlib>\n__attribute__((constructor)) static void end() { std::abort(); }\n')
    expect(spawnSync('g++', ['-shared', '-fPIC', source, '-o', addon]).status).toBe(0)
    const report = await examined({ EGOLENS_TORCH_ADDON: addon, HTTPS_PROXY: 'socks5://proxy.example' })
    expect(finding(report, 'add-on')).toMatchObject({
      status: 'fail',
      value: expect.stringContaining('was ended by SIGABRT'),
      cure: 'npx egolens-torch build --force',
    })
    expect(finding(report, 'hub')).toMatchObject({ status: 'fail', cure: expect.stringContaining('http://proxy') })
    expect(finding(report, 'ffmpeg')).toMatchObject({ status: 'ok' })
  })
})
