import { execFile } from 'node:child_process'
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { gridSteps, nearestIndex } from './grid.js'
import { spaceId } from './space.js'
import { FeatureStore } from './store.js'
import type { FeatureSpace, VideoFeatures } from './types.js'
import { groupBySource, joinRanges } from './work.js'

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

function features(steps: number[], value = 0): VideoFeatures {
  const values = Float32Array.from(steps.flatMap((k) => [k, value]))
  return { times: Float64Array.from(steps, (k) => k * space.every), values, width: 2 }
}

describe('the grid', () => {
  test('covers what is nearest to both ends', () => {
    expect(gridSteps([[0.3, 1]], 0.25)).toEqual([1, 2, 3, 4])
    expect(gridSteps([[0.1, 0.2]], 0.25)).toEqual([0, 1])
    expect(
      gridSteps(
        [
          [2, 2.5],
          [0, 0.25],
        ],
        0.25,
      ),
    ).toEqual([0, 1, 8, 9, 10])
  })

  test('the nearest value is found as by looking at all', () => {
    const ascending = fc
      .uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 1 })
      .map((a) => a.sort((x, y) => x - y))
    fc.assert(
      fc.property(ascending, fc.double({ min: -60, max: 60, noNaN: true }), (values, x) => {
        const best = Math.min(...values.map((v) => Math.abs(v - x)))
        expect(Math.abs(values[nearestIndex(values, x)]! - x)).toBe(best)
      }),
    )
  })

  test('ranges of one source are joined', () => {
    expect(
      joinRanges([
        [3, 4],
        [0, 1],
        [1, 2],
        [3.5, 3.6],
      ]),
    ).toEqual([
      [0, 2],
      [3, 4],
    ])
    const span = (source: string, start: number, end: number) => ({ source, start, end })
    expect(groupBySource([{ ...span('a', 0, 1), frameRate: 60, zeroNumber: 0 }])).toEqual([
      { source: 'a', ranges: [[0, 1]], frameRate: 60, zeroNumber: 0 },
    ])
    expect(groupBySource([span('b', 0, 1), span('a', 2, 3), span('b', 5, 6)])).toEqual([
      { source: 'a', ranges: [[2, 3]] },
      {
        source: 'b',
        ranges: [
          [0, 1],
          [5, 6],
        ],
      },
    ])
  })
})

test('the space decides the key, whatever the order of its fields and the name of the encoder', () => {
  const { every, ...others } = space
  expect(spaceId({ every, ...others })).toBe(spaceId(space))
  expect(spaceId({ ...space, encoder: '/models/small' })).toBe(spaceId(space))
  expect(spaceId(space)).toMatch(/^[0-9a-f]{16}$/)
  expect(spaceId({ ...space, view: 'hand', crop: 'x' })).not.toBe(spaceId(space))
  expect(spaceId({ ...space, every: 0.5 })).not.toBe(spaceId(space))
})

describe('the store', () => {
  let dir: string
  let store: FeatureStore

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'egolens-features-'))
    store = await FeatureStore.open(dir)
  })
  afterEach(() => rm(dir, { recursive: true }))

  test('says what is missing, and keeps what is written', async () => {
    expect(await store.missing(space, video, [[0, 0.5]])).toEqual([0, 0.25, 0.5])
    await store.write(space, video, features([0, 1]))
    expect(await store.missing(space, video, [[0, 0.5]])).toEqual([0.5])
    expect(await store.has(space, video, [[0, 0.25]])).toBe(true)
    expect(await store.has({ ...space, view: 'hand' }, video, [[0, 0.25]])).toBe(false)
    const read = await store.read(space, video)
    expect([...read.times]).toEqual([0, 0.25])
    expect([...read.values]).toEqual([0, 0, 1, 0])
  })

  test('a later write extends a video, in order of time', async () => {
    await store.write(space, video, features([8, 9]))
    await store.write(space, video, features([0, 1, 8], 5))
    const read = await store.read(space, video)
    expect([...read.times]).toEqual([0, 0.25, 2, 2.25])
    expect([...read.values]).toEqual([0, 5, 1, 5, 8, 5, 9, 0])
  })

  test('features are looked up at the nearest grid time', async () => {
    await store.write(space, video, features([0, 1, 2, 3]))
    const read = await store.read(space, video)
    expect([...read.at([0.1, 0.13, 0.7, 0.99])]).toEqual([0, 0, 1, 0, 3, 0, 3, 0])
    expect(() => read.at([1.2])).toThrow(/no feature at 1.200 s/)
  })

  test('two stores over one directory lose nothing', async () => {
    const other = await FeatureStore.open(dir)
    const writes = Array.from({ length: 12 }, (_, k) => (k % 2 ? store : other).write(space, video, features([k])))
    await Promise.all(writes)
    expect((await store.read(space, video)).times.length).toBe(12)
  })

  test('two processes lose nothing', async () => {
    const built = new URL('../../dist/features/store.js', import.meta.url).href
    const program = (parity: number) => `
      import { FeatureStore } from '${built}'
      const store = await FeatureStore.open(${JSON.stringify(dir)})
      for (let k = ${parity}; k < 24; k += 2) {
        const features = { times: Float64Array.of(k * ${space.every}), values: Float32Array.of(k, 0), width: 2 }
        await store.write(${JSON.stringify(space)}, '${video}', features)
      }`
    const run = promisify(execFile)
    await Promise.all([0, 1].map((parity) => run(process.execPath, ['--input-type=module', '-e', program(parity)])))
    const read = await store.read(space, video)
    expect([...read.times]).toEqual(Array.from({ length: 24 }, (_, k) => k * space.every))
    expect([...read.values]).toEqual(Array.from({ length: 24 }, (_, k) => [k, 0]).flat())
    expect(await store.index(space)).toEqual([{ video: 'b'.repeat(24), count: 24, first: 0, last: 5.75 }])
  })

  test('the lock of a dead process is taken over', async () => {
    await store.write(space, video, features([0]))
    await writeFile(`${store.shardPath(space, video)}.lock`, '999999999')
    await store.write(space, video, features([1]))
    expect((await store.read(space, video)).times.length).toBe(2)
  })

  test('the index tells what is there, and is made again where it is lost or cut', async () => {
    await store.write(space, video, features([0, 1]))
    await store.write(space, 'c'.repeat(64), features([4, 5, 6]))
    const expected = [
      { video: 'b'.repeat(24), count: 2, first: 0, last: 0.25 },
      { video: 'c'.repeat(24), count: 3, first: 1, last: 1.5 },
    ]
    expect(await store.index(space)).toEqual(expected)
    const path = join(dir, spaceId(space), 'index.jsonl')
    await rm(path)
    expect(await store.index(space)).toEqual(expected)
    await appendFile(path, '{"video":"cu')
    expect(await store.index(space)).toEqual(expected)
    expect(JSON.parse(await readFile(join(dir, spaceId(space), 'space.json'), 'utf8'))).toEqual(space)
    expect(await store.spaces()).toEqual([space])
  })

  test('wrong features are refused', async () => {
    await expect(store.read(space, video)).rejects.toMatchObject({ code: 'features/absent' })
    const off = { times: Float64Array.of(0.1), values: new Float32Array(2), width: 2 }
    await expect(store.write(space, video, off)).rejects.toMatchObject({ code: 'features/off-grid' })
    await store.write(space, video, features([0]))
    const wide = { times: Float64Array.of(0.25), values: new Float32Array(3), width: 3 }
    await expect(store.write(space, video, wide)).rejects.toMatchObject({ code: 'features/width' })
  })

  test('a damaged shard is named with the cure', async () => {
    await store.write(space, video, features([0]))
    await writeFile(store.shardPath(space, video), 'damaged')
    const error = { code: 'features/damaged', where: store.shardPath(space, video), cure: 'delete the file' }
    await expect(store.read(space, video)).rejects.toMatchObject(error)
    await expect(store.missing(space, video, [[0, 1]])).rejects.toMatchObject(error)
  })

  test('content hashes are remembered until a file changes', async () => {
    const path = join(dir, 'source.bin')
    await writeFile(path, 'one')
    const first = await store.sources.hash(path)
    await store.sources.flush()
    const again = await FeatureStore.open(dir)
    expect(await again.sources.hash(path)).toBe(first)
    await writeFile(path, 'three')
    expect(await again.sources.hash(path)).not.toBe(first)
  })
})
