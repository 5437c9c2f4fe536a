import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { build } from './compile.js'
import { findLibtorch } from './find.js'

const system = existsSync('/usr/include/torch') && existsSync('/usr/lib/x86_64-linux-gnu/libtorch_cpu.so')
const root = mkdtempSync(join(tmpdir(), 'egolens-alone-'))
afterAll(() => rmSync(root, { recursive: true }))

/** Debian's libtorch with its own headers, and no others. */
function withoutGloo(): string {
  for (const name of ['include', 'lib']) mkdirSync(join(root, name))
  const own = ['ATen', 'c10', 'caffe2', 'torch']
  for (const name of own) symlinkSync(join('/usr/include', name), join(root, 'include', name))
  for (const name of readdirSync('/usr/lib/x86_64-linux-gnu').filter((file) => /^lib(torch|c10)/.test(file))) {
    symlinkSync(join('/usr/lib/x86_64-linux-gnu', name), join(root, 'lib', name))
  }
  return root
}

it.skipIf(!system)(
  `the add-on builds without Gloo, and says what is missing${system ? '' : " (skipped: needs Debian's libtorch-dev)"}`,
  async () => {
    const { path } = await build(findLibtorch({ LIBTORCH: withoutGloo() }), { root: join(root, 'build') })
    const index = new URL('../../dist/index.js', import.meta.url).href
    const program = `
      const { distributed, tensor } = await import(${JSON.stringify(index)})
      const variables = { RANK: '0', WORLD_SIZE: '2', MASTER_ADDR: '127.0.0.1', MASTER_PORT: '1' }
      const alone = await distributed.init({ variables: {} })
      const error = await distributed.init({ variables }).catch((error) => error)
      console.log([tensor([1, 2]).add(1).tolist(), distributed.backends().length, alone.worldSize, error.code, error.message].join())`
    const env = { ...process.env, EGOLENS_TORCH_ADDON: path }
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], { env, encoding: 'utf8' })
    expect(output).toMatch(/^2,3,0,1,DistributedUnavailable,.*apt-get install libgloo-dev.*npx egolens-torch build/)
  },
  900_000,
)
