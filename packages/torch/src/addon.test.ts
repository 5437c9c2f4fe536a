import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const built = fileURLToPath(new URL('../dist/index.js', import.meta.url))

/** What a fresh process says when it loads the engine in an environment of its own. */
function load(environment: Record<string, string>): string {
  const { EGOLENS_TORCH_ADDON: _, LIBTORCH: __, LIBTORCH_USE_PYTORCH: ___, ...inherited } = process.env
  const program = `import(${JSON.stringify(built)}).then(() => console.log('loaded'), (error) => console.log(error.message))`
  const { stdout } = spawnSync(process.execPath, ['-e', program], {
    env: { ...inherited, ...environment },
    encoding: 'utf8',
  })
  return stdout.trim()
}

describe.skipIf(!existsSync(built))('the choice of an add-on', () => {
  it('is the one that was built, where the environment asks for none', () => {
    expect(load({})).toBe('loaded')
  })

  it('is never another libtorch than the one that LIBTORCH names', () => {
    expect(load({ LIBTORCH: '/nowhere/libtorch' })).toMatch(
      /LIBTORCH is set, and the native part is not built for it: run/,
    )
  })
})
