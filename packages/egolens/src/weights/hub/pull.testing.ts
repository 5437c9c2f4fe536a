import { lstat, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { bytesOf, TestHub, TestServer } from './hub.testing.js'
import { type PullOptions, pullModel } from './pull.js'
import type { PulledModel } from './pulled.js'

const clip = () => ({
  'config.json': { data: Buffer.from('{"model_type":"clip"}\n') },
  'model.safetensors': { data: bytesOf(300_000), lfs: true },
  'pytorch_model.bin': { data: bytesOf(1000, 5), lfs: true },
  'README.md': { data: Buffer.from('# a model\n') },
})

/** A hub with a small CLIP, and a cache of its own, for each test of a file. */
export class PullTest {
  hub!: TestHub
  home!: string
  private servers: TestServer[] = []

  constructor() {
    beforeEach(async () => {
      this.home = await mkdtemp(join(tmpdir(), 'egolens-pull-'))
      this.hub = await TestHub.start(clip())
      this.servers = [this.hub.server]
    })
    afterEach(async () => {
      for (const server of this.servers) await server.stop()
      await rm(this.home, { recursive: true })
    })
  }

  async serve(handler: Parameters<typeof TestServer.start>[0]): Promise<TestServer> {
    const server = await TestServer.start(handler)
    this.servers.push(server)
    return server
  }

  /** Pulls org/model; waits between tries take no time. */
  pull(options: PullOptions = {}, name = 'org/model'): Promise<PulledModel> {
    const env = { HF_HOME: this.home, HF_ENDPOINT: this.hub.server.url, ...options.env }
    return pullModel(name, { wait: async () => {}, ...options, env })
  }

  /** The error of a pull that must fail. */
  async fails(options: PullOptions = {}, name = 'org/model'): Promise<Error & { code?: string; cure?: string }> {
    return this.pull(options, name).then(
      () => {
        throw new Error('the pull should have failed')
      },
      (error: Error) => error,
    )
  }

  cached(...path: string[]): string {
    return join(this.home, 'hub', 'models--org--model', ...path)
  }

  /** All files and links under the model's folder, sorted. */
  async tree(): Promise<string[]> {
    const names = await readdir(this.cached(), { recursive: true }).catch(() => [] as string[])
    const kept = await Promise.all(names.map(async (name) => !(await lstat(this.cached(name))).isDirectory()))
    return names.filter((_, i) => kept[i]).sort()
  }

  read(...path: string[]): Promise<Buffer> {
    return readFile(this.cached(...path))
  }
}
