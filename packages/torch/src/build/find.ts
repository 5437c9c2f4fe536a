import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { TorchError } from '../errors.js'

/** A libtorch to compile and link against. */
export interface Libtorch {
  origin: 'LIBTORCH' | 'python' | 'system'
  /** Directories for -I. */
  include: string[]
  /** The directory of libtorch_cpu.so. */
  lib: string
  /** Such as 1.13.0 or 2.3.1. */
  version: string
  /** The C++ ABI of std::string: false for old pip builds. */
  cxx11Abi: boolean
  cuda: boolean
}

export type Env = Readonly<Record<string, string | undefined>>

const HOW_TO_GET =
  'install libtorch-dev (Debian, Ubuntu), or set LIBTORCH to a libtorch directory, ' +
  'or set LIBTORCH_USE_PYTORCH=1 to use the torch of the active Python'

/**
 * Finds libtorch by tch-rs' conventions: LIBTORCH, then LIBTORCH_USE_PYTORCH, then the system's multiarch directory.
 *
 * @throws TorchError LibtorchMissing with the cure; VersionMismatch when the version is too old.
 */
export function findLibtorch(env: Env = process.env): Libtorch {
  const found = env.LIBTORCH
    ? fromDirectory(env.LIBTORCH, env)
    : env.LIBTORCH_USE_PYTORCH === '1'
      ? fromPython(env)
      : fromSystem()
  const [major = 0, minor = 0] = found.version.split('.').map(Number)
  if (major < 1 || (major === 1 && minor < 13)) {
    throw new TorchError(
      'VersionMismatch',
      `libtorch ${found.version} in ${found.lib} is too old, 1.13 or later is needed: ${HOW_TO_GET}`,
    )
  }
  return found
}

function fromDirectory(root: string, env: Env): Libtorch {
  const include = join(root, 'include')
  const lib = join(root, 'lib')
  if (!existsSync(join(lib, 'libtorch_cpu.so'))) {
    throw new TorchError('LibtorchMissing', `LIBTORCH=${root} has no lib/libtorch_cpu.so; name an unpacked libtorch`)
  }
  const abiFlag = env.LIBTORCH_CXX11_ABI
  return describe('LIBTORCH', include, lib, abiFlag ? abiFlag !== '0' : true)
}

const ASK_PYTHON = `
import json, os, torch
root = os.path.dirname(torch.__file__)
print(json.dumps({"root": root, "version": torch.__version__, "abi": bool(torch._C._GLIBCXX_USE_CXX11_ABI)}))
`

function fromPython(env: Env): Libtorch {
  const python = env.PYTHON || 'python3'
  let answer: { root: string; version: string; abi: boolean }
  try {
    const text = execFileSync(python, ['-c', ASK_PYTHON], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    answer = JSON.parse(text.trim().split('\n').at(-1) ?? '')
  } catch (error) {
    const detail = String((error as { stderr?: unknown }).stderr ?? (error as Error).message)
      .trim()
      .split('\n')
      .at(-1)
    throw new TorchError(
      'LibtorchMissing',
      `LIBTORCH_USE_PYTORCH=1, but ${python} cannot import torch (${detail}); install torch there, or name another Python by PYTHON`,
    )
  }
  return describe('python', join(answer.root, 'include'), join(answer.root, 'lib'), answer.abi)
}

function fromSystem(): Libtorch {
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu'
  for (const lib of [`/usr/lib/${triplet}`, '/usr/lib', '/usr/local/lib']) {
    const include = lib.startsWith('/usr/local') ? '/usr/local/include' : '/usr/include'
    if (
      existsSync(join(lib, 'libtorch_cpu.so')) &&
      existsSync(join(include, 'torch/version.h'.replace('torch/', 'torch/csrc/api/include/torch/')))
    ) {
      return describe('system', include, lib, true)
    }
  }
  throw new TorchError('LibtorchMissing', `no libtorch was found: ${HOW_TO_GET}`)
}

function describe(origin: Libtorch['origin'], include: string, lib: string, cxx11Abi: boolean): Libtorch {
  const directories = [include, join(include, 'torch/csrc/api/include')].filter((path) => existsSync(path))
  return {
    origin,
    include: directories,
    lib: realpathSync(dirname(realpathSync(join(lib, 'libtorch_cpu.so')))),
    version: headerVersion(directories),
    cxx11Abi,
    cuda: existsSync(join(lib, 'libtorch_cuda.so')),
  }
}

/** The version that the headers state: what a compiled add-on will depend on. */
export function headerVersion(include: string[]): string {
  for (const directory of include) {
    for (const name of ['torch/version.h', 'torch/headeronly/version.h']) {
      const path = join(directory, name)
      if (!existsSync(path)) continue
      const text = readFileSync(path, 'utf8')
      const parts = ['MAJOR', 'MINOR', 'PATCH'].map(
        (part) => new RegExp(`#define TORCH_VERSION_${part} (\\d+)`).exec(text)?.[1],
      )
      if (parts.every((part) => part !== undefined)) return parts.join('.')
    }
  }
  throw new TorchError(
    'LibtorchMissing',
    `no torch/version.h below ${include.join(', ') || 'the include directory'}: ${HOW_TO_GET}`,
  )
}
