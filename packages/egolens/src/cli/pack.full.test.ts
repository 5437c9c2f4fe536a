import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** The first block of JavaScript under a heading of a README. */
async function example(readme: string, heading: string): Promise<string> {
  const text = await readFile(join(root, readme), 'utf8')
  const section = text.slice(text.indexOf(`\n## ${heading}`))
  const block = /```js\n([\s\S]*?)```/.exec(section)?.[1]
  if (!block) throw new Error(`${readme} has no block of js under "${heading}"`)
  return block
}

// What a user does who has never seen the repository: three tarballs, an empty project, an empty HOME.
describe('the packed packages in an empty project', () => {
  let folder: string
  let project: string
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, {
      cwd: project,
      encoding: 'utf8',
      env: { ...withoutNpm(process.env), HOME: join(folder, 'home'), OMP_NUM_THREADS: '2' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'egolens pack '))
    project = join(folder, 'project')
    await Promise.all([mkdir(project), mkdir(join(folder, 'home'))])
    for (const name of ['torch', 'world', 'egolens']) {
      execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: join(root, 'packages', name), stdio: 'pipe' })
    }
    const { overrides } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { overrides: object }
    await writeFile(
      join(project, 'package.json'),
      JSON.stringify({ name: 'empty', private: true, type: 'module', overrides }),
    )
    const tarballs = (await readdir(folder)).filter((file) => file.endsWith('.tgz')).map((file) => join(folder, file))
    expect(tarballs.length).toBe(3)
    run('npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs)
    run('npx', 'egolens-torch', 'build')
  }, 600_000)
  afterAll(() => rm(folder, { recursive: true }))

  it('holds no tests and no sources', async () => {
    const files = await readdir(join(project, 'node_modules/egolens'), { recursive: true })
    expect(files.filter((file) => /\.test\.|testing\.|^src/.test(file))).toEqual([])
    expect(files).toContain('dist/report/client/main.js')
  })

  it('is well by its own doctor', () => {
    expect(JSON.parse(run('npx', 'egolens', 'doctor', '--json'))).toMatchObject({ ok: true })
  })

  it("runs the engine's example", async () => {
    await writeFile(join(project, 'train.js'), await example('packages/torch/README.md', 'Train something'))
    expect(run('node', 'train.js')).toMatch(/loss/)
  }, 120_000)

  it("runs the README's example", async () => {
    await writeFile(join(project, 'library.js'), await example('README.md', 'As a library'))
    expect(run('node', 'library.js')).toMatch(/%/)
  }, 600_000)
})

/** A test run by npm hands npm's own settings down, which would find this repository again. */
function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(npm_|INIT_CWD|VITEST|NODE_ENV)/i.test(name)))
}
