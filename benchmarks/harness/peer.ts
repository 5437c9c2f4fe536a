import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Bench } from './bench.js'
import { side } from './document.js'

const hello = z.object({ side, versions: z.record(z.string(), z.string()) })
const answer = z.record(z.string(), z.union([z.number(), z.string(), z.array(z.number())]))
type Answer = z.infer<typeof answer>

/** The first of $PYTHON, python3 and /usr/bin/python3 that imports torch. */
export function pythonWithTorch(): string | undefined {
  const candidates = [process.env.PYTHON, 'python3', '/usr/bin/python3'].filter((name) => name !== undefined)
  return candidates.find((name) => spawnSync(name, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0)
}

/** The environment that both sides compute in. */
export function peerEnvironment(threads: number, blas: string | null): NodeJS.ProcessEnv {
  const { LD_LIBRARY_PATH } = process.env
  return {
    ...process.env,
    OMP_NUM_THREADS: String(threads),
    OMP_WAIT_POLICY: process.env.OMP_WAIT_POLICY ?? 'PASSIVE',
    // The same libblas as ours, whichever the system's alternatives name.
    ...(blas?.startsWith('/') ? { LD_LIBRARY_PATH: [dirname(blas), LD_LIBRARY_PATH].filter(Boolean).join(':') } : {}),
  }
}

/** glibc's settings that the add-on makes for itself; Python has them only where its environment says so. */
export const ourMalloc = {
  GLIBC_TUNABLES:
    'glibc.malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=2147483648:glibc.malloc.top_pad=268435456:glibc.malloc.hugetlb=1',
}

/** A program that measures on request: a line of JSON in, a line of JSON out. It stays, so that sides can alternate. */
export class Peer {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  private constructor(program: string, script: string, env: NodeJS.ProcessEnv) {
    this.#child = spawn(program, [script], { env, stdio: ['pipe', 'pipe', 'inherit'] })
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]()
  }

  /** Starts peers/<name>.py, which is the side `python` of the document then, or notes why there is none. */
  static async python(bench: Bench, name: string, blas: string | null, env: NodeJS.ProcessEnv = {}) {
    const program = pythonWithTorch()
    if (!program) {
      bench.note('no Python with torch was found ($PYTHON, python3, /usr/bin/python3): that side is left out')
      return undefined
    }
    const script = fileURLToPath(new URL(`../../peers/${name}.py`, import.meta.url))
    const peer = new Peer(program, script, { ...peerEnvironment(bench.threads, blas), ...env })
    const said = hello.parse(await peer.#line())
    bench.side('python', said.side)
    for (const [of, version] of Object.entries(said.versions)) bench.version(of, version)
    return peer
  }

  /** @throws where the peer ends instead of answering; its words are on stderr then */
  async ask(request: Record<string, unknown>): Promise<Answer> {
    this.#child.stdin!.write(`${JSON.stringify(request)}\n`)
    return answer.parse(await this.#line())
  }

  /** Seconds, as most requests are answered. */
  async seconds(request: Record<string, unknown>): Promise<number> {
    return z.object({ seconds: z.number().positive() }).parse(await this.ask(request)).seconds
  }

  async #line(): Promise<unknown> {
    const { done, value } = await this.#lines.next()
    if (done) throw new Error('the peer ended before it answered')
    return JSON.parse(value)
  }

  [Symbol.dispose](): void {
    this.#child.stdin!.end()
    this.#child.kill()
  }
}
