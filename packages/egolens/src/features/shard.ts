import { fromTypedArray, noGrad, safetensors, scope, type Tensor } from '@egolens/torch'
import { EgoLensError } from '../errors.js'
import { writeSafetensors } from '../weights/write-safetensors.js'
import type { FeatureValues, VideoFeatures } from './types.js'

/** Reads a video's shard: `times` float64 [n] and `features` [n, width], float16 or, where they are pixels, uint8. */
export function readShard(path: string): VideoFeatures {
  return noGrad(() =>
    scope(() => {
      const file = openShard(path)
      try {
        const [n, width] = shapeOf(file, path)
        const times = file.tensor('times').toTypedArray() as Float64Array
        const values = file.tensor('features').to('float32').toTypedArray() as Float32Array
        if (times.length !== n) throw damaged(path, `${times.length} times for ${n} features`)
        return { times, values, width }
      } finally {
        file.close()
      }
    }),
  )
}

/**
 * The times of a shard alone.
 *
 * @param origin with it, a shard of another origin has no times
 */
export function readTimes(path: string, origin?: string): Float64Array {
  return scope(() => {
    const file = openShard(path)
    try {
      if (origin !== undefined && (file.metadata.origin ?? '') !== origin) return new Float64Array()
      return file.tensor('times').toTypedArray() as Float64Array
    } finally {
      file.close()
    }
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
 * @throws EgoLensError `features/width`, `features/damaged`
 */
export function extendedContent(path: string, add: VideoFeatures<FeatureValues>): ShardContent {
  const { values, width } = add
  if (!(values instanceof Uint8Array)) return contentOf(mergeFeatures(readShard(path), { ...add, values }))
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
