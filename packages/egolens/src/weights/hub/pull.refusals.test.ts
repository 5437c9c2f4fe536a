import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { json } from './hub.testing.js'
import { PullTest } from './pull.testing.js'

const t = new PullTest()
const env = { HF_TOKEN: 'hf_secret' }

test('a gated model says whose terms are to be accepted', async () => {
  t.hub.before = (request, response) => {
    if (!request.url!.includes('/resolve/')) return false
    json(response, 401, { error: 'Access is restricted' }, { 'x-error-code': 'GatedRepo' })
    return true
  }
  expect(await t.fails()).toMatchObject({
    code: 'hub/gated',
    cure: `signed in, accept its terms at ${t.hub.server.url}/org/model, then set HF_TOKEN to a token of that account`,
  })
})

test('a name that is not there is told with those that are near', async () => {
  t.hub.before = (request, response) => {
    if (!request.url!.startsWith('/api/models?author=org')) return false
    json(response, 200, [{ id: 'org/model' }, { id: 'org/quite-another-thing' }])
    return true
  }
  await mkdir(join(t.home, 'hub', 'models--org--modem', 'snapshots', 'x'), { recursive: true })
  expect(await t.fails({}, 'org/modell')).toMatchObject({
    code: 'hub/not-found',
    message: `no model "org/modell" at ${t.hub.server.url}, or it is private; near are org/model, org/modem`,
    cure: 'look at the spelling; for a private model set HF_TOKEN',
  })
})

test.each(['../../../evil', '/etc/evil', 'a/../../evil', 'evil\0.json', 'C:\\evil'])(
  'a hub that lists %j is refused before anything is written',
  async (rfilename) => {
    t.hub.listing = (model) => ({
      ...model,
      siblings: [...(model.siblings as object[]), { rfilename, size: 1, blobId: 'a'.repeat(40) }],
    })
    expect(await t.fails({ include: ['*'] })).toMatchObject({ code: 'hub/bad-file-name' })
    expect(await readdir(t.home)).toEqual([])
  },
)

test('an ETag that leads elsewhere is refused', async () => {
  t.hub.listing = ({ sha }) => ({ sha, siblings: [{ rfilename: 'model.safetensors' }] })
  for (const etag of ['"../../evil"', '".."', '"a/b"', '""']) {
    t.hub.before = (request, response) => {
      if (request.method === 'HEAD') response.writeHead(200, { etag, 'content-length': 4 }).end()
      return request.method === 'HEAD'
    }
    expect(await t.fails()).toMatchObject({ code: 'hub/bad-reply' })
  }
})

test('a disk without room is found before the download', async () => {
  const statfs = async () => ({ bavail: 50, bsize: 4096 })
  expect(await t.fails({ statfs })).toMatchObject({
    code: 'hub/no-space',
    message: 'the disk lacks 0.1 MiB (95222 bytes): 0.3 MiB are to come and 0.2 MiB are free',
  })
  expect(t.hub.server.asked('/resolve/')).toEqual([])
})

test('what is there already needs no room', async () => {
  await t.pull()
  await t.pull({ statfs: async () => ({ bavail: 0, bsize: 4096 }) })
})

test('a cache that cannot be written is named', async () => {
  await writeFile(join(t.home, 'hub'), '')
  expect(await t.fails()).toMatchObject({ code: 'hub/unwritable' })
})

test('a hub that does not answer is told with what the cache has', async () => {
  await t.pull()
  t.hub.before = (_, response) => {
    response.destroy()
    return true
  }
  const error = await t.fails({ attempts: 2 })
  expect(error.code).toBe('hub/unreachable')
  expect(error.cure).toMatch(new RegExp(`; the cache has org/model as of commit ${t.hub.commit}$`))
})

test('the model that comes with the toolkit is not asked for', async () => {
  expect(await t.fails({}, 'small')).toMatchObject({ code: 'hub/bad-name', message: '"small" comes with the toolkit' })
  expect(t.hub.server.seen).toEqual([])
})

test('two revisions at once are refused', async () => {
  expect(await t.fails({ revision: 'v2' }, 'org/model@v1')).toMatchObject({ code: 'hub/bad-name' })
  await t.pull({ revision: 'v1' }, 'org/model@v1')
})

test('a loop of redirects is an error, not a loop of tries', async () => {
  t.hub.before = (request, response) => {
    if (!request.url!.endsWith('/model.safetensors')) return false
    response.writeHead(302, { location: request.url! }).end()
    return true
  }
  expect(await t.fails()).toMatchObject({ code: 'hub/redirect' })
  expect(t.hub.gets('model.safetensors').length).toBe(11)
})

test('the token is in no error, whatever the server does', async () => {
  const statuses = [400, 401, 403, 404, 416, 418, 429, 500]
  const notes: unknown[] = []
  for (const part of ['/api/', '/resolve/']) {
    for (const status of statuses) {
      t.hub.before = (request, response) => {
        if (!request.url!.includes(part)) return false
        json(response, status, { error: `bad ${request.headers.authorization}` }, { 'x-error-message': 'x hf_secret' })
        return true
      }
      const error = await t.fails({ env, attempts: 2, progress: (event) => notes.push(event) })
      expect(error.code).toMatch(/^hub\//)
      const told = inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error) + String(error.stack)
      expect(told).not.toContain('hf_secret')
    }
  }
  expect(t.hub.server.seen.every((s) => s.headers.authorization === 'Bearer hf_secret')).toBe(true)
  t.hub.before = () => false
  const pulled = await t.pull({ env, progress: (event) => notes.push(event) })
  expect(JSON.stringify([pulled, notes])).not.toContain('hf_secret')
})
