import { statfs } from 'node:fs/promises'
import { availableParallelism, cpus, freemem, totalmem } from 'node:os'
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

export function memory(free = freemem(), total = totalmem()): Finding {
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
