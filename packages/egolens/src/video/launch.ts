import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { checkCommand, type Program } from './options.js'

/** Bytes of address space: code, threads and what 8192 x 8192 pixels take while a file is looked at. */
export const BASE_MEMORY = 4 * 2 ** 30

/** Bytes that a decoder may hold for each pixel of a frame: some 25 frames of 10 bits, and the scaler's copies. */
export const MEMORY_PER_PIXEL = 128

// The shell limits itself and becomes the program. Where a system knows no such limit the program runs without.
const LIMITED = 'ulimit -v "$0" 2>/dev/null; exec "$@"'

/** The one place where FFmpeg's programs are started; `memory` limits their address space, in bytes. */
export function launch(program: Program, argv: readonly string[], memory?: number): ChildProcessWithoutNullStreams {
  checkCommand(program, argv)
  // These make FFmpeg write files of its own, or colour the lines that are read here.
  const { FFREPORT: _, AV_LOG_FORCE_COLOR: __, ...environment } = process.env
  const settings = { stdio: 'pipe', env: { ...environment, AV_LOG_FORCE_NOCOLOR: '1' } } as const
  if (process.platform === 'win32') return spawn(program, argv, settings)
  const kibibytes = memory === undefined ? 'unlimited' : String(Math.ceil(memory / 1024))
  return spawn('/bin/sh', ['-c', LIMITED, kibibytes, program, ...argv], settings)
}
