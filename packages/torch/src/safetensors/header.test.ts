import { describe, expect, it } from 'vitest'
import { TorchError } from '../errors.js'
import { parseHeader } from './header.js'

const text = (value: string) => new TextEncoder().encode(value)

/** A file of a header as it is written and `data` bytes. */
function file(header: string | Uint8Array, data = 0, claimed?: bigint): Uint8Array {
  const json = typeof header === 'string' ? text(header) : header
  const bytes = new Uint8Array(8 + json.length + data)
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(json.length), true)
  bytes.set(json, 8)
  return bytes
}

const entry = (dtype: string, shape: string, offsets: string) =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`

const refused = (bytes: Uint8Array, what: RegExp) => {
  try {
    parseHeader(bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(TorchError)
    expect((error as TorchError).code).toBe('BadSafetensors')
    expect((error as TorchError).message).toMatch(what)
    return
  }
  throw new Error('the header was taken')
}

describe('a valid header', () => {
  it('gives types, shapes and places in the file', () => {
    const json = `{"__metadata__":{"format":"pt"},"b":${entry('F32', '[2,1]', '[0,8]')},"a":${entry('BF16', '[]', '[8,10]')}}`
    const { tensors, metadata, dataStart } = parseHeader(file(json, 10))
    expect(dataStart).toBe(8 + json.length)
    expect({ ...metadata }).toEqual({ format: 'pt' })
    expect([...tensors]).toEqual([
      ['b', { dtype: 'F32', shape: [2, 1], begin: dataStart, end: dataStart + 8 }],
      ['a', { dtype: 'BF16', shape: [], begin: dataStart + 8, end: dataStart + 10 }],
    ])
  })

  it('may be empty', () => expect(parseHeader(file('{}')).tensors.size).toBe(0))

  it('may end with spaces', () => expect(parseHeader(file('{}      ')).tensors.size).toBe(0))

  it('may hold tensors without elements anywhere', () => {
    const json = `{"x":${entry('I64', '[0,5]', '[4,4]')},"y":${entry('U8', '[4]', '[0,4]')},"z":${entry('F16', '[2,0]', '[0,0]')}}`
    expect(parseHeader(file(json, 4)).tensors.size).toBe(3)
  })

  it('keeps __proto__ as a name like any other', () => {
    const json = `{"__metadata__":{"__proto__":"m"},"__proto__":${entry('U8', '[1]', '[0,1]')},"constructor":${entry('U8', '[0]', '[1,1]')}}`
    const { tensors, metadata } = parseHeader(file(json, 1))
    expect([...tensors.keys()]).toEqual(['__proto__', 'constructor'])
    expect(Object.keys(metadata)).toEqual(['__proto__'])
    expect(({} as Record<string, unknown>).dtype).toBeUndefined()
  })

  it('packs types below a byte', () => {
    expect(parseHeader(file(`{"x":${entry('F4', '[3,2]', '[0,3]')}}`, 3)).tensors.get('x')!.dtype).toBe('F4')
  })
})

describe('a header that is refused', () => {
  const one = (offsets: string, shape = '[4]', data = 4, dtype = 'U8') =>
    file(`{"x":${entry(dtype, shape, offsets)}}`, data)
  const two = (a: string, b: string, data: number) =>
    file(`{"a":${entry('U8', '[2]', a)},"b":${entry('U8', '[2]', b)}}`, data)

  it('an empty file', () => refused(new Uint8Array(0), /fewer than the 8/))
  it('a file that ends inside the length', () => refused(new Uint8Array(7), /fewer than the 8/))
  it('a length beyond the file', () => refused(file('{}', 0, 3n), /may be cut off/))
  it('a length above 100 MB', () => refused(file('{}', 0, 100_000_001n), /at most 100000000/))
  it('a length of 2^64 - 1', () => refused(file('{}', 0, 0xffffffffffffffffn), /18446744073709551615/))
  it('a length of 0', () => refused(file(''), /begin with/))
  it('a first byte that is not {', () => refused(file(' {}'), /begin with/))
  it('a byte order mark', () => refused(file('\ufeff{}'), /begin with/))
  it('an array instead of an object', () => refused(file('[]'), /begin with/))
  it('bytes that are not UTF-8', () => refused(file(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)), /UTF-8/))
  it('an overlong UTF-8 sequence', () => refused(file(Uint8Array.of(0x7b, 0x22, 0xc0, 0xa2, 0x22, 0x7d)), /UTF-8/))
  it('half of a surrogate pair', () => refused(file('{"\\ud800":1}'), /surrogate/))
  it('broken JSON', () => refused(file('{"x":'), /not valid JSON/))
  it('a trailing comma', () => refused(file('{"__metadata__":{},}'), /not valid JSON/))
  it('something after the object', () => refused(file('{}{}'), /after the end/))
  it('a control character in a name', () => refused(file('{"a\nb":1}'), /control character/))
  it('an unknown escape in a name', () => refused(file('{"a\\xb":1}'), /escape/))
  it('a string without an end', () => refused(file('{"x'), /no end/))
  it('a string that ends in a backslash', () => refused(file('{"x\\'), /no end/))
  it('nesting beyond the limit', () => refused(file(`{"x":${'['.repeat(100_000)}`), /nested deeper/))
  it('more values than any file needs', () =>
    refused(file(`{"x":[${'0,'.repeat(4_000_001)}0]}`), /more than 4000000 values/))
  it('a name of a million letters, without repeating it', () => {
    const name = 'x'.repeat(1e6)
    refused(file(`{"${name}":1}`), /^.{1,200}$/)
  })
  it('a key written twice', () => {
    const x = entry('U8', '[4]', '[0,4]')
    refused(file(`{"x":${x},"x":${x}}`, 4), /"x" is written twice/)
  })
  it('a key written twice, once with an escape', () => {
    const x = entry('U8', '[4]', '[0,4]')
    refused(file(`{"x":${x},"\\u0078":${x}}`, 4), /"x" is written twice/)
  })
  it('a field written twice', () =>
    refused(file('{"x":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}}'), /"dtype" is written twice/))
  it('metadata written twice', () => refused(file('{"__metadata__":{},"__metadata__":{}}'), /written twice/))
  it('metadata that is not an object', () => refused(file('{"__metadata__":[]}'), /__metadata__/))
  it('metadata that is not text', () => refused(file('{"__metadata__":{"epoch":3}}'), /"epoch" is not a string/))
  it('a tensor that is not an object', () => refused(file('{"x":[0,4]}', 4), /not described by an object/))
  it('a missing dtype', () => refused(file('{"x":{"shape":[0],"data_offsets":[0,0]}}'), /unknown dtype \(missing\)/))
  it('a missing shape', () => refused(file('{"x":{"dtype":"U8","data_offsets":[0,0]}}'), /shape of tensor "x"/))
  it('missing offsets', () => refused(file('{"x":{"dtype":"U8","shape":[0]}}'), /data_offsets of tensor "x"/))
  it('an unknown dtype', () => refused(one('[0,4]', '[4]', 4, 'F33'), /unknown dtype "F33"/))
  it('a dtype in small letters', () => refused(one('[0,4]', '[4]', 4, 'u8'), /unknown dtype/))
  it('an inherited name as dtype', () => refused(one('[0,4]', '[4]', 4, 'toString'), /unknown dtype/))
  it('a negative size', () => refused(one('[0,4]', '[-4]'), /-4, which is not a whole number/))
  it('a fractional size', () => refused(one('[0,4]', '[4.5]'), /4\.5/))
  it('a whole size written as a fraction', () => refused(one('[0,4]', '[4.0]'), /4\.0/))
  it('a size with an exponent', () => refused(one('[0,4]', '[4e0]'), /4e0/))
  it('a size with a leading zero', () => refused(one('[0,4]', '[04]'), /not valid JSON/))
  it('a size that is text', () => refused(one('[0,4]', '["4"]'), /"4"/))
  it('a size above 2^53', () => refused(one('[0,4]', '[9007199254740993]'), /9007199254740993/))
  it('a size that becomes infinite', () => refused(one('[0,4]', `[1${'0'.repeat(400)}]`), /not a whole number/))
  it('a product of sizes that overflows', () => refused(one('[0,4]', '[4294967296,4294967296]'), /overflows/))
  it('a product that overflows 64 bits to 4', () =>
    refused(one('[0,4]', '[4611686018427387905,4]'), /not a whole number/))
  it('an overflow hidden by a size of 0', () => refused(one('[0,0]', '[4294967296,4294967296,0]', 0), /overflows/))
  it('more dimensions than the engine has', () =>
    refused(one('[0,1]', `[${new Array(65).fill(1)}]`, 1), /65 dimensions/))
  it('a negative offset', () => refused(one('[-4,0]'), /-4/))
  it('one offset', () => refused(one('[4]'), /1 numbers, not 2/))
  it('three offsets', () => refused(one('[0,4,4]'), /3 numbers, not 2/))
  it('an end before the beginning', () => refused(one('[4,0]'), /ends \(0\) before it begins \(4\)/))
  it('fewer bytes than the shape needs', () => refused(one('[0,3]', '[4]', 3), /takes 3 bytes, but U8 \[4\] needs 4/))
  it('more bytes than the shape needs', () => refused(one('[0,5]', '[4]', 5), /takes 5 bytes/))
  it('bytes of another type', () => refused(one('[0,4]', '[4]', 4, 'F32'), /needs 16/))
  it('bits that do not fill a byte', () => refused(one('[0,2]', '[3]', 2, 'F4'), /whole byte/))
  it('data that does not begin at 0', () => refused(one('[1,5]', '[4]', 5), /belong to no tensor/))
  it('a gap', () => refused(two('[0,2]', '[3,5]', 5), /belong to no tensor/))
  it('an overlap', () => refused(two('[0,2]', '[1,3]', 3), /overlap/))
  it('two tensors at one place', () => refused(two('[0,2]', '[0,2]', 2), /overlap/))
  it('a tail after the last tensor', () => refused(one('[0,4]', '[4]', 5), /cut off or has a tail/))
  it('a file that ends inside the last tensor', () => refused(one('[0,4]', '[4]', 3), /cut off or has a tail/))
  it('data without a tensor', () => refused(file('{}', 1), /has a tail/))
})
