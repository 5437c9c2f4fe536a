import { setImmediate } from 'node:timers/promises'
import { EgoLensError } from '../errors.js'
import { type OutputFile, replaceFile } from '../files.js'
import { type Progress, silent } from '../progress.js'

/** A tensor that is written piece by piece. */
export interface StreamedTensor {
  name: string
  /** In the format's words: F32, BF16, I64, ... */
  dtype: string
  /** Bytes of one element. */
  elementSize: number
  shape: readonly number[]
  /** All of its elements in row-major order, little-endian; a piece is good until the next is asked for. */
  pieces(): Iterable<Uint8Array>
}

/**
 * Writes a safetensors file of any size in little memory: the old file stays until the new one is whole. Wider types
 * come first, then names in order, so that the same tensors give the same bytes.
 *
 * @returns bytes of the file
 * @throws EgoLensError `weights/bad-name` for a name that the format has not; `disk/...`
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly StreamedTensor[],
  options: StreamOptions = {},
): Promise<number> {
  let bytes = 0
  await replaceFile(path, async (file) => {
    bytes = await streamSafetensors(file, tensors, { ...options, where: path })
  })
  return bytes
}

interface StreamOptions {
  metadata?: Record<string, string>
  progress?: Progress
  signal?: AbortSignal
}

/** The bytes of the file that {@link writeSafetensors} makes, to any place. @returns their number */
export async function streamSafetensors(
  file: OutputFile,
  tensors: readonly StreamedTensor[],
  options: StreamOptions & { where?: string } = {},
): Promise<number> {
  const sorted = [...tensors].sort((a, b) => b.elementSize - a.elementSize || (a.name < b.name ? -1 : 1))
  const head = header(sorted, options.metadata ?? {}, options.where)
  await file.write(head.bytes)
  await body(file, sorted, head.data, options)
  return head.bytes.length + head.data
}

function header(tensors: readonly StreamedTensor[], metadata: Record<string, string>, where?: string) {
  // JSON.stringify of an object would sort names that look like numbers, and lose __proto__.
  const about = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))
  const entries = about.length > 0 ? [`"__metadata__":${JSON.stringify(Object.fromEntries(about))}`] : []
  let data = 0
  for (const { name, dtype, elementSize, shape } of tensors) {
    if (name === '__metadata__' || /\p{Surrogate}/u.test(name)) {
      throw new EgoLensError('weights/bad-name', `safetensors cannot name a tensor ${JSON.stringify(name)}`, { where })
    }
    const end = data + bytesOf(shape, elementSize)
    const fields = { dtype, shape, data_offsets: [data, end] }
    entries.push(`${JSON.stringify(name)}:${JSON.stringify(fields)}`)
    data = end
  }
  const json = Buffer.from(`{${entries.join(',')}}`)
  const bytes = Buffer.alloc(8 + 8 * Math.ceil(json.length / 8), ' ')
  bytes.writeBigUInt64LE(BigInt(bytes.length - 8))
  json.copy(bytes, 8)
  return { bytes, data }
}

async function body(
  file: OutputFile,
  tensors: readonly StreamedTensor[],
  total: number,
  { progress = silent, signal }: { progress?: Progress; signal?: AbortSignal },
): Promise<void> {
  const out = new Gathered(file)
  let done = 0
  for (const { name, elementSize, shape, pieces } of tensors) {
    const end = done + bytesOf(shape, elementSize)
    for (const piece of pieces()) {
      if (await out.write(piece)) {
        // Pieces are read synchronously: between them the process may hear Ctrl-C.
        await setImmediate()
        signal?.throwIfAborted()
      }
      done += piece.length
      progress({ task: 'writing safetensors', done, total, unit: 'bytes', note: name })
    }
    if (done !== end) throw new Error(`${name}: ${end - done} bytes are missing`)
  }
  signal?.throwIfAborted()
  await out.flush()
}

/** Small pieces, of which models have thousands, go to the disk together. */
class Gathered {
  readonly #buffer = new Uint8Array(1 << 18)
  #length = 0

  constructor(private readonly file: OutputFile) {}

  /** @returns whether the file was written to */
  async write(piece: Uint8Array): Promise<boolean> {
    const fits = this.#length + piece.length <= this.#buffer.length
    if (!fits) await this.flush()
    if (piece.length > this.#buffer.length) await this.file.write(piece)
    else {
      this.#buffer.set(piece, this.#length)
      this.#length += piece.length
    }
    return !fits
  }

  async flush(): Promise<void> {
    if (this.#length > 0) await this.file.write(this.#buffer.subarray(0, this.#length))
    this.#length = 0
  }
}

const bytesOf = (shape: readonly number[], elementSize: number) => shape.reduce((a, b) => a * b, elementSize)
