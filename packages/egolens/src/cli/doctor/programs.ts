import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Finding } from './finding.js'

const run = promisify(execFile)

const cure = 'install FFmpeg 5 or later; on Debian: apt-get install ffmpeg'

/** FFmpeg's programs, by the first line of their -version. */
export async function ffmpegProgram(name: 'ffmpeg' | 'ffprobe'): Promise<Finding> {
  try {
    const { stdout } = await run(name, ['-version'])
    const version = /version (\S+)/.exec(stdout)?.[1] ?? stdout.split('\n')[0]!
    const old = Number.parseInt(version, 10) < 5
    return { name, status: old ? 'warn' : 'ok', value: version, ...(old ? { cure } : {}) }
  } catch (error) {
    return { name, status: 'fail', value: whyNot(error), cure }
  }
}

/** What first-person datasets are encoded in. Small builds of FFmpeg lack some. */
export async function decoders(): Promise<Finding> {
  const name = 'decoders'
  const wanted = ['h264', 'hevc', 'vp9', 'mjpeg']
  try {
    const { stdout } = await run('ffmpeg', ['-hide_banner', '-decoders'], { maxBuffer: 1 << 22 })
    const there = new Set([...stdout.matchAll(/^ V\S* (\S+)/gm)].map((found) => found[1]!))
    const missing = wanted.filter((codec) => !there.has(codec))
    if (missing.length === 0) return { name, status: 'ok', value: wanted.join(', ') }
    return {
      name,
      status: 'warn',
      value: `this ffmpeg cannot decode ${missing.join(', ')}`,
      cure: `${cure}, with all decoders`,
    }
  } catch (error) {
    return { name, status: 'fail', value: `ffmpeg: ${whyNot(error)}`, cure }
  }
}

/** A program that is there may still not start: a library missing, another processor, no right to run it. */
function whyNot(error: unknown): string {
  const { code, signal, stderr } = error as { code?: string | number; signal?: string; stderr?: string }
  if (code === 'ENOENT') return 'not found on the PATH'
  const said = stderr?.trim().split('\n')[0]
  return `does not run (${signal ?? code})${said ? `: ${said}` : ''}`
}

/** Needed to build the add-on, not to use it. */
export async function compiler(name = process.env.CXX ?? 'g++'): Promise<Finding> {
  try {
    const { stdout } = await run(name, ['--version'])
    return { name: 'compiler', status: 'ok', value: stdout.split('\n')[0]! }
  } catch {
    const cure = 'on Debian: apt-get install g++; or name a C++17 compiler by CXX. It is only needed to build'
    return { name: 'compiler', status: 'warn', value: `${name} is not there`, cure }
  }
}
