import { inspect } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { TestServer } from './hub.testing.js'
import { type Connection, send } from './request.js'

const servers: TestServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop()
})

async function serve(handler: Parameters<typeof TestServer.start>[0]): Promise<TestServer> {
  const server = await TestServer.start(handler)
  servers.push(server)
  return server
}

const connect = (endpoint: string, more: Partial<Connection> = {}): Connection => ({
  endpoint,
  token: () => 'hf_secret',
  fetch,
  stallTimeout: 5000,
  ...more,
})

async function text(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

test('token and If-Range are for the hub alone, the range goes along', async () => {
  const store = await serve(() => (_, response) => response.end('bytes'))
  const hub = await serve((self) => (request, response) => {
    if (request.url === '/start') response.writeHead(307, { location: '/moved' }).end()
    else response.writeHead(302, { location: `${store.url}/blob?sig=1`, 'x-linked-etag': '"e"', via: self.url }).end()
  })
  const headers = { range: 'bytes=3-', 'if-range': '"e"' }
  const reply = await send(connect(hub.url), `${hub.url}/start`, { headers })
  expect(await text(reply.body())).toBe('bytes')
  expect(reply.hub.get('x-linked-etag')).toBe('"e"')
  expect(hub.seen.map((s) => [s.url, s.headers.authorization, s.headers['if-range']])).toEqual([
    ['/start', 'Bearer hf_secret', '"e"'],
    ['/moved', 'Bearer hf_secret', '"e"'],
  ])
  expect(store.seen.map((s) => [s.url, s.headers.authorization, s.headers['if-range'], s.headers.range])).toEqual([
    ['/blob?sig=1', undefined, undefined, 'bytes=3-'],
  ])
  expect(store.seen[0]!.headers['accept-encoding']).toBe('identity')
})

test('what the hub said before it sent us on within itself still counts', async () => {
  const hub = await serve(() => (request, response) => {
    const linked = { location: '/cache/a', 'x-linked-etag': '"content"', etag: '"first"' }
    if (request.url === '/a') response.writeHead(307, linked).end()
    else response.writeHead(200, { etag: '"second"' }).end('bytes')
  })
  const reply = await send(connect(hub.url), `${hub.url}/a`)
  await reply.discard()
  expect([reply.hub.get('x-linked-etag'), reply.hub.get('etag')]).toEqual(['"content"', '"second"'])
})

test('with follow own-host the pointer to another host is the reply', async () => {
  const hub = await serve(() => (request, response) => {
    if (request.url === '/a') response.writeHead(301, { location: '/b' }).end()
    else response.writeHead(302, { location: 'http://127.0.0.1:1/blob', 'x-linked-size': '12' }).end()
  })
  const reply = await send(connect(hub.url), `${hub.url}/a`, { method: 'HEAD', follow: 'own-host' })
  await reply.discard()
  expect([reply.response.status, reply.hub.get('x-linked-size')]).toEqual([302, '12'])
})

test('a loop of redirects ends', async () => {
  const hub = await serve(() => (request, response) => response.writeHead(302, { location: request.url! }).end())
  await expect(send(connect(hub.url), `${hub.url}/loop`)).rejects.toMatchObject({
    code: 'hub/redirect',
    transient: false,
    where: `${hub.url}/loop`,
  })
  expect(hub.seen.length).toBe(11)
})

test.each(['file:///etc/passwd', 'javascript:1', ''])('a redirect to %j is refused', async (location) => {
  const hub = await serve(() => (_, response) => response.writeHead(302, { location }).end())
  await expect(send(connect(hub.url), hub.url)).rejects.toMatchObject({ code: 'hub/redirect' })
})

test('what began encrypted stays so', async () => {
  const plain = async () => new Response(null, { status: 302, headers: { location: 'http://store.example/x' } })
  const connection = connect('https://hub.example', { fetch: plain as typeof fetch })
  await expect(send(connection, 'https://hub.example/x')).rejects.toMatchObject({ code: 'hub/redirect' })
})

test('silence before and within an answer is an error that may be tried again', async () => {
  const hub = await serve(() => (request, response) => {
    if (request.url === '/body') response.writeHead(200).write('half')
  })
  const connection = connect(hub.url, { stallTimeout: 80 })
  const fault = { code: 'hub/stalled', transient: true, message: 'no byte came for 0.08 s' }
  await expect(send(connection, `${hub.url}/head`)).rejects.toMatchObject(fault)
  const reply = await send(connection, `${hub.url}/body`)
  await expect(text(reply.body())).rejects.toMatchObject(fault)
})

test('nobody there, and nothing of the token in the error', async () => {
  const error = await caught(send(connect('http://127.0.0.1:1'), 'http://127.0.0.1:1/x?sig=private'))
  expect(error).toMatchObject({ code: 'hub/unreachable', transient: true, where: 'http://127.0.0.1:1/x' })
  expect(inspect(error, { depth: 9 })).not.toMatch(/hf_secret|private/)
})

test('an interruption is not mistaken for a fault', async () => {
  const hub = await serve(() => (_, response) => response.writeHead(200).write('half'))
  const controller = new AbortController()
  const reply = await send(connect(hub.url, { signal: controller.signal }), hub.url)
  const reading = caught(text(reply.body()))
  const reason = new Error('enough')
  controller.abort(reason)
  expect(await reading).toBe(reason)
  expect(await caught(send(connect(hub.url, { signal: controller.signal }), hub.url))).toBe(reason)
})
