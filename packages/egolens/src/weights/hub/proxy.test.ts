import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { proxyFor } from './proxy.js'
import { PullTest } from './pull.testing.js'

const t = new PullTest()

let proxy: Server
/** Where the proxy was asked to connect to, and with which credentials. */
let asked: { target: string; credentials: string | undefined }[]
let refuse: number | undefined

beforeEach(async () => {
  asked = []
  refuse = undefined
  proxy = createServer()
  proxy.on('connect', (request, socket, head) => {
    asked.push({ target: request.url!, credentials: request.headers['proxy-authorization'] })
    if (refuse) return socket.end(`HTTP/1.1 ${refuse} no\r\n\r\n`)
    const [host, port] = request.url!.split(':')
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.write(head)
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  await new Promise<void>((ready) => proxy.listen(0, '127.0.0.1', ready))
})
afterEach(() => {
  proxy.closeAllConnections()
  return new Promise((closed) => proxy.close(closed))
})

const address = (user = '') => `http://${user}127.0.0.1:${(proxy.address() as AddressInfo).port}`

describe('a pull', () => {
  it('goes through the proxy that the environment names, with its credentials', async () => {
    const model = await t.pull({ env: { http_proxy: address('anna:secret@') } })
    expect(model.files.length).toBeGreaterThan(1)
    const host = new URL(t.hub.server.url).host
    expect(new Set(asked.map(({ target }) => target))).toEqual(new Set([host]))
    const basic = Buffer.from('anna:secret').toString('base64')
    expect(asked[0]!.credentials).toBe(`Basic ${basic}`)
  })

  it('asks hosts in NO_PROXY directly', async () => {
    await t.pull({ env: { HTTP_PROXY: address(), NO_PROXY: 'elsewhere.example,127.0.0.1' } })
    expect(asked).toEqual([])
  })

  it('tells that a proxy refuses, and not the password', async () => {
    refuse = 407
    const error = await t.fails({ env: { HTTP_PROXY: address('anna:secret@') }, attempts: 1 })
    expect(error).toMatchObject({ code: 'hub/unreachable', message: expect.stringContaining('407') })
    expect(`${error.message} ${error.cure}`).not.toContain('secret')
  })

  it('refuses an address that is none', async () => {
    expect((await t.fails({ env: { HTTPS_PROXY: 'ftp://proxy.example' } })).code).toBe('hub/bad-proxy')
  })
})

it('a proxy is named with or without http, the small variable first', () => {
  expect(proxyFor('https', { HTTPS_PROXY: 'proxy.example:3128' })?.href).toBe('http://proxy.example:3128/')
  expect(proxyFor('https', { HTTPS_PROXY: 'http://a', https_proxy: 'http://b' })?.hostname).toBe('b')
  expect(proxyFor('http', { HTTPS_PROXY: 'http://a', http_proxy: '' })).toBeUndefined()
})
