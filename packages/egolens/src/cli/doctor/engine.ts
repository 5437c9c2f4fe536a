import { execFile } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Finding } from './finding.js'

const rebuild = 'npx egolens-torch build'

/** The libtorch that the add-on would be built against. */
export async function libtorch(): Promise<Finding> {
  const { findLibtorch } = await import('@egolens/torch/build')
  try {
    const { version, lib, cuda, origin } = findLibtorch()
    return { name: 'libtorch', status: 'ok', value: `${version}${cuda ? ' with CUDA' : ''} in ${lib} (${origin})` }
  } catch (error) {
    const cure =
      'on Debian: apt-get install libtorch-dev; elsewhere: LIBTORCH=DIR or LIBTORCH_USE_PYTORCH=1, of a libtorch that is there'
    return { name: 'libtorch', status: 'fail', value: (error as Error).message, cure }
  }
}

/**
 * What the engine really runs on. It is loaded in a process of its own, since a library of another processor or of
 * another build ends the process that loads it.
 */
export async function engine(): Promise<Finding[]> {
  const program = fileURLToPath(new URL('engine.child.js', import.meta.url))
  const { stdout, stderr, code, signal } = await runNode(program)
  if (code === 0) return JSON.parse(stdout) as Finding[]
  const last = stderr.trim().split('\n').at(-1)
  const how = signal ? `was ended by ${signal}` : `ended with ${code}`
  const value = `the process that loads the add-on ${how}${last ? `: ${last}` : ''}`
  return [{ name: 'add-on', status: 'fail', value, cure: `${rebuild} --force` }]
}

interface Ended {
  stdout: string
  stderr: string
  code: number | null
  signal: string | null
}

function runNode(program: string): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [program], { timeout: 60_000 }, (_, stdout, stderr) =>
      resolve({ stdout, stderr, code: child.exitCode, signal: child.signalCode }),
    )
  })
}

/** Loads the add-on into this very process. */
export async function loadEngine(): Promise<Finding[]> {
  const { builtAddons, requireSameLibtorch } = await import('@egolens/torch/build')
  const named = process.env.EGOLENS_TORCH_ADDON
  const [addon] = builtAddons()
  if (!addon && !named) return [{ name: 'add-on', status: 'fail', value: 'not built', cure: rebuild }]
  let torch: typeof import('@egolens/torch')
  try {
    if (addon && !named) requireSameLibtorch(addon)
    torch = await import('@egolens/torch')
    torch.scope(() => torch.ones([2, 2]).matmul(torch.ones([2, 2])))
  } catch (error) {
    return [{ name: 'add-on', status: 'fail', value: (error as Error).message, cure: rebuild }]
  }
  const { torch: version, cuda, blas, cpuCapability } = torch.version()
  const origin = named ? `${named} (EGOLENS_TORCH_ADDON)` : `built for libtorch ${addon!.version}`
  const value = `${origin}, runs on ${version}`
  const stale = !named && (await isStale(addon!.key))
  return [
    stale
      ? { name: 'add-on', status: 'warn', value: `${value}, older than its sources`, cure: rebuild }
      : { name: 'add-on', status: 'ok', value },
    algebra(blas),
    { name: 'vector unit', status: 'ok', value: cpuCapability },
    cudaFinding(cuda, torch.cudaAvailable(), process.env.CUDA_VISIBLE_DEVICES),
  ]
}

/** @param built whether libtorch was built with CUDA */
export function cudaFinding(built: boolean, available: boolean, visible?: string): Finding {
  const name = 'CUDA'
  if (available) return { name, status: 'ok', value: 'yes' }
  if (!built) return { name, status: 'ok', value: 'no' }
  const cure =
    visible === undefined
      ? 'nvidia-smi tells whether the driver is there and new enough for this CUDA'
      : `CUDA_VISIBLE_DEVICES is "${visible}": unset it, or name a device that there is`
  return { name, status: 'warn', value: 'libtorch is built for CUDA, and no device can be used', cure }
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
