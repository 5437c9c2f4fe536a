import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { snapshot } from '../cache.js'
import { weightFiles } from '../files.js'
import { listModels } from '../list.js'
import { resolveWeights } from '../resolve.js'
import { bytesOf } from './hub.testing.js'
import { PullTest } from './pull.testing.js'

const t = new PullTest()
beforeEach(() => {
  vi.stubEnv('HF_HOME', t.home)
  vi.stubEnv('HF_HUB_CACHE', '')
})
afterEach(() => vi.unstubAllEnvs())

test('a pulled model is found by name, branch, pull request, commit and the beginning of a commit', async () => {
  await t.pull()
  await t.pull({ revision: 'refs/pr/9' })
  const commit = t.hub.commit
  for (const revision of ['', '@main', '@refs/pr/9', `@${commit}`, `@${commit.slice(0, 7)}`]) {
    const name = `org/model${revision}`
    expect(await resolveWeights(name)).toEqual({ name, dir: t.cached('snapshots', commit), source: 'hub' })
  }
  expect(await snapshot('org/model', commit.slice(0, 6))).toBeUndefined()
  expect((await listModels()).filter((m) => m.source === 'hub')).toEqual([
    { name: 'org/model', dir: t.cached('snapshots', commit), source: 'hub', type: 'clip', bytes: 300_000 },
  ])
})

test('another revision than those that are there is to be pulled', async () => {
  await t.pull()
  await expect(resolveWeights('org/model@v2')).rejects.toMatchObject({
    message: 'no weights named "org/model@v2"; org/model is there, at other revisions',
    cure: 'egolens models pull org/model@v2',
  })
})

test('a pull that gave up leaves no model behind', async () => {
  t.hub.before = (request, response) => {
    if (request.url!.endsWith('/model.safetensors')) response.destroy()
    return request.url!.endsWith('/model.safetensors')
  }
  await t.fails({ attempts: 2 })
  await expect(resolveWeights('org/model')).rejects.toMatchObject({ cure: 'egolens models pull org/model' })
})

test('a snapshot of which another tool fetched a part is completed by a pull', async () => {
  t.hub.files['model-00001-of-00002.safetensors'] = { data: bytesOf(10), lfs: true }
  t.hub.files['model-00002-of-00002.safetensors'] = { data: bytesOf(20), lfs: true }
  const map = { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' }
  t.hub.files['model.safetensors.index.json'] = { data: Buffer.from(JSON.stringify({ weight_map: map })) }
  delete t.hub.files['model.safetensors']
  const { dir } = await t.pull()
  await rm(join(dir, map.b))
  const error = await weightFiles(dir).catch((e: unknown) => e)
  expect(error).toMatchObject({ code: 'weights/no-files', cure: `egolens models pull org/model@${t.hub.commit}` })
  await t.pull({}, (error as { cure: string }).cure.split(' ').at(-1)!)
  expect(await weightFiles(dir)).toEqual([join(dir, map.a), join(dir, map.b)])
})
