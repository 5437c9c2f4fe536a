import { readFileSync } from 'node:fs'
import { addon } from './addon.js'

/** How many threads an operator may use, in this process. */
export const setNumThreads = (count: number): void => addon.setNumThreads(count)
export const numThreads = (): number => addon.numThreads()

export interface Version {
  /** The libtorch that the add-on was compiled for. */
  torch: string
  cuda: boolean
  /** The libblas that this process has really mapped; null when libtorch carries its own. */
  blas: string | null
  /** The widest instructions that libtorch's kernels use here, such as AVX2 or AVX512. */
  cpuCapability: string
}

/** What the engine runs on. */
export function version(): Version {
  return {
    torch: addon.version(),
    cuda: addon.cudaAvailable(),
    blas: mappedBlas(),
    cpuCapability: /CPU capability usage: (.+)/.exec(addon.config())?.[1]?.trim() ?? 'unknown',
  }
}

/** libtorch's own description of how it was built. */
export const buildConfig = (): string => addon.config()

function mappedBlas(): string | null {
  let maps: string
  try {
    maps = readFileSync('/proc/self/maps', 'utf8')
  } catch {
    return null
  }
  const paths = [...maps.matchAll(/\s(\/\S*lib(?:open)?blas\S*|\/\S*libmkl_\S*)$/gm)].map((match) => match[1]!)
  return paths.find((path) => /libopenblas|libmkl/.test(path)) ?? paths[0] ?? null
}
