import { EgoLensError } from '../../errors.js'
import { type Bytes, Cursor, damaged } from './bytes.js'
import { unpickle } from './pickle.js'
import type { Contents, Storage, Value } from './values.js'

const magic = 0x1950a86a20f9469cfc6cn
const protocol = 1001

/** True where a file begins with the magic number's pickle, in any protocol. */
export function isLegacy(file: Bytes): boolean {
  try {
    return unpickle(file, 0, Math.min(file.size, 64)).value === magic
  } catch {
    return false
  }
}

/**
 * A checkpoint of PyTorch before 1.6: pickles of a magic number, the version, the machine's types, the object and the
 * storages' keys; then each storage, its number of elements before it.
 */
export function readLegacy(file: Bytes): Contents {
  const next = (at: number) => unpickle(file, at, file.size)
  const version = next(next(0).end)
  if (version.value !== protocol) throw damaged(file.where, 'it is of another version than 1001')
  const machine = next(version.end)
  checkByteOrder(file, machine.value)
  const { value, storages, end } = next(machine.end)
  const keys = next(end)
  return { format: 'legacy', value, storages, places: places(file, { at: keys.end, keys: keys.value }, storages) }
}

function places(file: Bytes, { at, keys }: { at: number; keys: Value }, storages: Storage[]) {
  if (!Array.isArray(keys)) throw damaged(file.where, 'the list of storages is none')
  const roots = rootBytes(file, storages)
  const found = new Map<string, { offset: number }>()
  for (const key of keys) {
    const root = typeof key === 'string' ? roots.get(key) : undefined
    if (typeof key !== 'string' || !root || found.has(key)) {
      throw damaged(file.where, 'the list of storages names one that no tensor has')
    }
    const elements = new Cursor(file, at, file.size, 8).number(8)
    const bytes = elements * root.elementSize
    if (!(bytes >= root.least && bytes <= file.size - at - 8)) {
      throw damaged(file.where, `the storage ${key} should have ${elements} elements`)
    }
    found.set(key, { offset: at + 8 })
    at += 8 + bytes
  }
  const absent = [...roots.keys()].find((key) => !found.has(key))
  if (absent !== undefined) throw damaged(file.where, `the storage ${absent} is missing`)
  return found
}

/** What each storage must hold at least: all parts of it that tensors have. */
function rootBytes(file: Bytes, storages: Storage[]) {
  const roots = new Map<string, { elementSize: number; least: number }>()
  for (const { key, type, base, bytes } of storages) {
    const root = roots.get(key) ?? { elementSize: type.size, least: 0 }
    if (root.elementSize !== type.size) throw damaged(file.where, `the storage ${key} is of two types`)
    roots.set(key, { ...root, least: Math.max(root.least, base + bytes) })
  }
  return roots
}

function checkByteOrder({ where }: Bytes, machine: Value): void {
  if (!(machine instanceof Map)) throw damaged(where, "the machine's types are missing")
  if (machine.get('little_endian') !== false) return
  throw new EgoLensError('pth/byte-order', 'it was written on a big-endian machine', {
    where,
    cure: 'load and save it again on a little-endian machine',
  })
}
