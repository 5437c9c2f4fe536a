import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Libtorch } from './find.js'

/**
 * The compiler's flags for the collectives that a libtorch has. Its own headers include those of Gloo and NCCL, so only
 * headers of the very libraries that it was built with will do: Gloo's beside its own, NCCL's where CUDA is.
 * Without them the add-on has no `distributed`, and all else.
 */
export function collectives(libtorch: Pick<Libtorch, 'include' | 'lib' | 'cuda'>, env = process.env): string[] {
  const own = (header: string) => libtorch.include.find((path) => existsSync(join(path, header)))
  if (!own('torch/csrc/distributed/c10d/TCPStore.hpp')) return []
  const gloo = own('gloo/algorithm.h') ? ['-DEGOLENS_GLOO=1'] : []
  return [...gloo, ...(libtorch.cuda ? nccl(libtorch, env) : [])]
}

function nccl({ include, lib }: Pick<Libtorch, 'include' | 'lib'>, env: NodeJS.ProcessEnv): string[] {
  const cuda = join(env.CUDA_HOME ?? '/usr/local/cuda', 'include')
  // pip's torch keeps NCCL in a package beside it.
  const places = [...include, cuda, '/usr/include', join(lib, '../../nvidia/nccl/include')]
  const headers = places.find((path) => existsSync(join(path, 'nccl.h')))
  if (!headers || !existsSync(join(cuda, 'cublas_v2.h'))) return []
  return ['-DEGOLENS_NCCL=1', ...(headers === '/usr/include' ? [] : ['-isystem', headers])]
}
