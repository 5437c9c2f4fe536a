import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { build } from './compile.js'
import { findLibtorch } from './find.js'

const python = '/usr/bin/python3'
const present = spawnSync(python, ['-c', 'import torch']).status === 0
const root = mkdtempSync(join(tmpdir(), 'egolens-python-'))
afterAll(() => rmSync(root, { recursive: true }))

it.skipIf(!present)(
  `LIBTORCH_USE_PYTORCH builds against the torch of ${python}${present ? '' : ' (skipped: it has no torch)'}`,
  async () => {
    const { path, built } = await build(findLibtorch({ LIBTORCH_USE_PYTORCH: '1', PYTHON: python }), { root })
    expect(built).toBe(true)
    const index = new URL('../../dist/index.js', import.meta.url).href
    const program = `const { tensor } = await import(${JSON.stringify(index)}); console.log(tensor([1, 2]).add(1).tolist().join())`
    const env = { ...process.env, EGOLENS_TORCH_ADDON: path }
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], { env, encoding: 'utf8' })
    expect(output.trim()).toBe('2,3')
  },
  900_000,
)
