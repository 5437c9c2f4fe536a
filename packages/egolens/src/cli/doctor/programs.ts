import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Finding } from './finding.js'

const run = promisify(execFile)

/** FFmpeg's programs, by the first line of their -version. */
export async function ffmpegProgram(name: 'ffmpeg' | 'ffprobe'): Promise<Finding> {
  const cure = 'install FFmpeg 5 or later; on Debian: apt-get install ffmpeg'
  try {
    const { stdout } = await run(name, ['-version'])
    const version = /version (\S+)/.exec(stdout)?.[1] ?? stdout.split('\n')[0]!
    const old = Number.parseInt(version, 10) < 5
    return { name, status: old ? 'warn' : 'ok', value: version, ...(old ? { cure } : {}) }
  } catch {
    return { name, status: 'fail', value: 'not found on the PATH', cure }
  }
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
