import type { DType } from '../dtype.js'
import { TorchError } from '../errors.js'
import { type FileMap, mapFile } from '../mapped-file.js'
import { nearest } from '../nn/nearest.js'
import type { Tensor } from '../tensor.js'
import { ENGINE_DTYPE } from './dtypes.js'
import { type Header, headerLength, parseHeader, type TensorEntry } from './header.js'

/** What a file says of one tensor; types that the engine lacks keep the format's own name, such as `F8_E4M3`. */
export interface TensorInfo {
  readonly dtype: DType | (string & {})
  readonly shape: readonly number[]
}

/** One safetensors file, or several that an index joins: tensors by name. */
export interface TensorSource {
  readonly names: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
  /** @throws TorchError `NoSuchTensor` naming the nearest names */
  info(name: string): TensorInfo
  /** A view of the mapped file where its bytes are aligned, else a copy. Writing to it never reaches the file. */
  tensor(name: string): Tensor
  /** Ends the reading. Tensors already read stay good. */
  close(): void
  [Symbol.dispose](): void
}

/**
 * Opens a safetensors file: its header is read and validated, its data stays on the disk until it is used.
 * @throws TorchError `BadSafetensors` where the file breaks the format's rules
 * @example
 * using file = safetensors.open('model.safetensors')
 * const projection = file.tensor('visual_projection.weight')
 */
export function open(path: string): TensorSource {
  const map = mapFile(path)
  try {
    const length = headerLength(map.bytes(0, Math.min(8, map.size)), map.size)
    return new MappedTensors(path, map, parseHeader(map.bytes(0, 8 + length), map.size))
  } catch (error) {
    map.close()
    if (error instanceof TorchError) throw new TorchError(error.code, `${path}: ${error.message}`)
    throw error
  }
}

class MappedTensors implements TensorSource {
  readonly names: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
  readonly #entries: ReadonlyMap<string, TensorEntry>

  constructor(
    private readonly path: string,
    private readonly map: FileMap,
    header: Header,
  ) {
    this.names = [...header.tensors.keys()]
    this.metadata = header.metadata
    this.#entries = header.tensors
  }

  info(name: string): TensorInfo {
    const { dtype, shape } = this.#entry(name)
    return { dtype: ENGINE_DTYPE.get(dtype) ?? dtype, shape }
  }

  tensor(name: string): Tensor {
    const { dtype, shape, begin } = this.#entry(name)
    const engine = ENGINE_DTYPE.get(dtype)
    if (engine) return this.map.tensor(begin, engine, [...shape])
    throw new TorchError(
      'UnsupportedDtype',
      `${this.path}: tensor ${JSON.stringify(name)} is ${dtype}, which the engine has no type for. ` +
        `Convert it to one of ${[...ENGINE_DTYPE.keys()].join(', ')}.`,
    )
  }

  close(): void {
    this.map.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #entry(name: string): TensorEntry {
    return this.#entries.get(name) ?? missing(this.path, name, this.names)
  }
}

export function missing(path: string, name: string, names: readonly string[]): never {
  const close = nearest(name, names, 3).map((near) => JSON.stringify(near))
  const hint = close.length > 0 ? `; the nearest names are ${close.join(', ')}` : ''
  throw new TorchError('NoSuchTensor', `${path} holds no tensor ${JSON.stringify(name)}${hint}.`)
}
