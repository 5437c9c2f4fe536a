import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { hubCache, modelFolder } from './cache.js'
import { weightFiles, weightHash } from './files.js'
import { listModels } from './list.js'
import { resolveWeights } from './resolve.js'

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'egolens-weights-'))
  vi.stubEnv('HF_HOME', home)
  vi.stubEnv('HF_HUB_CACHE', '')
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(home, { recursive: true })
})

async function cached(name: string, commit: string): Promise<string> {
  const dir = join(modelFolder(name), 'snapshots', commit)
  await mkdir(dir, { recursive: true })
  await mkdir(join(modelFolder(name), 'refs'), { recursive: true })
  await writeFile(join(modelFolder(name), 'refs', 'main'), `${commit}\n`)
  return dir
}

test('the cache is found where other tools have it', () => {
  expect(hubCache({ HOME: '/h' })).toBe('/h/.cache/huggingface/hub')
  expect(hubCache({ HOME: '/h', XDG_CACHE_HOME: '/x' })).toBe('/x/huggingface/hub')
  expect(hubCache({ HOME: '/h', HF_HOME: '/hf' })).toBe('/hf/hub')
  expect(hubCache({ HF_HOME: '/hf', HF_HUB_CACHE: '/c' })).toBe('/c')
})

test('a hub name resolves through refs/main, and a revision after @ by itself', async () => {
  const dir = await cached('openai/clip-vit-base-patch16', 'abc123')
  expect(await resolveWeights('openai/clip-vit-base-patch16')).toEqual({
    name: 'openai/clip-vit-base-patch16',
    dir,
    source: 'hub',
  })
  expect((await resolveWeights('openai/clip-vit-base-patch16@abc123')).dir).toBe(dir)
})

test('a directory resolves to itself', async () => {
  expect(await resolveWeights(home)).toEqual({ name: home, dir: home, source: 'directory' })
})

test('a missing name tells what is near and how to get it', async () => {
  await cached('openai/clip-vit-base-patch16', 'abc123')
  await expect(resolveWeights('openai/clip-vit-base-patch32')).rejects.toMatchObject({
    code: 'weights/not-found',
    message: 'no weights named "openai/clip-vit-base-patch32"; there are openai/clip-vit-base-patch16',
    cure: 'egolens models pull openai/clip-vit-base-patch32',
  })
  await expect(resolveWeights('./nowhere')).rejects.toMatchObject({ code: 'weights/not-found' })
})

test('models are listed with type and size', async () => {
  const dir = await cached('a/b', 'c0')
  await writeFile(join(dir, 'config.json'), '{"model_type":"clip"}')
  await writeFile(join(dir, 'model.safetensors'), 'twelve bytes')
  const entries = await listModels()
  expect(entries.filter((e) => e.source === 'hub')).toEqual([
    { name: 'a/b', dir, source: 'hub', type: 'clip', bytes: 12 },
  ])
  await writeFile(join(dir, 'config.json'), 'cut o')
  expect((await listModels()).find(({ name }) => name === 'a/b')).not.toHaveProperty('type')
  await writeFile(join(dir, 'adapter.json'), '{"method":"x-mic"}')
  expect((await listModels()).find(({ name }) => name === 'a/b')).toMatchObject({ type: 'x-mic adapter' })
})

test('shards must lie beside their index', async () => {
  const index = (map: Record<string, string>) =>
    writeFile(join(home, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }))
  await index({ a: 'two.safetensors', b: 'one.safetensors', c: 'two.safetensors' })
  await expect(weightFiles(home)).rejects.toMatchObject({
    code: 'weights/no-files',
    message: 'missing shards: one.safetensors, two.safetensors',
  })
  await writeFile(join(home, 'one.safetensors'), '1')
  await writeFile(join(home, 'two.safetensors'), '2')
  expect(await weightFiles(home)).toEqual([join(home, 'one.safetensors'), join(home, 'two.safetensors')])
  await index({ a: '../one.safetensors' })
  await expect(weightFiles(home)).rejects.toMatchObject({ code: 'weights/bad-index' })
})

test('pickled weights are refused with the cure', async () => {
  await writeFile(join(home, 'pytorch_model.bin'), '')
  await expect(weightFiles(home)).rejects.toMatchObject({
    code: 'weights/no-files',
    cure: `egolens models convert ${join(home, 'pytorch_model.bin')}`,
  })
})

test('the hash is that of the file, and follows its content', async () => {
  const path = join(home, 'model.safetensors')
  const sha = (text: string) => createHash('sha256').update(text).digest('hex')
  await writeFile(path, 'one')
  expect(await weightHash([path])).toBe(sha('one'))
  await writeFile(path, 'three')
  expect(await weightHash([path])).toBe(sha('three'))
  const other = join(home, 'other.safetensors')
  await writeFile(other, 'one')
  expect(await weightHash([path, other])).toBe(sha(`${sha('three')}\n${sha('one')}`))
})
