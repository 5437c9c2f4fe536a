import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { onDisk } from '../files/disk.js'
import { FaultyReads, sweepReads } from '../files/testing.js'
import { FeatureStore } from './store.js'
import type { FeatureSpace, VideoFeatures } from './types.js'

const space: FeatureSpace = {
  encoder: 'small',
  weights: 'a'.repeat(64),
  tap: 'joint',
  view: 'full',
  preprocessing: { size: 8, resize: 8, mean: [0, 0, 0], std: [1, 1, 1], mode: 'center' },
  compute: 'float32',
  unit: { kind: 'frame' },
  every: 0.25,
}
const video = 'b'.repeat(64)

const features = (steps: number[], value = 0): VideoFeatures => ({
  times: Float64Array.from(steps, (k) => k * space.every),
  values: Float32Array.from(steps.flatMap((k) => [k, value])),
  width: 2,
})

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-features-reading-'))
})
afterEach(() => rm(root, { recursive: true }))

describe.each(['EIO', 'ESTALE', 'EACCES'] as const)('a feature store on a disk with %s at any read', (fault) => {
  it('loses no feature when a video is extended, and is extended the next time', async () => {
    const open = (k: number) => FeatureStore.open(join(root, `${k}`))
    const reads = await sweepReads(
      fault,
      async (k) => {
        const store = await onDisk(new FaultyReads(), async () => {
          const made = await open(k)
          await made.write(space, video, features([8, 9]))
          return made
        })
        await store.write(space, video, features([0, 1], 5))
      },
      async (k, error, read) => {
        const store = await open(k)
        const there = [...(await store.read(space, video)).times]
        const [old, all] = [
          [2, 2.25],
          [0, 0.25, 2, 2.25],
        ]
        expect(error ? [old, all] : [all]).toContainEqual(there)
        if (error) expect((error as { where: string }).where).toBe(read.replace(/^\w+ /, ''))
        await store.write(space, video, features([0, 1], 5))
        expect([...(await store.read(space, video)).values]).toEqual([0, 5, 1, 5, 8, 0, 9, 0])
        expect((await store.index(space)).map(({ count }) => count)).toEqual([4])
      },
    )
    expect(reads.filter((read) => read.startsWith('read ')).length).toBeGreaterThanOrEqual(3)
  })

  it('names the shard that is read, and never takes it for one that is not there', async () => {
    const store = await FeatureStore.open(root)
    await store.write(space, video, features([0, 1, 2]))
    const path = store.shardPath(space, video)
    const works = [
      async () => expect([...(await store.read(space, video)).times]).toEqual([0, 0.25, 0.5]),
      async () => expect(await store.missing(space, video, [[0, 0.5]])).toEqual([]),
    ]
    for (const work of works) {
      await sweepReads(fault, work, async (_, error, read) => {
        if (!read) expect(error).toBeUndefined()
        else expect(error).toMatchObject({ where: path, code: expect.stringMatching(/^(disk|file)\/unreadable$/) })
      })
    }
  })
})

it('a shard is whole when few bytes come at a time', async () => {
  const store = await FeatureStore.open(root)
  await store.write(space, video, features([0, 1, 2], 7))
  await sweepReads(
    'short',
    async () => expect([...(await store.read(space, video)).values]).toEqual([0, 7, 1, 7, 2, 7]),
    async (_, error) => expect(error).toBeUndefined(),
  )
})

it('remembered hashes that the disk does not give are not written over', async () => {
  const source = join(root, 'x.mp4')
  const path = join(root, 'store', 'sources.json')
  const { writeFile } = await import('node:fs/promises')
  await writeFile(source, 'a video')
  const first = await FeatureStore.open(join(root, 'store'))
  await first.sources.hash(source)
  await first.sources.flush()
  const before = await readFile(path, 'utf8')
  await expect(onDisk(new FaultyReads(1), () => FeatureStore.open(join(root, 'store')))).rejects.toMatchObject({
    code: 'disk/unreadable',
    where: path,
  })
  const again = await FeatureStore.open(join(root, 'store'))
  await writeFile(join(root, 'y.mp4'), 'another')
  await again.sources.hash(join(root, 'y.mp4'))
  await expect(onDisk(new FaultyReads(1), () => again.sources.flush())).rejects.toMatchObject({ where: path })
  expect(await readFile(path, 'utf8')).toBe(before)
  await again.sources.flush()
  expect(Object.keys(JSON.parse(await readFile(path, 'utf8')) as object)).toHaveLength(2)
  expect((await readdir(join(root, 'store'))).sort()).toEqual(['sources.json'])
})
