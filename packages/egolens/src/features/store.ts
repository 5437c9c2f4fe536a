import { dirname, join } from 'node:path'
import { EgoLensError } from '../errors.js'
import { disk } from '../files/disk.js'
import { type Lock, withLock } from '../files/lock.js'
import { exists, namesIn, readIfThere, statusOf } from '../files/read.js'
import { removeUnfinished, writeAtomic, writeFile } from '../files.js'
import { gridSteps, type Range, stepOf } from './grid.js'
import { otherSpaces } from './others.js'
import { contentOf, extendedContent, mapShard, readShard, readTimes, writeShard } from './shard.js'
import { SourceHashes } from './sources.js'
import { canonical, spaceId } from './space.js'
import { StoredFeatures } from './stored.js'
import type { FeatureSpace, FeatureValues, VideoFeatures, VideoPixels } from './types.js'

/** Longer than the silence after which one elsewhere counts as gone: the work under a lock takes milliseconds. */
const lockPatience = 120_000

/** A line of a space's index: one video, by the first 24 digits of its content hash. */
export interface IndexEntry {
  video: string
  count: number
  first: number
  last: number
}

/**
 * Features kept on disk, by space and video:
 *
 *     <store>/sources.json                             content hashes by path, size and time of change
 *     <store>/<space id>/space.json                    everything that decides a feature's value
 *     <store>/<space id>/index.jsonl                   a line a write; made from the shards where it is missing
 *     <store>/<space id>/<content hash>.safetensors    one video: times and features, or pixels
 *
 * A shard is replaced as a whole, under a lock, so several processes may work on one store, and one that is killed
 * loses the video it was at.
 *
 * @example
 * const store = await FeatureStore.open('features')
 * const features = await store.read(space, hash)
 * const window = features.at([1, 1.25, 1.5])
 */
export class FeatureStore {
  readonly #ready = new Set<string>()

  private constructor(
    readonly dir: string,
    /** Content hashes of sources, remembered in the store. */
    readonly sources: SourceHashes,
  ) {}

  /** Opens a store, and makes its directory where there is none. */
  static async open(dir: string): Promise<FeatureStore> {
    await disk().makeDirectory(dir)
    return new FeatureStore(dir, await SourceHashes.open(join(dir, 'sources.json')))
  }

  /** True where every grid time of the ranges (seconds) is there. */
  async has(space: FeatureSpace, source: string, ranges: readonly Range[], origin?: string): Promise<boolean> {
    return (await this.missing(space, source, ranges, origin)).length === 0
  }

  /**
   * Grid times of the ranges that are not there yet, ascending.
   *
   * @param origin what else the values stand on, such as the hash of the source's detections; features of another
   *   origin do not count
   */
  async missing(space: FeatureSpace, source: string, ranges: readonly Range[], origin = ''): Promise<number[]> {
    const path = this.shardPath(space, source)
    const there = (await exists(path)) ? await readTimes(path, origin) : new Float64Array()
    const steps = new Set(Array.from(there, (time) => stepOf(time, space.every)))
    return gridSteps(ranges, space.every)
      .filter((k) => !steps.has(k))
      .map((k) => k * space.every)
  }

  /**
   * Adds features to a video's shard; those of another origin are replaced.
   *
   * @throws EgoLensError `features/off-grid`, `features/width`; `disk/...`, and the shard is then as it was
   */
  async write(space: FeatureSpace, source: string, features: VideoFeatures<FeatureValues>, origin = ''): Promise<void> {
    const { times, values, width } = features
    const off = times.find((time) => Math.abs(time - stepOf(time, space.every) * space.every) > 1e-6)
    if (off !== undefined) {
      throw new EgoLensError('features/off-grid', `${off} s is not a multiple of ${space.every} s`)
    }
    if (values.length !== times.length * width) {
      throw new EgoLensError('features/width', `${values.length} values for ${times.length} times of width ${width}`)
    }
    await this.#prepare(space)
    const path = this.shardPath(space, source)
    const work = async ({ takenOver }: Lock) => {
      if (takenOver) await removeUnfinished(dirname(path))
      const extend = (await exists(path)) && (await readTimes(path, origin)).length > 0
      const content = extend ? await extendedContent(path, features) : contentOf(features)
      await writeShard(path, content, { video: source, space: spaceId(space), origin })
      const line = await indexLine(path, entry(videoId(source), content.times))
      await writeFile(join(this.#folder(space), 'index.jsonl'), 'a', (file) => file.write(line))
    }
    await withLock(`${path}.lock`, work, { poll: 20, patience: lockPatience })
  }

  /**
   * All features of a video in a space.
   *
   * @throws EgoLensError `features/absent` where there are none, naming what there is with other settings,
   * `features/damaged`, `disk/unreadable`
   */
  async read(space: FeatureSpace, source: string): Promise<StoredFeatures> {
    const path = await this.#found(space, source)
    return new StoredFeatures(await readShard(path), space.every, path)
  }

  /**
   * The frames of a video in a space of pixels, mapped.
   *
   * @throws EgoLensError `features/absent` where there are none
   */
  async pixels(space: FeatureSpace, source: string): Promise<VideoPixels> {
    return { ...mapShard(await this.#found(space, source)), preprocessing: space.preprocessing }
  }

  async #found(space: FeatureSpace, source: string): Promise<string> {
    const path = this.shardPath(space, source)
    if (await exists(path)) return path
    const others = (await otherSpaces(this, space, source)).map((other) => `; there are some with ${other}`)
    const message = `no ${space.view} features of this video by "${space.encoder}"${others.join('')}`
    throw new EgoLensError('features/absent', message, { where: path, cure: 'run egolens extract with the recipe' })
  }

  /** Whether there are any features of a video in a space. */
  async holds(space: FeatureSpace, source: string): Promise<boolean> {
    return exists(this.shardPath(space, source))
  }

  /** What a space holds, by video. A missing or cut index is made again from the shards. */
  async index(space: FeatureSpace): Promise<IndexEntry[]> {
    const folder = this.#folder(space)
    const shards = (await namesIn(folder)).filter((name) => name.endsWith('.safetensors'))
    const known = parseIndex((await readIfThere(join(folder, 'index.jsonl'))) ?? '')
    const entries: IndexEntry[] = []
    for (const name of shards.sort()) {
      const [short, path] = [name.slice(0, -'.safetensors'.length), join(folder, name)]
      const old = known.get(short)
      // A process may have been cut off between a shard and its line.
      if (old && old.changed === (await timeOfChange(path))) entries.push(old.entry)
      else entries.push(entry(short, await readTimes(path)))
    }
    if (entries.length !== known.size || entries.some((e) => known.get(e.video)?.entry !== e)) {
      const lines = entries.map((e) => indexLine(join(folder, `${e.video}.safetensors`), e))
      await writeAtomic(join(folder, 'index.jsonl'), (await Promise.all(lines)).join(''))
    }
    return entries
  }

  /** The spaces that the store holds. */
  async spaces(): Promise<FeatureSpace[]> {
    const names = await namesIn(this.dir)
    const texts = await Promise.all(names.map((name) => readIfThere(join(this.dir, name, 'space.json'))))
    return texts.flatMap((text) => (text === undefined ? [] : [JSON.parse(text) as FeatureSpace]))
  }

  /** Deletes a video's features in a space. */
  async remove(space: FeatureSpace, source: string): Promise<void> {
    await disk().remove(this.shardPath(space, source))
  }

  /** The file of a video in a space. @param source the content hash, of which 24 digits name the file */
  shardPath(space: FeatureSpace, source: string): string {
    return join(this.#folder(space), `${videoId(source)}.safetensors`)
  }

  #folder(space: FeatureSpace): string {
    return join(this.dir, spaceId(space))
  }

  async #prepare(space: FeatureSpace): Promise<void> {
    const id = spaceId(space)
    if (this.#ready.has(id)) return
    const path = join(this.#folder(space), 'space.json')
    if (!(await exists(path))) await writeAtomic(path, `${JSON.stringify(JSON.parse(canonical(space)), null, 2)}\n`)
    this.#ready.add(id)
  }
}

function videoId(source: string): string {
  return source.slice(0, 24)
}

function entry(video: string, times: Float64Array): IndexEntry {
  return { video, count: times.length, first: times[0] ?? 0, last: times.at(-1) ?? 0 }
}

/** A shard's line in the index, which holds while the shard has the time of change that stands in it. */
async function indexLine(path: string, entry: IndexEntry): Promise<string> {
  return `${JSON.stringify({ ...entry, changed: await timeOfChange(path) })}\n`
}

const timeOfChange = (path: string): Promise<number> => statusOf(path).then(({ mtimeMs }) => mtimeMs)

function parseIndex(text: string): Map<string, { entry: IndexEntry; changed: number }> {
  const entries = new Map<string, { entry: IndexEntry; changed: number }>()
  for (const line of text.split('\n')) {
    try {
      const { changed, ...entry } = JSON.parse(line) as IndexEntry & { changed: number }
      entries.set(entry.video, { entry, changed })
    } catch {
      // A line that a killed process cut: the shard itself tells what is in it.
    }
  }
  return entries
}
