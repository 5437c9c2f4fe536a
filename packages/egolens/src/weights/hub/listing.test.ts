import { afterEach, expect, test } from 'vitest'
import { bytesOf, gitSha, json, sha256, TestHub, TestServer } from './hub.testing.js'
import { listFiles } from './listing.js'
import type { Connection } from './request.js'

const servers: TestServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop()
})

const connect = (endpoint: string): Connection => ({ endpoint, token: () => undefined, fetch, stallTimeout: 5000 })
const main = { name: 'org/model', revision: 'main' }

async function answering(body: string): Promise<Connection> {
  const server = await TestServer.start(() => (_, response) => response.end(body))
  servers.push(server)
  return connect(server.url)
}

test('files with sizes and checksums, large ones by sha256', async () => {
  const [config, weights] = [bytesOf(20), bytesOf(500, 2)]
  const hub = await TestHub.start({
    'config.json': { data: config },
    'model.safetensors': { data: weights, lfs: true },
  })
  servers.push(hub.server)
  expect(await listFiles(connect(hub.server.url), { ...main, revision: 'refs/pr/9' })).toEqual({
    commit: hub.commit,
    files: [
      { path: 'config.json', bytes: 20, checksum: { kind: 'git-sha1', hex: gitSha(config) } },
      { path: 'model.safetensors', bytes: 500, checksum: { kind: 'sha256', hex: sha256(weights) } },
    ],
  })
  expect(hub.server.seen[0]!.url).toBe('/api/models/org/model/revision/refs%2Fpr%2F9?blobs=true')
})

test("git's hash is git's", () => {
  // printf 'hello\n' | git hash-object --stdin
  expect(gitSha(Buffer.from('hello\n'))).toBe('ce013625030ba8dba906f756967f9e9ca394464a')
})

test('a mirror that knows neither size nor checksum', async () => {
  const connection = await answering(JSON.stringify({ sha: 'a'.repeat(40), siblings: [{ rfilename: 'x', lfs: null }] }))
  expect((await listFiles(connection, main)).files).toEqual([{ path: 'x' }])
})

test.each([
  ['a page', '<html>sign in</html>', 'something else than JSON'],
  ['no commit', '{"siblings":[]}', 'not one at sha'],
  ['a commit that leads elsewhere', '{"sha":"../../x","siblings":[]}', 'not one at sha'],
  [
    'a checksum that leads elsewhere',
    `{"sha":"${'a'.repeat(40)}","siblings":[{"rfilename":"x","blobId":"../x"}]}`,
    'blobId',
  ],
  ['a size below zero', `{"sha":"${'a'.repeat(40)}","siblings":[{"rfilename":"x","size":-1}]}`, 'siblings.0.size'],
])('%s is no list', async (_, body, why) => {
  const error = await listFiles(await answering(body), main).catch((e: unknown) => e)
  expect(error).toMatchObject({ code: 'hub/bad-reply', transient: false })
  expect((error as Error).message).toContain(why)
})

test('a model that is not there', async () => {
  const hub = await TestHub.start({})
  servers.push(hub.server)
  await expect(listFiles(connect(hub.server.url), { ...main, name: 'org/modell' })).rejects.toMatchObject({
    code: 'hub/not-found',
  })
  hub.before = (_, response) => {
    json(response, 404, { error: 'Invalid rev id' }, { 'x-error-code': 'RevisionNotFound' })
    return true
  }
  await expect(listFiles(connect(hub.server.url), { ...main, revision: 'v9' })).rejects.toMatchObject({
    code: 'hub/unknown-revision',
    message: 'org/model has no revision "v9"',
  })
})
