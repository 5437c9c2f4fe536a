import { readdir, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Finding } from './finding.js'

const rebuild = 'npx egolens-torch build'

/** The libtorch that the add-on would be built against. */
export async function libtorch(): Promise<Finding> {
  const { findLibtorch } = await import('@egolens/torch/build')
  try {
    const { version, lib, cuda, origin } = findLibtorch()
    return { name: 'libtorch', status: 'ok', value: `${version}${cuda ? ' with CUDA' : ''} in ${lib} (${origin})` }
  } catch (error) {
    const cure = 'on Debian: apt-get install libtorch-dev; elsewhere: LIBTORCH=DIR or LIBTORCH_USE_PYTORCH=1'
    return { name: 'libtorch', status: 'fail', value: (error as Error).message, cure }
  }
}

/** Loads the add-on, and says what the engine really runs on. */
export async function engine(): Promise<Finding[]> {
  const { builtAddons, requireSameLibtorch } = await import('@egolens/torch/build')
  const [addon] = builtAddons()
  if (!addon) return [{ name: 'add-on', status: 'fail', value: 'not built', cure: rebuild }]
  let torch: typeof import('@egolens/torch')
  try {
    requireSameLibtorch(addon)
    torch = await import('@egolens/torch')
  } catch (error) {
    return [{ name: 'add-on', status: 'fail', value: (error as Error).message, cure: rebuild }]
  }
  const { torch: version, cuda, blas, cpuCapability } = torch.version()
  const built = `built for libtorch ${addon.version}, runs on ${version}`
  const stale = await isStale(addon.key)
  return [
    stale
      ? { name: 'add-on', status: 'warn', value: `${built}, older than its sources`, cure: rebuild }
      : { name: 'add-on', status: 'ok', value: built },
    algebra(blas),
    { name: 'vector unit', status: 'ok', value: cpuCapability },
    { name: 'CUDA', status: 'ok', value: torch.cudaAvailable() ? `yes, ${cuda}` : 'no' },
    { name: 'threads', status: 'ok', value: String(torch.numThreads()) },
  ]
}

/** True when a native source has changed since the add-on was built. */
async function isStale(key: string): Promise<boolean> {
  const folder = dirname(createRequire(import.meta.url).resolve('@egolens/torch/package.json'))
  const sources = join(folder, 'native')
  const names = await readdir(sources)
  const times = await Promise.all(names.map(async (name) => (await stat(join(sources, name))).mtimeMs))
  const { mtimeMs } = await stat(join(folder, 'build', key, 'build.json'))
  return Math.max(...times) > mtimeMs
}

/** OpenBLAS with its own threads fights libtorch's OpenMP threads: two and a half times slower steps. */
export function algebra(path: string | null | undefined): Finding {
  const name = 'libblas'
  if (!path) return { name, status: 'ok', value: 'inside libtorch' }
  const fights = /openblas-pthread/.test(path) || (/libblas/.test(path) && !/openblas|mkl|blis/.test(path))
  const cure = 'apt-get install libopenblas0-openmp, then npx egolens-torch build --force'
  return { name, status: fights ? 'warn' : 'ok', value: path, ...(fights ? { cure } : {}) }
}
