import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import type { BenchmarkDocument, Side } from './document.js'

// Those that decide how fast matrix products are, widest last.
const WIDE = ['avx2', 'fma', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_bf16', 'asimd', 'sve', 'bf16']

export function machine(): BenchmarkDocument['machine'] {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    instructionSet: cpuFlags().join(' ') || process.arch,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    loadAverage: Math.round(loadavg()[0]! * 100) / 100,
  }
}

function cpuFlags(): string[] {
  const text = read('/proc/cpuinfo')
  const flags = new Set(/^(?:flags|Features)\s*:(.*)$/m.exec(text)?.[1]?.trim().split(/\s+/))
  return WIDE.filter((flag) => flags.has(flag))
}

/** What this process computes with; call after the first operator. */
export async function ourSide(): Promise<Side> {
  const { numThreads, version } = await import('@egolens/torch')
  const { torch, blas, cpuCapability } = version()
  return { engine: `@egolens/torch on libtorch ${torch}`, blas, threads: numThreads(), instructionSet: cpuCapability }
}

/** Why two sides cannot be compared; empty where they can. */
export function differences(ours: Side, theirs: Side): string[] {
  const parts = ['blas', 'threads', 'instructionSet'] as const
  return parts
    .filter((part) => ours[part] !== theirs[part])
    .map((part) => `${part}: ${ours[part]} here, ${theirs[part]} there`)
}

export function versions(): Record<string, string> {
  const require = createRequire(import.meta.url)
  const version = (name: string) => (require(`${name}/package.json`) as { version: string }).version
  return { node: process.versions.node, egolens: version('egolens') }
}

export function commit(): string | null {
  const found = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' })
  return found.status === 0 ? found.stdout.trim() : null
}

export function ffmpegVersion(): string {
  const said = spawnSync('ffmpeg', ['-version'], { encoding: 'utf8' }).stdout ?? ''
  return /^ffmpeg version (\S+)/.exec(said)?.[1] ?? 'none'
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
