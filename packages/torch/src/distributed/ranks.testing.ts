import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

// Processes of their own run the built files: they know nothing of the test runner's own loader.
const built = new URL('../../dist/index.js', import.meta.url).href

const program = (body: string) => `
const T = await import(${JSON.stringify(built)})
const { distributed, scope, tensor } = T
const tell = (value) => process.stdout.write(JSON.stringify(value) + '\\n')
const pause = (ms) => new Promise((done) => setTimeout(done, ms))
try {
${body}
} catch (error) {
  tell({ code: error.code, message: error.message })
  process.exitCode = 1
}`

/** What a rank told, line by line, and how it ended. */
export interface Told {
  told: unknown[]
  status: number | null
  signal: NodeJS.Signals | null
  stderr: string
}

export interface RankProcess {
  child: ChildProcess
  ended: Promise<Told>
}

/** A process of a group, in torchrun's environment unless `variables` say otherwise. */
export function startRank(
  body: string,
  variables: Readonly<Record<string, string>>,
  nodeOptions: readonly string[] = [],
): RankProcess {
  const child = spawn(process.execPath, [...nodeOptions, '--input-type=module', '-e', program(body)], {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = once(child, 'close').then(([status, signal]) => ({
    told: stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown),
    status: status as number | null,
    signal: signal as NodeJS.Signals | null,
    stderr,
  }))
  return { child, ended }
}

/** Starts `bodies.length` ranks that meet on a free port of the loopback. */
export async function startRanks(bodies: readonly string[]): Promise<RankProcess[]> {
  const port = String(await freePort())
  return bodies.map((body, rank) =>
    startRank(body, {
      RANK: String(rank),
      LOCAL_RANK: String(rank),
      WORLD_SIZE: String(bodies.length),
      MASTER_ADDR: '127.0.0.1',
      MASTER_PORT: port,
    }),
  )
}

export async function runRanks(bodies: readonly string[]): Promise<Told[]> {
  const started = await startRanks(bodies)
  return Promise.all(started.map(({ ended }) => ended))
}

/** The same program on so many ranks. */
export const runAlike = (count: number, body: string): Promise<Told[]> =>
  runRanks(Array.from({ length: count }, () => body))

/** Waits until every one of them has told something, such as that it has joined. */
export const allTold = (started: readonly RankProcess[]) =>
  Promise.all(started.map(({ child }) => once(child.stdout!, 'data')))

/** A rank that meets the others and ends before it has joined them. */
export const turnsBack = `
  const { meet } = await import(${JSON.stringify(new URL('../../dist/distributed/rendezvous.js', import.meta.url).href)})
  const { environment } = await import(${JSON.stringify(new URL('../../dist/distributed/environment.js', import.meta.url).href)})
  await meet(environment(process.env), 1, 30_000)
  process.kill(process.pid, 'SIGKILL')`

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

/** A program that takes part in a collective every 50 ms, until something is wrong. */
export const collectives = (timeoutSeconds: number) => `
  const group = await distributed.init({ timeoutSeconds: ${timeoutSeconds} })
  tell('joined')
  for (;;) { await pause(50); await group.allReduce(tensor([1])).wait() }`

/** A program that joins and takes part in nothing. */
export const idle = (timeoutSeconds: number) => `
  const group = await distributed.init({ timeoutSeconds: ${timeoutSeconds} })
  tell('joined')
  await pause(60_000)`
