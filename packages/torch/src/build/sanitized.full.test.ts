import { execFile, execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { build } from './compile.js'
import { findLibtorch } from './find.js'
import { buildRoot } from './place.js'

const compiler = process.env.CXX ?? 'g++'
const libraries = ['libasan.so', 'libstdc++.so'].map(libraryOf)
const present = libraries.every((path) => existsSync(path))

const repository = fileURLToPath(new URL('../../../../', import.meta.url))
const built = new URL('../../dist/index.js', import.meta.url).href
const run = promisify(execFile)

/** Where the compiler has a library; its bare name where it has none. */
function libraryOf(name: string): string {
  try {
    return execFileSync(compiler, [`-print-file-name=${name}`], { encoding: 'utf8' }).trim()
  } catch {
    return name
  }
}

/** The environment of a process that loads the sanitized add-on. */
function sanitizing(addon: string): NodeJS.ProcessEnv {
  const { EGOLENS_TEST: _, ...inherited } = process.env
  const ours = Object.entries(inherited).filter(([name]) => !name.startsWith('VITEST'))
  return {
    ...Object.fromEntries(ours),
    EGOLENS_TORCH_ADDON: addon,
    // Node brings its own C++ library inside: without the shared one at its side the sanitizer misses libtorch's throw.
    LD_PRELOAD: libraries.join(' '),
    // Node and libtorch keep much until the process ends, which would all be leaks. Tests count tensors and bytes.
    ASAN_OPTIONS: 'detect_leaks=0:allocator_may_return_null=1:quarantine_size_mb=64',
    UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
    EGOLENS_FUZZ_SECONDS: process.env.EGOLENS_FUZZ_SECONDS ?? '30',
  }
}

const skipped = present ? '' : ` (skipped: ${compiler} has no AddressSanitizer, ${libraries[0]})`

describe.skipIf(!present)(`the add-on under AddressSanitizer and UndefinedBehaviorSanitizer${skipped}`, () => {
  let env: NodeJS.ProcessEnv
  beforeAll(async () => {
    const { path } = await build(findLibtorch(), { root: join(buildRoot, 'sanitized'), sanitize: true })
    env = sanitizing(path)
  }, 1_200_000)

  it('is watched: memory that is read after its end is found', async () => {
    // What fromTypedArray() warns of: the array's memory goes to another owner, and the tensor still lies over it.
    const program = `
      const T = await import(${JSON.stringify(built)})
      const data = new Float32Array(1 << 20)
      const lying = T.fromTypedArray(data, [1 << 20])
      structuredClone(data.buffer, { transfer: [data.buffer] })
      for (let i = 0; i < 10; i++) { gc(); await new Promise((done) => setTimeout(done, 10)) }
      lying.toTypedArray()`
    const failing = run(process.execPath, ['--expose-gc', '--input-type=module', '-e', program], { env })
    await expect(failing).rejects.toThrow(/AddressSanitizer: heap-use-after-free/)
  }, 600_000)

  it("passes the engine's tests", async () => {
    const vitest = join(repository, 'node_modules/vitest/vitest.mjs')
    const tests = ['run', 'packages/torch/src', '--exclude=packages/torch/src/build/**']
    tests.push('--maxWorkers=1', '--testTimeout=600000', '--hookTimeout=600000')
    const options = { env, cwd: repository, maxBuffer: 2 ** 28 }
    const { stdout, stderr } = await run(process.execPath, [vitest, ...tests], options).catch((failure) => {
      throw new Error(`${failure.stdout}\n${failure.stderr}`.split('\n').slice(-200).join('\n'))
    })
    expect(`${stdout}${stderr}`).not.toMatch(/ERROR: AddressSanitizer|runtime error:/)
  }, 1_800_000)
})
