import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

// The command line is tested as it is used: the built program in a process of its own.
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

function egolens(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

const commands = [
  ...[
    'demo',
    'doctor',
    'methods',
    'hands',
    'calibrate',
    'recognise',
    'ask',
    'extract',
    'train',
    'evaluate',
    'compare',
    'launch',
    'study',
  ].map((c) => [c]),
  ['data', 'check'],
  ['build', 'ego-exoclip'],
  ['models', 'list'],
  ['models', 'pull'],
  ['models', 'convert'],
  ['world', 'render'],
  ['world', 'check'],
]

describe.skipIf(!existsSync(main))('egolens', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'egolens-cli-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('lists every command', () => {
    const { status, stdout } = egolens()
    expect(status).toBe(0)
    for (const [command] of commands) expect(stdout).toContain(`  ${command}`)
  })

  it.each(commands.map((c) => [c.join(' ')]))('%s has --json and examples', (command) => {
    const { status, stdout } = egolens(...command.split(' '), '--help')
    expect(status).toBe(0)
    expect(stdout).toContain('--json')
    expect(stdout).toContain(`Examples:\n  $ `)
    expect(stdout).toContain(`$ egolens ${command}`)
  })

  it('answers a wrong option with one line, a suggestion and status 2', () => {
    const { status, stdout, stderr } = egolens('doctor', '--jsn')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toBe("egolens: unknown option '--jsn'\n(Did you mean --json?)\n")
  })

  it('answers a command that does not exist with status 2', () => {
    expect(egolens('recogniz', 'x.mp4').status).toBe(2)
  })

  it('names file and line of a wrong key in a recipe, and the key that was meant', async () => {
    const recipe = join(folder, 'recipe.yaml')
    await writeFile(recipe, 'name: x\nmethod: x-mic\ncomponent: noun\ntrainning: { epochs: 2 }\n')
    const { status, stderr } = egolens('train', recipe)
    expect(status).toBe(1)
    expect(stderr).toContain('egolens: ')
    expect(stderr).toContain('recipe.yaml:4')
    expect(stderr).toContain('training')
    expect(stderr.trim().split('\n').length).toBe(1)
  })

  it('gives an error as a document too, with --json', () => {
    const { status, stdout, stderr } = egolens('hands', join(folder, 'absent.mp4'), '--json')
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'video/not-found' } })
    expect(stderr).toContain('absent.mp4')
  })

  it('says what to do where there is no trained run', () => {
    const { status, stderr } = spawnSync(process.execPath, [main, 'recognise', 'x.mp4'], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(status).toBe(1)
    expect(stderr).toContain('egolens demo')
  })

  it('lists methods with their papers and a schema of their options', () => {
    const list = JSON.parse(egolens('methods', '--json').stdout) as { name: string; paper: string; options: object }[]
    expect(list.map((m) => m.name)).toEqual(expect.arrayContaining(['zero-shot', 'coop', 'x-mic']))
    expect(list.find((m) => m.name === 'x-mic')!.options).toHaveProperty('properties.preset')
  })

  it('lists the options of one method', () => {
    const { status, stdout } = egolens('methods', 'x-mic')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^X-MIC: .*\nKukleva et al\./)
    expect(stdout).toMatch(/\nheads +integer +4 +attention heads of a block\n/)
    // What the preset says, and a prompt, which is more than a text.
    expect(stdout).toMatch(/\nlambda +number +2 /)
    expect(stdout).toMatch(/\nprompt +string +"\{\}" /)
    expect(egolens('methods', 'x-mik').stderr).toContain('x-mic')
  })

  it('names the option of a number that is none', () => {
    const { status, stderr } = egolens('world', 'render', folder, '--train', '1.5')
    expect(status).toBe(2)
    expect(stderr).toBe("egolens: option '--train <clips>' argument '1.5' is invalid. It is a whole number from 0.\n")
  })

  it('refuses boxes from a file that is not named', () => {
    const { status, stderr } = egolens('recognise', 'x.mp4', '--run', folder, '--hands', 'file')
    expect(status).toBe(1)
    expect(stderr).toContain('--detections')
  })
})

describe.skipIf(!existsSync(main))('an interruption', () => {
  it('ends with status 130 and says how to go on', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'egolens-stop-'))
    const child = spawn(process.execPath, [main, 'world', 'render', folder, '--workers', '1'])
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    while (!existsSync(join(folder, 'kitchen', 'manifest.json'))) await new Promise((wait) => setTimeout(wait, 100))
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    expect(stderr).toContain('egolens: interrupted; the same command goes on where it stopped')
    await rm(folder, { recursive: true, force: true })
  })
})
