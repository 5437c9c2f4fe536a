/** A tuple is told from a list, since a list can still grow. */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | NdArray
  | PickleValue[]
  | Map<PickleValue, PickleValue>

/** An array of NumPy's, row-major. */
export class NdArray {
  shape: number[] = []
  data: Float64Array = new Float64Array(0)
}

/** NumPy's number type: `f4`, `i8`, ... with its order of bytes. */
export class Dtype {
  little = true
  constructor(readonly code: string) {}
}

/** A name that a pickle may mention. */
export class Name {
  constructor(readonly name: string) {}
}

const modules = { 'numpy._core.multiarray': 'numpy.core.multiarray', __builtin__: 'builtins' } as Record<string, string>
const known = new Set([
  'numpy.core.multiarray _reconstruct',
  'numpy.core.multiarray scalar',
  'numpy ndarray',
  'numpy dtype',
  '_codecs encode',
  'builtins bytes',
  'builtins dict',
  'collections defaultdict',
  'collections OrderedDict',
])

/** The name if it is one of those that plain data needs; nothing else is ever called. */
export function nameOf(module: string, name: string): Name | undefined {
  const full = `${modules[module] ?? module} ${name}`
  return known.has(full) ? new Name(full) : undefined
}

/** What Python makes of a call of a known name, or undefined where the arguments are none that Python writes. */
export function called(name: Name, given: unknown): unknown {
  if (!Array.isArray(given)) return undefined
  const [first, second] = given as unknown[]
  switch (name.name) {
    case 'numpy.core.multiarray _reconstruct':
      return first instanceof Name && first.name === 'numpy ndarray' ? new NdArray() : undefined
    case 'numpy dtype':
      return typeof first === 'string' && sizeOf(first) ? new Dtype(first) : undefined
    case 'numpy.core.multiarray scalar':
      return first instanceof Dtype ? numbers(first, second, 1)?.[0] : undefined
    case '_codecs encode':
      return typeof first === 'string' && second === 'latin1'
        ? Uint8Array.from(Buffer.from(first, 'latin1'))
        : undefined
    case 'builtins bytes':
      return given.length === 0 ? new Uint8Array(0) : undefined
    case 'collections defaultdict':
    case 'collections OrderedDict':
    case 'builtins dict':
      return given.length === 0 || first instanceof Name ? new Map() : undefined
  }
  return undefined
}

/** Fills an array or a number type with its state; false where the state is not theirs. */
export function built(target: unknown, state: unknown): boolean {
  if (!Array.isArray(state)) return false
  if (target instanceof Dtype) {
    target.little = state[1] !== '>'
    return true
  }
  if (!(target instanceof NdArray)) return false
  const [, shape, dtype, fortran, data] = state as unknown[]
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) return false
  const count = (shape as number[]).reduce((product, n) => product * n, 1)
  const read = dtype instanceof Dtype ? numbers(dtype, data, count) : undefined
  if (!read || (fortran === true && shape.length > 2)) return false
  target.shape = shape as number[]
  target.data = fortran === true && shape.length === 2 ? transposed(read, shape[0] as number, shape[1] as number) : read
  return true
}

const sizeOf = (code: string): number => Number(/^[fiu]([1248])$|^b(1)$/.exec(code)?.slice(1).find(Boolean) ?? 0)

function numbers({ code, little }: Dtype, bytes: unknown, count: number): Float64Array | undefined {
  const size = sizeOf(code)
  if (!(bytes instanceof Uint8Array) || bytes.length !== count * size || code === 'f1' || code === 'f2')
    return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const read: Record<string, (at: number) => number> = {
    f4: (at) => view.getFloat32(at, little),
    f8: (at) => view.getFloat64(at, little),
    i1: (at) => view.getInt8(at),
    i2: (at) => view.getInt16(at, little),
    i4: (at) => view.getInt32(at, little),
    i8: (at) => Number(view.getBigInt64(at, little)),
    b1: (at) => view.getUint8(at),
    u1: (at) => view.getUint8(at),
    u2: (at) => view.getUint16(at, little),
    u4: (at) => view.getUint32(at, little),
    u8: (at) => Number(view.getBigUint64(at, little)),
  }
  return Float64Array.from({ length: count }, (_, i) => read[code]!(i * size))
}

const transposed = (data: Float64Array, rows: number, columns: number): Float64Array =>
  Float64Array.from({ length: data.length }, (_, i) => data[(i % columns) * rows + Math.floor(i / columns)]!)
