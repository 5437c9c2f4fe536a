import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Finding } from './finding.js'

const run = promisify(execFile)

/** The libtorch that the add-on would be built against, asked in a process of its own. */
export async function libtorch(): Promise<Finding> {
  const manifest = createRequire(import.meta.url).resolve('@egolens/torch/package.json')
  try {
    const { stdout } = await run(process.execPath, [join(dirname(manifest), 'dist/build/cli.js'), 'where'])
    const { version, lib, cuda, origin } = JSON.parse(stdout) as Record<string, string | boolean>
    return { name: 'libtorch', status: 'ok', value: `${version}${cuda ? ' with CUDA' : ''} in ${lib} (${origin})` }
  } catch (error) {
    const [line = 'not found'] = String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split('\n')
    const cure = 'on Debian: apt-get install libtorch-dev; elsewhere: LIBTORCH=DIR or LIBTORCH_USE_PYTORCH=1'
    return { name: 'libtorch', status: 'fail', value: line.replace(/^egolens-torch: /, ''), cure }
  }
}

/** Loads the add-on, and says what the engine really runs on. */
export async function engine(): Promise<Finding[]> {
  const torch = await import('@egolens/torch').catch((error: Error) => error)
  if (torch instanceof Error) {
    return [{ name: 'add-on', status: 'fail', value: torch.message, cure: 'npx egolens-torch build' }]
  }
  const { torch: version, cuda, blas, cpuCapability } = torch.version()
  return [
    { name: 'add-on', status: 'ok', value: `built for libtorch ${version}` },
    algebra(blas),
    { name: 'vector unit', status: 'ok', value: cpuCapability },
    { name: 'CUDA', status: 'ok', value: torch.cudaAvailable() ? `yes, ${cuda}` : 'no' },
    { name: 'threads', status: 'ok', value: String(torch.numThreads()) },
  ]
}

/** OpenBLAS with its own threads fights libtorch's OpenMP threads: two and a half times slower steps. */
export function algebra(path: string | null | undefined): Finding {
  const name = 'libblas'
  if (!path) return { name, status: 'ok', value: 'inside libtorch' }
  const fights = /openblas-pthread/.test(path) || (/libblas/.test(path) && !/openblas|mkl|blis/.test(path))
  const cure = 'apt-get install libopenblas0-openmp, then npx egolens-torch build --force'
  return { name, status: fights ? 'warn' : 'ok', value: path, ...(fights ? { cure } : {}) }
}
