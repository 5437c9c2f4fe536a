import { crc32 } from 'node:zlib'
import { EgoLensError } from '../../errors.js'
import { readArchive } from './archive.js'
import { type Bytes, damaged, openBytes } from './bytes.js'
import { isLegacy, readLegacy } from './legacy.js'
import { pieces, Scratch } from './pieces.js'
import type { Contents, PthTensor, Storage, Value } from './values.js'

/** An open checkpoint. */
export interface Checkpoint {
  format: 'zip' | 'legacy'
  /** Bytes of the file. */
  size: number
  value: Value
  /** A tensor's elements in row-major order, in pieces that are good until the next one is asked for. */
  pieces(tensor: PthTensor): Iterable<Uint8Array>
  /** Holds a tensor's storage against its checksum, where the file has one. @throws EgoLensError `pth/damaged` */
  verify(tensor: PthTensor): void
  close(): void
}

/**
 * Opens a `.pth` or `.pt` file that torch.save has written, without running anything in it.
 *
 * @throws EgoLensError `pth/refused` for anything else than tensors in plain containers, `pth/damaged`,
 * `pth/not-a-checkpoint`, `pth/torchscript`, `pth/compressed`, `pth/byte-order`, `file/unreadable`
 * @example
 * const checkpoint = openCheckpoint('lavila.pth')
 */
export function openCheckpoint(path: string): Checkpoint {
  return checkpointOf(openBytes(path))
}

/** The same from what is open already, which it closes in its turn. */
export function checkpointOf(file: Bytes & { close(): void }): Checkpoint {
  try {
    const { format, value, storages, places } = contents(file)
    checkTypes(file, storages)
    const offset = ({ storage }: PthTensor) => places.get(storage.key)!.offset + storage.base
    const scratch = new Scratch(storages.reduce((most, { bytes }) => Math.max(most, bytes), 0))
    const verified = new Set<string>()
    return {
      format,
      size: file.size,
      value,
      pieces: (tensor) => pieces(file, offset(tensor), tensor, scratch),
      verify({ storage }) {
        const { offset, crc } = places.get(storage.key)!
        // PyTorch can be told to write no checksums.
        if (!crc || verified.has(storage.key)) return
        if (checksum(file, offset, storage.bytes) !== crc) {
          throw damaged(file.where, `the storage ${storage.key} does not have its checksum`)
        }
        verified.add(storage.key)
      },
      close: () => file.close(),
    }
  } catch (error) {
    file.close()
    throw error
  }
}

function contents(file: Bytes): Contents {
  const head = Buffer.alloc(Math.min(file.size, 16))
  file.read(0, head)
  if (head.toString('latin1', 0, 4) === 'PK\x03\x04') return readArchive(file)
  if (isLegacy(file)) return readLegacy(file)
  throw new EgoLensError('pth/not-a-checkpoint', `not a PyTorch checkpoint${guess(head)}`, {
    where: file.where,
    cure: 'give what torch.save has written',
  })
}

function guess(head: Buffer): string {
  const text = head.toString('latin1')
  if (head.length === 0) return ': the file is empty'
  if (text.startsWith('version https:')) return ': a Git LFS pointer; the weights themselves were not downloaded'
  if (/^\s*<(!doctype|html)/i.test(text)) return ': a web page, perhaps of a download that needs a login'
  if (text.startsWith('{"', 8)) return ': it looks like safetensors, which need no conversion'
  return ''
}

/** One storage read as two types is a lie: torch.save refuses it. */
function checkTypes({ where }: Bytes, storages: Storage[]): void {
  const types = new Map<string, string>()
  for (const { key, type } of storages) {
    const known = types.get(key) ?? type.name
    if (known !== type.name) throw damaged(where, `the storage ${key} is said to be ${known} and ${type.name}`)
    types.set(key, known)
  }
}

function checksum(file: Bytes, offset: number, size: number): number {
  const buffer = new Uint8Array(Math.min(size, 1 << 20))
  let crc = 0
  for (let done = 0; done < size; ) {
    const part = buffer.subarray(0, Math.min(buffer.length, size - done))
    file.read(offset + done, part)
    crc = crc32(part, crc)
    done += part.length
  }
  return crc
}
