import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'

const packageRoot = fileURLToPath(new URL('..', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'egolens-pack-'))
afterAll(() => rmSync(root, { recursive: true }))

it('packed, installed in an empty project with an empty HOME, and built, the example runs', () => {
  const [home, project] = [join(root, 'home'), join(root, 'project')]
  mkdirSync(home)
  mkdirSync(project)
  const { EGOLENS_TORCH_ADDON: _, LIBTORCH: __, LIBTORCH_USE_PYTORCH: ___, ...inherited } = process.env
  const env = { ...inherited, HOME: home }
  const run = (cwd: string, command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

  const packed = JSON.parse(run(packageRoot, 'npm', 'pack', '--json', '--pack-destination', root)) as {
    filename: string
    files: { path: string }[]
  }[]
  const paths = packed[0]!.files.map((file) => file.path)
  expect(paths).toContain('native/call.cc')
  expect(paths).toContain('dist/build/cli.js')
  expect(paths.filter((path) => /\.test\.|test-support|\.node$|tsbuildinfo/.test(path))).toEqual([])

  writeFileSync(join(project, 'package.json'), '{"name":"empty","private":true,"type":"module"}')
  run(project, 'npm', 'install', '--no-audit', '--no-fund', join(root, packed[0]!.filename))
  run(project, 'npx', 'egolens-torch', 'build')
  const example = /```js\n([\s\S]*?)```/.exec(readFileSync(join(packageRoot, 'README.md'), 'utf8'))![1]!
  writeFileSync(join(project, 'example.js'), example)
  expect(run(project, process.execPath, 'example.js')).toMatch(/accuracy 0\.9[7-9]|accuracy 1/)
}, 900_000)
