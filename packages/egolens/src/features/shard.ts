import { fromTypedArray, noGrad, safetensors, scope, type Tensor, TorchError } from '@egolens/torch'
import { EgoLensError } from '../errors.js'
import type { DiskReader } from '../files/disk.js'
import { readFully, reading } from '../files/read.js'
import { writeSafetensors } from '../weights/write-safetensors.js'
import type { FeatureValues, VideoFeatures } from './types.js'

/**
 * Reads a video's shard: `times` float64 [n] and `features` [n, width], float16 or, where they are pixels, uint8.
 *
 * @throws EgoLensError `features/damaged`; `disk/unreadable`, since the shard is read and not mapped: a disk that fails
 * under a mapped file ends the process
 */
export async function readShard(path: string): Promise<VideoFeatures> {
  return reading(path, async (file) => {
    const { times, features } = await findParts(file, path)
    const bytes = await bytesAt(file, features, path)
    return {
      times: new Float64Array(await bytesAt(file, times, path)),
      values: features.dtype === 'U8' ? Float32Array.from(new Uint8Array(bytes)) : asFloats(new Uint16Array(bytes)),
      width: features.shape[1]!,
    }
  })
}

function asFloats(halves: Uint16Array): Float32Array {
  const floats = () => fromTypedArray(halves, [halves.length], { dtype: 'float16' }).to('float32').toTypedArray()
  return noGrad(() => scope(floats)) as Float32Array
}

/**
 * The times of a shard alone.
 *
 * @param origin with it, a shard of another origin has no times
 * @throws as {@link readShard}
 */
export async function readTimes(path: string, origin?: string): Promise<Float64Array> {
  return reading(path, async (file) => {
    const { times, metadata } = await findParts(file, path)
    if (origin !== undefined && (metadata.origin ?? '') !== origin) return new Float64Array()
    return new Float64Array(await bytesAt(file, times, path))
  })
}

/**
 * A shard of pixels, mapped: `bytes` [n, width] takes no memory, and whoever has it disposes of it.
 *
 * @throws EgoLensError `features/damaged` where it holds other numbers than bytes
 */
export function mapShard(path: string): { times: Float64Array; bytes: Tensor } {
  return noGrad(() =>
    scope(() => {
      const file = openShard(path)
      try {
        const [n] = shapeOf(file, path)
        const times = file.tensor('times').toTypedArray() as Float64Array
        const bytes = file.tensor('features')
        if (times.length !== n || bytes.dtype !== 'uint8') throw damaged(path, `${bytes.dtype} [${bytes.shape}]`)
        return { times, bytes: bytes.keep() }
      } finally {
        file.close()
      }
    }),
  )
}

/** What a shard holds, written piece by piece. */
export interface ShardContent {
  times: Float64Array
  width: number
  type: { dtype: string; elementSize: number }
  /** The features' bytes in the order of the times. */
  pieces(): Iterable<Uint8Array>
}

const half = { dtype: 'F16', elementSize: 2 }
const byte = { dtype: 'U8', elementSize: 1 }

/** New features as a shard's content. */
export function contentOf({ times, values, width }: VideoFeatures<FeatureValues>): ShardContent {
  if (values instanceof Uint8Array) return { times, width, type: byte, pieces: () => [values] }
  const halves = () => noGrad(() => scope(() => fromTypedArray(values, [values.length]).to('float16').toTypedArray()))
  return { times, width, type: half, pieces: () => [bytesOf(halves())] }
}

/**
 * What a shard holds with features added. Pixels go from the old file to the new one frame by frame.
 *
 * @throws EgoLensError `features/width`, `features/damaged`, `disk/unreadable`
 */
export async function extendedContent(path: string, add: VideoFeatures<FeatureValues>): Promise<ShardContent> {
  const { values, width } = add
  if (!(values instanceof Uint8Array)) return contentOf(mergeFeatures(await readShard(path), { ...add, values }))
  const old = mapShard(path)
  const before = old.bytes.shape[1]!
  const rows = merged(old.times, add.times)
  old.bytes.dispose()
  if (before !== width) throw otherWidth(before, width)
  return {
    times: Float64Array.from(rows, ({ time }) => time),
    width,
    type: byte,
    *pieces() {
      const { bytes } = mapShard(path)
      try {
        for (const { added, row } of rows) {
          if (added) yield values.subarray(row * width, (row + 1) * width)
          else yield scope(() => bytes.narrow(0, row, 1).toTypedArray() as Uint8Array)
        }
      } finally {
        bytes.dispose()
      }
    },
  }
}

/** Writes a shard so that a reader sees the old one or the new one. */
export async function writeShard(
  path: string,
  { times, width, type, pieces }: ShardContent,
  metadata: Record<string, string>,
): Promise<void> {
  const tensors = [
    { name: 'times', dtype: 'F64', elementSize: 8, shape: [times.length], pieces: () => [bytesOf(times)] },
    { name: 'features', ...type, shape: [times.length, width], pieces },
  ]
  await writeSafetensors(path, tensors, { metadata })
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => new Uint8Array(buffer, byteOffset, byteLength)

function openShard(path: string): ReturnType<typeof safetensors.open> {
  try {
    return safetensors.open(path)
  } catch (error) {
    throw damaged(path, (error as Error).message)
  }
}

function shapeOf(file: ReturnType<typeof safetensors.open>, path: string): [number, number] {
  if (!file.names.includes('times') || !file.names.includes('features'))
    throw damaged(path, 'times or features missing')
  const { shape } = file.info('features')
  if (shape.length !== 2) throw damaged(path, `features of shape [${shape}]`)
  return [shape[0]!, shape[1]!]
}

interface Parts {
  times: safetensors.TensorEntry
  features: safetensors.TensorEntry
  metadata: Readonly<Record<string, string>>
}

async function findParts(file: DiskReader, path: string): Promise<Parts> {
  const header = await readHeader(file, path)
  const [times, features] = [header.tensors.get('times'), header.tensors.get('features')]
  if (!times || !features) throw damaged(path, 'times or features missing')
  if (times.dtype !== 'F64' || !['F16', 'U8'].includes(features.dtype)) {
    throw damaged(path, `times of ${times.dtype}, features of ${features.dtype}`)
  }
  if (features.shape.length !== 2) throw damaged(path, `features of shape [${features.shape}]`)
  const [n] = features.shape
  if (times.shape.length !== 1 || times.shape[0] !== n) throw damaged(path, `${times.shape[0]} times for ${n} features`)
  return { times, features, metadata: header.metadata }
}

async function readHeader(file: DiskReader, path: string): Promise<safetensors.Header> {
  const begin = async (bytes: number) => {
    const start = new Uint8Array(Math.min(bytes, file.size))
    return start.subarray(0, await readFully(file, start, 0))
  }
  try {
    // Headers of shards have some 300 bytes.
    const start = await begin(4096)
    const whole = 8 + safetensors.headerLength(start, file.size)
    return safetensors.parseHeader(whole <= start.length ? start : await begin(whole), file.size)
  } catch (error) {
    if (!(error instanceof TorchError)) throw error
    throw damaged(path, error.message)
  }
}

async function bytesAt(file: DiskReader, { begin, end }: safetensors.TensorEntry, path: string): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(end - begin)
  if ((await readFully(file, bytes, begin)) < bytes.length) throw damaged(path, 'it became shorter while it was read')
  return bytes.buffer
}

function damaged(path: string, what: string): EgoLensError {
  return new EgoLensError('features/damaged', `not a shard of features: ${what}`, {
    where: path,
    cure: 'delete the file',
  })
}

/**
 * Both sets in order of time; where both have a time the newer value stands.
 *
 * @throws EgoLensError `features/width` where the widths differ
 */
export function mergeFeatures(old: VideoFeatures, add: VideoFeatures): VideoFeatures {
  const { width } = old
  if (width !== add.width) throw otherWidth(width, add.width)
  const rows = merged(old.times, add.times)
  const values = new Float32Array(rows.length * width)
  rows.forEach(({ added, row }, i) => {
    values.set((added ? add : old).values.subarray(row * width, (row + 1) * width), i * width)
  })
  return { times: Float64Array.from(rows, ({ time }) => time), values, width }
}

interface Row {
  time: number
  /** Whether it is one of the new ones. */
  added: boolean
  row: number
}

function merged(old: Float64Array, add: Float64Array): Row[] {
  const rows = new Map<number, Row>()
  old.forEach((time, row) => {
    rows.set(time, { time, added: false, row })
  })
  add.forEach((time, row) => {
    rows.set(time, { time, added: true, row })
  })
  return [...rows.values()].sort((a, b) => a.time - b.time)
}

function otherWidth(old: number, add: number): EgoLensError {
  return new EgoLensError('features/width', `features of width ${add} cannot join those of width ${old}`)
}
