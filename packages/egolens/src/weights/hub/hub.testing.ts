import { createHash } from 'node:crypto'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'

export const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex')
export const gitSha = (data: Uint8Array): string =>
  createHash('sha1').update(`blob ${data.length}\0`).update(data).digest('hex')

/** Bytes that differ everywhere, so that a wrong offset shows. */
export function bytesOf(length: number, seed = 1): Buffer {
  const data = Buffer.alloc(length)
  let state = seed
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    data[i] = state >>> 24
  }
  return data
}

export interface Seen {
  method: string
  url: string
  headers: IncomingHttpHeaders
}

export interface TestFile {
  data: Buffer
  /** Large files are named by their sha256, others by git's hash. */
  lfs?: boolean
}

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

/** A server on 127.0.0.1 that notes what it was asked. */
export class TestServer {
  readonly seen: Seen[] = []
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(handler: (server: TestServer) => Handler): Promise<TestServer> {
    const server = createServer()
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const self = new TestServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const handle = handler(self)
    server.on('request', (request, response) => {
      self.seen.push({ method: request.method!, url: request.url!, headers: request.headers })
      response.on('error', () => {})
      void handle(request, response)
    })
    return self
  }

  /** Requests whose path holds `part`. */
  asked(part: string): Seen[] {
    return this.seen.filter((s) => s.url.includes(part))
  }

  stop(): Promise<unknown> {
    this.server.closeAllConnections()
    return new Promise((done) => this.server.close(done))
  }
}

/** A hub with one model. Its fields may be changed while it runs; `before` may answer in its place. */
export class TestHub {
  files: Record<string, TestFile> = {}
  commit = 'c'.repeat(40)
  name = 'org/model'
  /** May answer a request itself, by returning true. */
  before: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean> = () => false
  /** May change what is listed. */
  listing: (model: Record<string, unknown>) => unknown = (model) => model
  server!: TestServer

  static async start(files: Record<string, TestFile>): Promise<TestHub> {
    const hub = new TestHub()
    hub.files = files
    hub.server = await TestServer.start(() => async (request, response) => {
      if (!(await hub.before(request, response))) hub.answer(request, response)
    })
    return hub
  }

  /** Requests of one file's bytes. */
  gets(file: string): Seen[] {
    return this.server.asked(`/resolve/`).filter((s) => s.method === 'GET' && s.url.endsWith(`/${file}`))
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url!.split('?')[0]!
    if (path.startsWith(`/api/models/${this.name}/revision/`)) {
      json(response, 200, this.listing(this.list()))
      return
    }
    const file = path.startsWith(`/${this.name}/resolve/${this.commit}/`)
      ? this.files[decodeURIComponent(path.slice(`/${this.name}/resolve/${this.commit}/`.length))]
      : undefined
    if (file) sendFile(request, response, file, { 'x-repo-commit': this.commit })
    else json(response, 404, { error: 'not found' }, { 'x-error-code': 'RepoNotFound' })
  }

  private list(): Record<string, unknown> {
    const siblings = Object.entries(this.files).map(([rfilename, { data, lfs }]) => ({
      rfilename,
      size: data.length,
      blobId: gitSha(data),
      ...(lfs ? { lfs: { sha256: sha256(data), size: data.length, pointerSize: 134 } } : {}),
    }))
    return { id: this.name, sha: this.commit, siblings }
  }
}

export function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

export const etagOf = ({ data, lfs }: TestFile): string => (lfs ? sha256(data) : gitSha(data))

/** Serves bytes as a well-behaved host does: ETag, Range and If-Range. */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: TestFile,
  extra: Record<string, string> = {},
): void {
  const { data } = file
  const etag = `"${etagOf(file)}"`
  const headers = { etag, 'accept-ranges': 'bytes', ...extra }
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')
  const condition = request.headers['if-range']
  if (range && (condition === undefined || condition === etag)) {
    const start = Number(range[1])
    if (start >= data.length) response.writeHead(416, { 'content-range': `bytes */${data.length}` }).end()
    else {
      const span = `bytes ${start}-${data.length - 1}/${data.length}`
      response.writeHead(206, { ...headers, 'content-range': span, 'content-length': data.length - start })
      response.end(request.method === 'HEAD' ? undefined : data.subarray(start))
    }
  } else {
    response.writeHead(200, { ...headers, 'content-length': data.length })
    response.end(request.method === 'HEAD' ? undefined : data)
  }
}

/** Sends the first bytes of a file and cuts the connection. */
export function breakOff(response: ServerResponse, file: TestFile, after: number): void {
  response.writeHead(200, { etag: `"${etagOf(file)}"`, 'content-length': file.data.length })
  response.write(file.data.subarray(0, after), () => setTimeout(() => response.destroy(), 20))
}
