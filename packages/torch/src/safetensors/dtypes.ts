import type { DType } from '../dtype.js'

/** Bits of one element of every type that the format names. */
export const ELEMENT_BITS: ReadonlyMap<string, number> = new Map([
  ['BOOL', 8],
  ['U8', 8],
  ['I8', 8],
  ['I16', 16],
  ['U16', 16],
  ['F16', 16],
  ['BF16', 16],
  ['I32', 32],
  ['U32', 32],
  ['F32', 32],
  ['I64', 64],
  ['U64', 64],
  ['F64', 64],
  ['C64', 64],
  ['F4', 4],
  ['F6_E2M3', 6],
  ['F6_E3M2', 6],
  ['F8_E4M3', 8],
  ['F8_E5M2', 8],
  ['F8_E8M0', 8],
])

const PAIRS: readonly [DType, string][] = [
  ['float64', 'F64'],
  ['float32', 'F32'],
  ['float16', 'F16'],
  ['bfloat16', 'BF16'],
  ['int64', 'I64'],
  ['int32', 'I32'],
  ['int16', 'I16'],
  ['int8', 'I8'],
  ['uint8', 'U8'],
  ['bool', 'BOOL'],
]

/** The format's name of each of the engine's types. */
export const FILE_DTYPE: ReadonlyMap<DType, string> = new Map(PAIRS)

/** The engine's type of each of the format's names; types that the engine lacks (U16, F8_E4M3, ...) are absent. */
export const ENGINE_DTYPE: ReadonlyMap<string, DType> = new Map(PAIRS.map(([engine, file]) => [file, engine]))
