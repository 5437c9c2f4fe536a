import { fromTypedArray, noGrad, safetensors, scope } from '@egolens/torch'
import { EgoLensError } from '../errors.js'
import { writeSafetensors } from '../weights/write-safetensors.js'
import type { VideoFeatures } from './types.js'

/** Reads a video's shard: `times` float64 [n] and `features` float16 [n, width]. */
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

/** Writes a shard so that a reader sees the old one or the new one. */
export async function writeShard(
  path: string,
  { times, values, width }: VideoFeatures,
  metadata: Record<string, string>,
): Promise<void> {
  const halves = noGrad(() => scope(() => fromTypedArray(values, [values.length]).to('float16').toTypedArray()))
  const tensors = [
    { name: 'times', dtype: 'F64', elementSize: 8, shape: [times.length], pieces: () => [bytesOf(times)] },
    { name: 'features', dtype: 'F16', elementSize: 2, shape: [times.length, width], pieces: () => [bytesOf(halves)] },
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
  if (old.width !== add.width) {
    throw new EgoLensError('features/width', `features of width ${add.width} cannot join those of width ${old.width}`)
  }
  const rows = new Map<number, Float32Array>()
  for (const { times, values, width } of [old, add]) {
    times.forEach((time, i) => {
      rows.set(time, values.subarray(i * width, (i + 1) * width))
    })
  }
  const times = Float64Array.from(rows.keys()).sort()
  const values = new Float32Array(times.length * old.width)
  times.forEach((time, i) => {
    values.set(rows.get(time)!, i * old.width)
  })
  return { times, values, width: old.width }
}
