import type { ElementType } from './values.js'

const type = (name: string, size: number): ElementType => ({ name, size })

const [f64, f32, f16, bf16] = [type('F64', 8), type('F32', 4), type('F16', 2), type('BF16', 2)]
const [i64, i32, i16, i8] = [type('I64', 8), type('I32', 4), type('I16', 2), type('I8', 1)]
const [u8, bool, c64] = [type('U8', 1), type('BOOL', 1), type('C64', 8)]

/** The storage classes that are read, each with the type of its elements. Untyped ones count bytes. */
export const storageTypes: ReadonlyMap<string, ElementType> = new Map([
  ['torch.DoubleStorage', f64],
  ['torch.FloatStorage', f32],
  ['torch.HalfStorage', f16],
  ['torch.BFloat16Storage', bf16],
  ['torch.LongStorage', i64],
  ['torch.IntStorage', i32],
  ['torch.ShortStorage', i16],
  ['torch.CharStorage', i8],
  ['torch.ByteStorage', u8],
  ['torch.BoolStorage', bool],
  ['torch.ComplexFloatStorage', c64],
  ['torch.storage.UntypedStorage', u8],
  ['torch.storage._UntypedStorage', u8],
])

/** torch.dtype by name, as `_rebuild_tensor_v3` is given it. */
export const dtypes: ReadonlyMap<string, ElementType> = new Map([
  ['torch.float64', f64],
  ['torch.float32', f32],
  ['torch.float16', f16],
  ['torch.bfloat16', bf16],
  ['torch.int64', i64],
  ['torch.int32', i32],
  ['torch.int16', i16],
  ['torch.int8', i8],
  ['torch.uint8', u8],
  ['torch.bool', bool],
  ['torch.complex64', c64],
  ['torch.uint16', type('U16', 2)],
  ['torch.uint32', type('U32', 4)],
  ['torch.uint64', type('U64', 8)],
  ['torch.float8_e4m3fn', type('F8_E4M3', 1)],
  ['torch.float8_e5m2', type('F8_E5M2', 1)],
])
