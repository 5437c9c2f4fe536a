import { addon } from './addon.js'
import type { DType } from './dtype.js'
import { Tensor } from './tensor/core.js'

/** A file mapped into memory, read-only: writes to its tensors stay in this process. */
export interface FileMap {
  /** Bytes of the file. */
  readonly size: number
  /** A copy of some bytes. @throws TorchError OutOfRange */
  bytes(offset: number, length: number): Uint8Array
  /**
   * Elements at a byte offset: a view on the file where the offset is aligned to the dtype, else a copy.
   * A view keeps the file mapped after close(); the system kills the process (SIGBUS) if it reads what was meanwhile
   * cut off the file. @throws TorchError OutOfRange
   */
  tensor(offset: number, dtype: DType, shape: readonly number[]): Tensor
  close(): void
  [Symbol.dispose](): void
}

const collected = new FinalizationRegistry<number>((file) => addon.closeFile(file))

/**
 * Maps a file into memory.
 *
 * @throws TorchError FileUnreadable
 * @example
 * const file = mapFile('weights.bin')
 * const table = file.tensor(0, 'float32', [1000, 64])
 */
export function mapFile(path: string): FileMap {
  const file = addon.mapFile(path)
  const map: FileMap = {
    size: addon.mappedSize(file),
    bytes: (offset, length) => new Uint8Array(addon.mappedBytes(file, offset, length)),
    tensor: (offset, dtype, shape) => new Tensor(addon.mappedTensor(file, offset, dtype, shape)),
    close() {
      collected.unregister(map)
      addon.closeFile(file)
    },
    [Symbol.dispose]: () => map.close(),
  }
  collected.register(map, file, map)
  return map
}
