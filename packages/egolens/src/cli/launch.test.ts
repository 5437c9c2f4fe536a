import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

// The command line is tested as it is used: the built program in a process of its own.
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

describe.skipIf(!existsSync(main))('egolens launch', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'egolens-launch-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  async function program(text: string): Promise<string> {
    const path = join(folder, `program-${Math.random().toString(36).slice(2)}.mjs`)
    await writeFile(path, text)
    return path
  }

  async function launch(...args: string[]) {
    const child = spawn(process.execPath, [main, 'launch', ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    const heard = listen(child)
    const [status] = (await once(child, 'close')) as [number | null]
    return { status, ...heard() }
  }

  function listen(child: ChildProcess) {
    let stdout = ''
    let stderr = ''
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    return () => ({ stdout, stderr })
  }

  const alive = (pid: number) => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }

  it("starts processes in torchrun's environment and puts the rank before their lines", async () => {
    const path = await program(`
      const { RANK, LOCAL_RANK, WORLD_SIZE, LOCAL_WORLD_SIZE, MASTER_ADDR, OMP_NUM_THREADS } = process.env
      console.log([RANK, LOCAL_RANK, WORLD_SIZE, LOCAL_WORLD_SIZE, MASTER_ADDR, Number(OMP_NUM_THREADS) >= 1].join())
      console.error(process.argv.slice(2).join())`)
    const { status, stdout, stderr } = await launch('--nproc', '2', path, '--epochs', '3', '--json')
    expect(status).toBe(0)
    expect(stdout.trim().split('\n').sort()).toEqual(['[0] 0,0,2,2,127.0.0.1,true', '[1] 1,1,2,2,127.0.0.1,true'])
    expect(stderr.trim().split('\n').sort()).toEqual(['[0] --epochs,3,--json', '[1] --epochs,3,--json'])
  })

  it('counts ranks over machines', async () => {
    const path = await program(
      'console.log([process.env.RANK, process.env.WORLD_SIZE, process.env.MASTER_PORT].join())',
    )
    const args = ['--nnodes', '2', '--node-rank', '1', '--master-addr', '10.0.0.7', '--master-port', '1234', path]
    expect((await launch('--nproc', '1', ...args)).stdout).toBe('[1] 1,2,1234\n')
    const { status, stderr } = await launch('--nproc', '1', '--nnodes', '2', path)
    expect(status).toBe(1)
    expect(stderr).toContain('--nnodes 2 needs --master-addr and --node-rank')
  })

  it('runs this very command line, whose methods refuse more than one process', async () => {
    const recipe = fileURLToPath(new URL('../../../../recipes/small/x-mic-kitchen-noun.yaml', import.meta.url))
    const { status, stderr } = await launch(
      '--nproc',
      '1',
      '--nnodes',
      '2',
      '--node-rank',
      '0',
      '--master-addr',
      'here',
      'train',
      recipe,
      '--dir',
      join(folder, 'run'),
    )
    expect(status).toBe(1)
    expect(stderr).toContain('[0] egolens: this method trains in one process, and WORLD_SIZE is 2 (start it by itself')
    for (const made of ['run', 'features']) expect(existsSync(join(folder, made))).toBe(false)
  })

  it('ends the others when one fails, and with its status', async () => {
    const path = await program(`
      if (process.env.RANK === '1') setTimeout(() => process.exit(7), 100)
      else { process.on('SIGTERM', () => { console.log('told to end'); process.exit(3) }); setInterval(() => {}, 1000) }`)
    const { status, stdout, stderr } = await launch('--nproc', '3', '--json', path)
    expect(status).toBe(7)
    expect(JSON.parse(stdout)).toEqual({
      status: 7,
      ranks: [
        { rank: 0, status: 3, signal: null },
        { rank: 1, status: 7, signal: null },
        { rank: 2, status: 3, signal: null },
      ],
    })
    expect(stderr).toContain('[0] told to end\n')
    expect(stderr).toContain('egolens: rank 1 ended with status 7; the others were stopped\n')
  })

  it('says by which signal a process was ended', async () => {
    const path = await program(`process.kill(process.pid, 'SIGKILL')`)
    const { status, stderr } = await launch('--nproc', '1', path)
    expect({ status, stderr }).toEqual({ status: 137, stderr: 'egolens: rank 0 was ended by SIGKILL\n' })
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('hands %s on, once to each, and ends with %i', async (signal, expected) => {
    const path = await program(`
      let count = 0
      process.on('${signal}', () => { count++; setTimeout(() => { console.log('got', count); process.exit(${expected}) }, 200) })
      console.log('ready', process.pid)
      setInterval(() => {}, 1000)`)
    const child = spawn(process.execPath, [main, 'launch', '--nproc', '2', path], { stdio: ['ignore', 'pipe', 'pipe'] })
    const heard = listen(child)
    while (heard().stdout.split('ready').length < 3) await once(child.stdout!, 'data')
    child.kill(signal)
    expect(await once(child, 'close')).toEqual([expected, null])
    const { stdout } = heard()
    expect(stdout.match(/got \d/g)).toEqual(['got 1', 'got 1'])
    for (const [, pid] of stdout.matchAll(/ready (\d+)/g)) expect(alive(Number(pid))).toBe(false)
  })

  it('refuses what cannot be started', () => {
    const run = (...args: string[]) => spawnSync(process.execPath, [main, 'launch', ...args], { encoding: 'utf8' })
    expect(run('train', 'x.yaml').stderr).toContain("required option '--nproc <count>' not specified")
    expect(run('--nproc', '0', 'x.mjs').stderr).toContain('It is a whole number from 1.')
    expect(run('--nproc', '2', 'launch', '--nproc', '2', 'x.mjs').stderr).toContain('launch does not start itself')
  })
})
