/** Element types of a tensor. */
export type DType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint8'
  | 'bool'

/** Element types by libtorch's own numbers (c10::ScalarType). */
const byCode: Readonly<Record<number, DType>> = {
  0: 'uint8',
  1: 'int8',
  2: 'int16',
  3: 'int32',
  4: 'int64',
  5: 'float16',
  6: 'float32',
  7: 'float64',
  11: 'bool',
  15: 'bfloat16',
}

const codes = new Map<string, number>(Object.entries(byCode).map(([code, name]) => [name, Number(code)]))

export const dtypeOf = (code: number): DType => byCode[code] ?? (`dtype ${code}` as DType)

export const codeOf = (dtype: DType): number => codes.get(dtype)!

export const isDType = (name: string): name is DType => codes.has(name)

export const isFloatingDType = (dtype: DType): boolean =>
  dtype === 'float32' || dtype === 'float64' || dtype === 'float16' || dtype === 'bfloat16'

/** Bytes of one element. */
export function elementSize(dtype: DType): number {
  if (dtype === 'float64' || dtype === 'int64') return 8
  if (dtype === 'float32' || dtype === 'int32') return 4
  return dtype === 'float16' || dtype === 'bfloat16' || dtype === 'int16' ? 2 : 1
}

/** The typed array that holds elements of a dtype; float16 and bfloat16 come as their 16 bits. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Uint16Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray

type TypedArrayClass = new (buffer: ArrayBufferLike) => TypedArray

const arrays: Readonly<Record<DType, TypedArrayClass>> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
}

export const typedArrayOver = (dtype: DType, buffer: ArrayBufferLike): TypedArray => new arrays[dtype](buffer)

/** The dtype that a typed array has unless another is named; undefined for 16-bit words, which need a name. */
export function dtypeOfArray(data: TypedArray): DType | undefined {
  if (data instanceof Float32Array) return 'float32'
  if (data instanceof Float64Array) return 'float64'
  if (data instanceof BigInt64Array) return 'int64'
  if (data instanceof Int32Array) return 'int32'
  if (data instanceof Int16Array) return 'int16'
  if (data instanceof Int8Array) return 'int8'
  return data instanceof Uint16Array ? undefined : 'uint8'
}

/** Whether elements of a dtype can lie in a typed array as they are. */
export const fits = (dtype: DType, data: TypedArray): boolean =>
  data instanceof arrays[dtype] || (data instanceof Uint8ClampedArray && dtype === 'uint8')
