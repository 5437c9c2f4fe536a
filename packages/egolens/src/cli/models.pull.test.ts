import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesOf, TestHub } from '../weights/hub/hub.testing.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const pullBuilt = fileURLToPath(new URL('../../dist/cli/models.pull.js', import.meta.url))

let home: string
let hub: TestHub
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'egolens-cli-pull-'))
  hub = await TestHub.start({
    'config.json': { data: Buffer.from('{"model_type":"clip"}') },
    'model.safetensors': { data: bytesOf(200_000), lfs: true },
  })
})
afterEach(async () => {
  await hub.server.stop()
  await rm(home, { recursive: true, force: true })
})

function start(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main, 'models', 'pull', ...args], {
    env: {
      ...process.env,
      NO_PROXY: '127.0.0.1',
      no_proxy: '127.0.0.1',
      HF_HOME: home,
      HF_HUB_CACHE: '',
      HF_ENDPOINT: hub.server.url,
      HF_TOKEN: 'hf_secret',
      ...env,
    },
  })
  const out = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    out.stderr += text
  })
  const ended = new Promise<{ status: number | null } & typeof out>((resolve) =>
    child.on('close', (status) => resolve({ status, ...out })),
  )
  return { child, ended }
}

/** Sends half of the weights and then nothing. */
function stallHalfWay() {
  hub.before = (request, response) => {
    if (!request.url!.endsWith('/model.safetensors')) return false
    response
      .writeHead(200, { 'content-length': 200_000 })
      .write(hub.files['model.safetensors']!.data.subarray(0, 100_000))
    return true
  }
}

async function halfThere() {
  const folder = join(home, 'hub', 'models--org--model', 'blobs')
  for (;;) {
    const part = (await readdir(folder).catch(() => [])).find((name) => name.endsWith('.incomplete'))
    const begun = part ? await stat(join(folder, part)).catch(() => undefined) : undefined
    if (begun?.size === 100_000) return
    await new Promise((wait) => setTimeout(wait, 20))
  }
}

describe.skipIf(!existsSync(pullBuilt))('egolens models pull', () => {
  it('prints where the model is', async () => {
    const { status, stdout } = await start(['org/model']).ended
    const dir = join(home, 'hub', 'models--org--model', 'snapshots', hub.commit)
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `org/model at ${hub.commit}: 2 files, 195 KiB, 195 KiB fetched\n${dir}\n`,
    })
  })

  it('has help with examples', async () => {
    const { status, stdout } = await start(['--help']).ended
    expect(status).toBe(0)
    expect(stdout).toContain('Examples:\n  $ egolens models pull openai/clip-vit-base-patch16\n')
    for (const option of ['--revision', '--endpoint', '--include', '--file', '--json']) expect(stdout).toContain(option)
  })

  it('prints a document with --json', async () => {
    const { stdout } = await start(['org/model', '--json', '--file', 'config.json', '--revision', 'v1']).ended
    expect(JSON.parse(stdout)).toMatchObject({ name: 'org/model', revision: 'v1', files: [{ path: 'config.json' }] })
  })

  it('ends with one line and status 1 where there is no such model', async () => {
    const { status, stdout, stderr } = await start(['org/nothing', '--json']).ended
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'hub/not-found' } })
    expect(stderr.trim().split('\n').length).toBe(1)
    expect(stdout + stderr).not.toContain('hf_secret')
  })

  it('has two processes fetch a model once', async () => {
    const results = await Promise.all([start(['org/model', '--json']).ended, start(['org/model', '--json']).ended])
    expect(results.map((r) => r.status)).toEqual([0, 0])
    expect(hub.gets('model.safetensors').length).toBe(1)
  })

  it.each([
    ['SIGINT', 130],
    ['SIGKILL', null],
  ] as const)('goes on after %s', async (signal, expected) => {
    stallHalfWay()
    const first = start(['org/model'])
    await halfThere()
    first.child.kill(signal)
    expect((await first.ended).status).toBe(expected)
    hub.before = () => false
    const { status, stdout } = await start(['org/model', '--json']).ended
    expect([status, JSON.parse(stdout).fetched]).toEqual([0, 100_000])
    expect(hub.gets('model.safetensors').at(-1)!.headers.range).toBe('bytes=100000-')
  })
})
