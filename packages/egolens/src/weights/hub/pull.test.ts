import { readlink, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ProgressEvent } from '../../progress.js'
import { bytesOf, etagOf } from './hub.testing.js'
import { PullTest } from './pull.testing.js'

const t = new PullTest()

const blob = (file: string) => etagOf(t.hub.files[file]!)

test('a pull makes the layout that other tools read', async () => {
  const pulled = await t.pull()
  const commit = t.hub.commit
  expect(await t.tree()).toEqual(
    [
      `blobs/${blob('config.json')}`,
      `blobs/${blob('model.safetensors')}`,
      'refs/main',
      `snapshots/${commit}/config.json`,
      `snapshots/${commit}/model.safetensors`,
    ].sort(),
  )
  expect(await readlink(t.cached('snapshots', commit, 'config.json'))).toBe(`../../blobs/${blob('config.json')}`)
  expect((await t.read('refs', 'main')).toString()).toBe(commit)
  expect(await t.read('snapshots', commit, 'model.safetensors')).toEqual(t.hub.files['model.safetensors']!.data)
  expect(pulled).toEqual({
    name: 'org/model',
    revision: 'main',
    commit,
    dir: t.cached('snapshots', commit),
    files: [
      { path: 'config.json', bytes: 22, source: 'hub' },
      { path: 'model.safetensors', bytes: 300_000, source: 'hub' },
    ],
    bytes: 300_022,
    fetched: 300_022,
    pickled: [],
  })
})

test('a second pull asks for the list and fetches nothing', async () => {
  await t.pull()
  const before = t.hub.server.seen.length
  const again = await t.pull()
  expect(again).toMatchObject({ fetched: 0, files: [{ source: 'cache' }, { source: 'cache' }] })
  expect(t.hub.server.seen.slice(before).map((s) => s.url)).toEqual(['/api/models/org/model/revision/main?blobs=true'])
})

test('a commit is pulled without a ref', async () => {
  await t.pull({}, `org/model@${t.hub.commit}`)
  expect((await t.tree()).filter((path) => path.startsWith('refs'))).toEqual([])
})

test('a new commit fetches what has changed, and the old one stays', async () => {
  await t.pull()
  const old = t.hub.commit
  t.hub.commit = 'd'.repeat(40)
  t.hub.files['config.json'] = { data: Buffer.from('{"model_type":"clip","new":1}') }
  expect((await t.pull()).files.map((f) => f.source)).toEqual(['hub', 'cache'])
  expect((await t.read('refs', 'main')).toString()).toBe(t.hub.commit)
  expect((await t.read('snapshots', old, 'config.json')).toString()).toBe('{"model_type":"clip"}\n')
})

test('named files and patterns, in folders too', async () => {
  t.hub.files['onnx/a b#1.json'] = { data: Buffer.from('{}') }
  const pulled = await t.pull({ include: ['onnx/*'], files: ['README.md'] })
  expect(pulled.files.map((f) => f.path)).toEqual(['README.md', 'onnx/a b#1.json'])
  const link = t.cached('snapshots', t.hub.commit, 'onnx', 'a b#1.json')
  expect(await readlink(link)).toBe(`../../../blobs/${blob('onnx/a b#1.json')}`)
  expect((await t.fails({ files: ['REDME.md'] })).cure).toBe('there are README.md')
})

test('a branch moves to a newer commit when a model can be loaded from it', async () => {
  const ref = async () => (await t.read('refs', 'main')).toString()
  await t.pull({ files: ['config.json'] })
  const first = t.hub.commit
  expect(await ref()).toBe(first)
  await t.pull()
  t.hub.commit = 'd'.repeat(40)
  await t.pull({ files: ['config.json'] })
  expect(await ref()).toBe(first)
  await t.pull({ files: ['model.safetensors'] })
  expect(await ref()).toBe(t.hub.commit)
})

test('pickled weights are named until they have been converted', async () => {
  delete t.hub.files['model.safetensors']
  const { dir, pickled } = await t.pull()
  expect(pickled).toEqual([join(dir, 'pytorch_model.bin')])
  await writeFile(join(dir, 'pytorch_model.safetensors'), 'converted')
  expect((await t.pull()).pickled).toEqual([])
})

test('an empty file is made without asking, two equal files are fetched once', async () => {
  t.hub.files = {
    'a.txt': { data: Buffer.alloc(0) },
    'b.json': { data: bytesOf(50) },
    'c.json': { data: bytesOf(50) },
  }
  await t.pull({ include: ['*'] })
  expect((await stat(t.cached('snapshots', t.hub.commit, 'a.txt'))).size).toBe(0)
  expect([t.hub.gets('a.txt').length, t.hub.gets('b.json').length + t.hub.gets('c.json').length]).toEqual([0, 1])
  expect(await t.read('snapshots', t.hub.commit, 'c.json')).toEqual(bytesOf(50))
})

test('a mirror that lists no sizes is asked for each file', async () => {
  t.hub.listing = ({ sha, siblings }) => ({
    sha,
    siblings: (siblings as { rfilename: string }[]).map(({ rfilename }) => ({ rfilename })),
  })
  await t.pull()
  const heads = t.hub.server.seen.filter((s) => s.method === 'HEAD')
  expect(heads.length).toBe(2)
  expect(await t.read('blobs', blob('model.safetensors'))).toEqual(t.hub.files['model.safetensors']!.data)
})

test('a blob of the wrong length is fetched anew', async () => {
  await t.pull()
  await writeFile(t.cached('blobs', blob('model.safetensors')), 'cut off')
  await t.pull()
  expect(await t.read('blobs', blob('model.safetensors'))).toEqual(t.hub.files['model.safetensors']!.data)
})

test('progress counts MiB up to the total and names the file', async () => {
  t.hub.files['model.safetensors'] = { data: bytesOf(3 << 20), lfs: true }
  const events: ProgressEvent[] = []
  await t.pull({ progress: (event) => events.push(event) })
  expect(events.at(-1)).toEqual({ task: 'pull org/model', done: 3, total: 3, unit: 'MiB', note: 'model.safetensors' })
  const done = events.map((e) => e.done)
  expect(done).toEqual([...done].sort((a, b) => a - b))
})

test('two pulls at once fetch each file once', async () => {
  const results = await Promise.all([t.pull(), t.pull(), t.pull()])
  expect(t.hub.gets('model.safetensors').length).toBe(1)
  expect(results.map((r) => r.fetched).sort()).toEqual([0, 0, 300_022])
  expect(new Set(results.map((r) => r.dir)).size).toBe(1)
})

test('offline: what is in the cache, and no connection', async () => {
  const env = { HF_HUB_OFFLINE: '1' }
  const nobody = (() => {
    throw new Error('a connection was made')
  }) as unknown as typeof fetch
  expect(await t.fails({ env, fetch: nobody })).toMatchObject({
    code: 'hub/offline',
    message: 'org/model at main is not in the cache, and HF_HUB_OFFLINE forbids to ask the hub',
  })
  const online = await t.pull()
  const offline = await t.pull({ env, fetch: nobody })
  expect(offline).toEqual({
    ...online,
    fetched: 0,
    files: online.files.map((file) => ({ ...file, source: 'cache' })),
  })
  await rm(join(online.dir, 'model.safetensors'))
  expect(await t.fails({ env, fetch: nobody })).toMatchObject({ code: 'hub/offline' })
})
