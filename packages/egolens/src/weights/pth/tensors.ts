import { Refusal } from './refusal.js'
import { dtypes, storageTypes } from './types.js'
import { type ElementType, Global, PthTensor, Storage, Tuple, type Value } from './values.js'

/** libtorch's own limit. */
const mostDimensions = 64

/**
 * A storage from its persistent id: ('storage', class, key, device, elements) and, in old files, (key, offset,
 * elements) of the part of it that is meant. Whether the file really holds so much is checked by the container.
 */
export function storageOf(id: readonly Value[]): Storage {
  const [kind, cls, key, , count, view = null] = id
  if (kind !== 'storage' || id.length < 5 || id.length > 6) throw new Refusal('holds a persistent id of no storage')
  const type = cls instanceof Global ? storageTypes.get(cls.name) : undefined
  if (!type) throw new Refusal('holds a storage of an unknown class')
  if (typeof key !== 'string' || !/^[\w.-]{1,64}$/.test(key)) throw new Refusal('holds a storage without a proper key')
  const elements = size(count, 'a storage')
  if (elements * type.size > Number.MAX_SAFE_INTEGER) throw new Refusal('holds a storage larger than any file')
  return view === null ? new Storage(key, type, elements) : part(view, { key, type, elements })
}

function part(view: Value, of: { key: string; type: ElementType; elements: number }): Storage {
  if (!(view instanceof Tuple) || view.items.length !== 3) throw new Refusal('holds a part of a storage that is none')
  const [begin, elements] = [size(view.items[1], 'a storage'), size(view.items[2], 'a storage')]
  if (begin + elements > of.elements) throw new Refusal('holds a part of a storage that reaches beyond it')
  return new Storage(of.key, of.type, elements, begin * of.type.size)
}

/**
 * A tensor from the arguments of `_rebuild_tensor` and its successors: storage, offset, shape, strides, whether a
 * gradient is wanted, hooks, and in version 3 the type. Its extent is held against its storage here.
 */
export function tensorOf(args: readonly Value[]): PthTensor {
  const [storage, offset, shape, strides, , , last = null] = args
  if (!(storage instanceof Storage)) throw new Refusal('makes a tensor of what is no storage')
  const type = last instanceof Global ? dtypes.get(last.name) : storage.type
  if (!type) throw new Refusal('makes a tensor of an unknown type')
  const flags = last instanceof Global ? args[7] : last
  if (flags instanceof Map && flags.size > 0) throw new Refusal('makes a conjugate or negated view')
  const tensor = new PthTensor(storage, type, size(offset, 'an offset'), sizes(shape), sizes(strides))
  checkExtent(tensor)
  return tensor
}

function checkExtent({ storage, type, offset, shape, strides }: PthTensor): void {
  if (shape.length !== strides.length) throw new Refusal('makes a tensor with not as many strides as dimensions')
  if (shape.includes(0)) return
  let [elements, last] = [1, offset]
  for (const [i, length] of shape.entries()) {
    elements *= length
    last += (length - 1) * strides[i]!
  }
  // Sums and products of huge numbers lose digits but never become small again.
  if ((last + 1) * type.size > storage.bytes || elements * type.size > Number.MAX_SAFE_INTEGER) {
    throw new Refusal(`makes a tensor [${shape}] that reaches beyond its storage of ${storage.bytes} bytes`)
  }
}

function sizes(value: Value | undefined): number[] {
  if (!(value instanceof Tuple) && !Array.isArray(value)) throw new Refusal('makes a tensor without a shape')
  const items = value instanceof Tuple ? value.items : value
  if (items.length > mostDimensions) throw new Refusal(`makes a tensor of ${items.length} dimensions`)
  return items.map((item) => size(item, 'a shape'))
}

function size(value: Value | undefined, of: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new Refusal(`gives ${of} that is no count`)
}
