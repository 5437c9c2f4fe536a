import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { build, flags } from './compile.js'
import { findLibtorch, type Libtorch } from './find.js'

const root = mkdtempSync(join(tmpdir(), 'egolens-build-'))
afterAll(() => rmSync(root, { recursive: true }))

const nowhere: Libtorch = {
  origin: 'LIBTORCH',
  include: ['/nowhere/include'],
  lib: '/nowhere/lib',
  version: '2.1.0',
  cxx11Abi: true,
  cuda: false,
}

describe('build', () => {
  it('says that a compiler is missing', async () => {
    await expect(build(nowhere, { root, compiler: 'no-such-compiler' })).rejects.toThrow(
      expect.objectContaining({ code: 'BuildFailed', message: expect.stringContaining('apt-get install g++') }),
    )
  })

  it('shows the first errors of a failed compilation', async () => {
    await expect(build(nowhere, { root, jobs: 1 })).rejects.toThrow(
      /the headers failed:\n.*fatal error: \S+\.h: No such file/s,
    )
  })

  it('finds the add-on of this package up to date', async () => {
    expect(await build(findLibtorch())).toMatchObject({ built: false })
  })

  it('links so that the OpenMP OpenBLAS is found before the default one', () => {
    const { link } = flags(nowhere)
    expect(link).toContain('-Wl,--disable-new-dtags')
    expect(link).toContain('-Wl,-z,nodelete')
    expect(link.filter((flag) => flag.startsWith('-Wl,-rpath,')).at(-1)).toBe('-Wl,-rpath,/nowhere/lib')
  })
})
