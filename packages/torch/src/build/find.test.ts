import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildKey, flags } from './compile.js'
import { findLibtorch } from './find.js'
import { requireSameLibtorch } from './place.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'egolens-libtorch-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function write(path: string, text = ''): string {
  const full = join(root, path)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(full, text)
  return full
}

const versionHeader = (major: number, minor: number, patch: number) =>
  `#define TORCH_VERSION_MAJOR ${major}\n#define TORCH_VERSION_MINOR ${minor}\n#define TORCH_VERSION_PATCH ${patch}\n`

function fakeLibtorch(version: [number, number, number], header = 'torch/csrc/api/include/torch/version.h'): void {
  write('lib/libtorch_cpu.so')
  write(`include/${header}`, versionHeader(...version))
}

describe('LIBTORCH', () => {
  it('names a directory', () => {
    fakeLibtorch([2, 3, 1])
    const found = findLibtorch({ LIBTORCH: root })
    expect(found).toMatchObject({ origin: 'LIBTORCH', version: '2.3.1', cuda: false, cxx11Abi: true })
    expect(found.include).toEqual([join(root, 'include'), join(root, 'include/torch/csrc/api/include')])
  })

  it('finds CUDA, the old ABI and the version header of later releases', () => {
    fakeLibtorch([2, 13, 0], 'torch/headeronly/version.h')
    write('lib/libtorch_cuda.so')
    const found = findLibtorch({ LIBTORCH: root, LIBTORCH_CXX11_ABI: '0' })
    expect(found).toMatchObject({ version: '2.13.0', cuda: true, cxx11Abi: false })
    const { compile, link } = flags(found)
    expect(compile).toContain('-D_GLIBCXX_USE_CXX11_ABI=0')
    expect(compile).toContain('-DEGOLENS_CUDA=1')
    expect(compile).toContain('-std=c++20')
    expect(link).toContain('-ltorch_cuda')
    expect(link).toContain(`-Wl,-rpath,${found.lib}`)
    expect(buildKey(found)).toMatch(/libtorch-2\.13\.0-cuda-[0-9a-f]{8}$/)
  })

  it('says what is wrong with another directory', () => {
    expect(() => findLibtorch({ LIBTORCH: root })).toThrow(/no lib\/libtorch_cpu\.so/)
    write('lib/libtorch_cpu.so')
    expect(() => findLibtorch({ LIBTORCH: root })).toThrow(/no torch\/version\.h/)
  })

  it('refuses a version that is too old', () => {
    fakeLibtorch([1, 12, 1])
    expect(() => findLibtorch({ LIBTORCH: root })).toThrow(
      expect.objectContaining({ code: 'VersionMismatch', message: expect.stringContaining('1.13 or later') }),
    )
  })
})

describe('LIBTORCH_USE_PYTORCH', () => {
  const python = (answer: string) => {
    const path = write('python', `#!/bin/sh\n${answer}\n`)
    chmodSync(path, 0o755)
    return path
  }

  it('asks the Python that PYTHON names', () => {
    fakeLibtorch([2, 1, 0])
    const json = JSON.stringify({ root, version: '2.1.0+cpu', abi: false })
    const env = { LIBTORCH_USE_PYTORCH: '1', PYTHON: python(`echo '${json}'`) }
    expect(findLibtorch(env)).toMatchObject({ origin: 'python', version: '2.1.0', cxx11Abi: false })
  })

  it('says when that Python has no torch', () => {
    const env = { LIBTORCH_USE_PYTORCH: '1', PYTHON: python(`echo "No module named 'torch'" >&2; exit 1`) }
    expect(() => findLibtorch(env)).toThrow(/cannot import torch \(No module named 'torch'\)/)
  })
})

describe('a built add-on', () => {
  it('loads only on the libtorch that it was built for', () => {
    fakeLibtorch([2, 3, 1])
    const { lib, include, version } = findLibtorch({ LIBTORCH: root })
    requireSameLibtorch({ lib, include, version })
    fakeLibtorch([2, 4, 0])
    expect(() => requireSameLibtorch({ lib, include, version })).toThrow(
      /built for libtorch 2\.3\.1, but .* holds 2\.4\.0 now: run `npx egolens-torch build`/,
    )
    // Headers may be absent where only the libraries are installed; the libraries may not.
    requireSameLibtorch({ lib, include: [], version })
    expect(() => requireSameLibtorch({ lib: join(root, 'gone'), include, version })).toThrow(/which is gone/)
  })
})
