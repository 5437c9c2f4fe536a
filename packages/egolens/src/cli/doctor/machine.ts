import { existsSync } from 'node:fs'
import { rm, statfs, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, freemem, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { bytes } from '../text.js'
import type { Finding } from './finding.js'

const gibibyte = 2 ** 30

export function nodeVersion(version = process.versions.node): Finding {
  const [major, minor] = version.split('.').map(Number) as [number, number]
  const ok = major > 20 || (major === 20 && minor >= 19)
  return {
    name: 'Node',
    status: ok ? 'ok' : 'fail',
    value: version,
    ...(ok ? {} : { cure: 'install Node 20.19 or later' }),
  }
}

export function processor(): Finding {
  const model = cpus()[0]?.model.trim() || 'unknown processor'
  return { name: 'processor', status: 'ok', value: `${model}, ${availableParallelism()} cores` }
}

/** A container's limit counts, not the memory of the machine that it is on. */
export function memory(free = freemem(), total = totalmem(), limit = process.constrainedMemory()): Finding {
  if (limit > 0 && limit < total) {
    total = limit
    free = Math.min(free, Math.max(0, limit - process.memoryUsage.rss()))
  }
  const enough = total >= 4 * gibibyte
  return {
    name: 'memory',
    status: enough ? 'ok' : 'warn',
    value: `${bytes(free)} free of ${bytes(total)}`,
    ...(enough ? {} : { cure: 'the demo needs about 4 GiB' }),
  }
}

export async function disk(folder = process.cwd()): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const enough = free >= 4 * gibibyte
  return {
    name: 'disk',
    status: enough ? 'ok' : 'warn',
    value: `${bytes(free)} free in ${folder}`,
    ...(enough ? {} : { cure: 'the demo and the native build need about 4 GiB' }),
  }
}

/** OMP_NUM_THREADS rules how many cores the engine takes, and more threads than cores stand in each other's way. */
export function threadLimit(text = process.env.OMP_NUM_THREADS, cores = availableParallelism()): Finding {
  const name = 'threads'
  if (text === undefined) return { name, status: 'ok', value: `${cores}, one a core` }
  const value = `OMP_NUM_THREADS is "${text}", on ${cores} cores`
  const count = Number(text.split(',')[0])
  const cure = `unset it, or set it to a number from 1 to ${cores}`
  if (!Number.isInteger(count) || count < 1 || count > cores) return { name, status: 'warn', value, cure }
  return { name, status: 'ok', value }
}

/** Tries to write a file in a folder, or in the nearest one above it that exists. */
export async function writable(name: string, folder: string, cure: string): Promise<Finding> {
  let place = folder
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place)
  const trial = join(place, `.egolens-${process.pid}-${Date.now()}`)
  try {
    await writeFile(trial, 'x', { flag: 'wx' })
  } catch (error) {
    return { name, status: 'fail', value: `${folder} cannot be written (${codeOf(error)})`, cure }
  } finally {
    await rm(trial, { force: true }).catch(() => {})
  }
  return { name, status: 'ok', value: folder }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? (error as Error).message
