import { readFileSync, truncateSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EgoLensError } from '../../errors.js'
import { checkpointOf, openCheckpoint } from './checkpoint.js'
import { choose } from './choose.js'
import { convertCheckpoint } from './convert.js'
import {
  checkpoint,
  inMemory,
  int32,
  long,
  pickle,
  readOrRefuse,
  storage,
  tensor,
  text,
  withFile,
  withFolder,
  zip,
} from './pth.testing.js'

const golden = (name: string) => readFileSync(new URL(`golden/${name}.pth`, import.meta.url))

/** The error of opening these bytes; anything but an EgoLensError fails the test. */
function refusal(bytes: Uint8Array): EgoLensError | undefined {
  try {
    checkpointOf(inMemory(bytes)).close()
  } catch (error) {
    if (!(error instanceof EgoLensError)) throw error
    return error
  }
  return undefined
}

/** A checkpoint whose object is this pickle's. */
const object = (...parts: Parameters<typeof pickle>) =>
  zip([
    ['archive/data.pkl', pickle(...parts)],
    ['archive/data/0', new Uint8Array(16)],
  ])

describe('a pickle that would act', () => {
  it.each([
    ['os.system', 'cos\nsystem\n', 'os.system'],
    ['posix.system', 'cposix\nsystem\n', 'posix.system'],
    ['eval', 'c__builtin__\neval\n', '__builtin__.eval'],
    ['exec', 'cbuiltins\nexec\n', 'builtins.exec'],
    ['getattr', 'cbuiltins\ngetattr\n', 'builtins.getattr'],
    ['import', 'cimportlib\nimport_module\n', 'importlib.import_module'],
    ['torch.load', 'ctorch\nload\n', 'torch.load'],
    ['torch.hub', 'ctorch.hub\nload\n', 'torch.hub.load'],
    ['torch.utils', 'ctorch.utils.collect_env\nrun\n', 'torch.utils.collect_env.run'],
    ['an attribute of an allowed name', 'ctorch._utils\n_rebuild_tensor_v2.__globals__\n', '__globals__'],
    ['a dotted module', 'ctorch\n_utils._rebuild_tensor_v2.x\n', '_utils._rebuild_tensor_v2.x'],
    ['a module class', 'ctorch.nn.modules.linear\nLinear\n', 'torch.nn.modules.linear.Linear'],
    ['a JavaScript property', 'c__proto__\nconstructor\n', '__proto__.constructor'],
    ['numpy arrays', 'cnumpy.core.multiarray\n_reconstruct\n', 'numpy.core.multiarray._reconstruct'],
  ])('by %s is refused by name, with the place', (_, instruction, name) => {
    const error = refusal(object(0x80, 2, '}', instruction, text('echo'), 0x85, 'R.'))
    expect(error).toMatchObject({ code: 'pth/refused' })
    expect(error?.message).toContain(name)
    expect(error?.message).toContain('at byte 3')
  })

  it('by STACK_GLOBAL is refused by name', () => {
    const error = refusal(object(0x80, 4, text('os'), text('system'), 0x93, text('id'), 0x85, 'R.'))
    expect(error?.message).toContain('"os.system" at byte 20')
  })

  it.each([
    ['REDUCE of a text', [text('eval'), ')', 'R.']],
    ['REDUCE of a storage class', ['ctorch\nFloatStorage\n', ')', 'R.']],
    ['REDUCE of a dtype', ['ctorch\nfloat32\n', ')', 'R.']],
    ['REDUCE of argparse.Namespace', ['cargparse\nNamespace\n', ')', 'R.']],
    ['REDUCE with a list', ['ccollections\nOrderedDict\n', ']', 'R.']],
    ['NEWOBJ of a function', ['ctorch._utils\n_rebuild_parameter\n', ')', '\x81.']],
    ['NEWOBJ of a storage class', ['ctorch\nFloatStorage\n', ')', '\x81.']],
    ['BUILD on a class', ['ctorch\nFloatStorage\n', '}', 'b.']],
    ['BUILD on a plain dict', ['}', '}', 'b.']],
    ['BUILD on a list', [']', '}', 'b.']],
    ['BUILD on a Namespace with slots', ['cargparse\nNamespace\n', ')\x81', 'N}\x86', 'b.']],
    ['SETITEM on a Namespace', ['cargparse\nNamespace\n', ')\x81', text('x'), 'N', 's.']],
    ['APPEND to a tuple', [')', 'N', 'a.']],
    ['a list as a key', ['}', ']', 'N', 's.']],
    ['_codecs.encode by another codec', ['c_codecs\nencode\n', text('x'), text('rot13'), '\x86R.']],
    ['EXT1', [0x82, 1, '.']],
    ['EXT2', [0x83, 1, 0, '.']],
    ['EXT4', [0x84, 1, 0, 0, 0, '.']],
    ['INST', ['(', 'ios\nsystem\n', '.']],
    ['OBJ', ['(', 'ccollections\nOrderedDict\n', 'o.']],
    ['PERSID', ['P0\n', '.']],
    ['STRING with its escapes', ["S'x'\n", '.']],
    ['UNICODE with its escapes', ['Vx\n', '.']],
    ['FLOAT in digits', ['F1.5\n', '.']],
    ['NEXT_BUFFER', [0x97, '.']],
    ['BYTEARRAY8', [0x96, new Uint8Array(8), '.']],
    ['NEWOBJ_EX', ['ccollections\nOrderedDict\n', ')}', 0x92, '.']],
    ['LONG4', [0x8b, int32(1), 1, '.']],
    ['DUP', ['N2', '.']],
    ['protocol 6', [0x80, 6, 'N.']],
    ['an empty stack', ['.']],
    ['POP below the bottom', ['0', 'N.']],
    ['TUPLE2 across a mark', ['N(N', 0x86, '.']],
    ['TUPLE without a mark', ['Nt.']],
    ['SETITEMS without a value', ['}(N', 'u.']],
    ['two objects', ['NN.']],
    ['an open mark', ['N(.']],
    ['an object that was not remembered', ['h\x07', '.']],
    ['a negative length', ['X', int32(-1), 'N.']],
    ['a length beyond the end', ['B', int32(1 << 30), 'N.']],
    ['a length of 2^63', [0x8e, new Uint8Array(8).fill(0x80), 'N.']],
    ['text that is not UTF-8', ['X', int32(1), 0xff, '.']],
    ['a number that is none', ['I1e3\n', '.']],
    ['a line without end', ['c', 'x'.repeat(300), '\nx\n.']],
  ] as [string, (string | number | Uint8Array)[]][])('by %s is refused', (_, parts) => {
    expect(['pth/refused', 'pth/damaged']).toContain(refusal(object(0x80, 2, ...parts))?.code)
  })
})

describe('a tensor that lies', () => {
  const whole = storage('0', 4)
  it('not is read', () => {
    expect(refusal(checkpoint(tensor(whole, [0, [2, 2], [2, 1]])))).toBeUndefined()
    expect(refusal(checkpoint(tensor(whole, [99, [0, 2], [2, 1]])))).toBeUndefined()
  })

  it.each([
    ['an extent beyond its storage', tensor(whole, [0, [5], [1]])],
    ['an offset beyond it', tensor(whole, [1, [4], [1]])],
    ['strides beyond it', tensor(whole, [0, [2, 2], [3, 1]])],
    ['a negative size', tensor(whole, [0, [-1], [1]])],
    ['a negative stride', tensor(whole, [3, [4], [-1]])],
    ['a negative offset', tensor(whole, [-1, [1], [1]])],
    ['a size of 2^62', tensor(whole, [0, [2n ** 62n], [0]])],
    ['sizes whose product overflows', tensor(whole, [0, [2n ** 40n, 2n ** 40n], [0, 0]])],
    ['strides whose sum overflows', tensor(whole, [0, [2n ** 40n, 2n ** 40n], [2n ** 40n, 2n ** 40n]])],
    ['fewer strides than sizes', tensor(whole, [0, [2, 2], [1]])],
    ['65 dimensions', tensor(whole, [0, Array(65).fill(1), Array(65).fill(1)])],
    ['a storage larger than its bytes', tensor(storage('0', 5), [0, [4], [1]])],
    ['a storage smaller than its bytes', tensor(storage('0', 3), [0, [3], [1]])],
    ['a storage of 2^60 elements', tensor(storage('0', 2n ** 60n), [0, [4], [1]])],
    ['a negative storage', tensor(storage('0', -4), [0, [0], [1]])],
    ['a storage of another type', tensor(storage('0', 4, 'DoubleStorage'), [0, [2], [1]])],
    ['a storage that is not there', tensor(storage('1', 4), [0, [4], [1]])],
    ['a storage elsewhere', tensor(storage('../data.pkl', 4), [0, [4], [1]])],
    ['a storage named __proto__', tensor(storage('__proto__', 4), [0, [4], [1]])],
    ['one storage of two types', pickle(whole, '0', tensor(storage('0', 4, 'IntStorage'), [0, [4], [1]]))],
    ['no storage', tensor(pickle('N'), [0, [4], [1]])],
    ['a persistent id of five None', pickle('(NNNNNtQ')],
    ['a persistent id that is a text', pickle(text('storage'), 'Q')],
    [
      'a storage class that is a text',
      pickle('(', text('storage'), text('FloatStorage'), text('0'), 'N', long(4), 'tQ'),
    ],
  ])('of %s is refused', (_, value) => {
    expect(['pth/refused', 'pth/damaged']).toContain(refusal(checkpoint(value))?.code)
  })

  it('of terabytes by strides of zero is refused before anything is written', async () => {
    const bytes = checkpoint(tensor(storage('0', 4), [0, [2n ** 40n, 4], [0, 1]]))
    await withFile(bytes, async (path) => {
      await expect(convertCheckpoint(path)).rejects.toMatchObject({ code: 'pth/too-large' })
    })
  })
})

describe('bombs end in an error or in little memory', () => {
  it('of depth', () => {
    const depth = 200_000
    expect(refusal(object(0x80, 2, ')', Buffer.alloc(depth, 0x85), '.'))).toBeUndefined()
    expect(refusal(object(0x80, 2, Buffer.alloc(depth, '('), '.'))?.code).toBe('pth/refused')
  })

  it('of the memo', () => {
    const put = (i: number) => pickle('Nr', int32(i), '0')
    const puts = Array.from({ length: 1000 }, (_, i) => put(-1 - i * 4_000_000))
    expect(refusal(object(0x80, 2, ...puts, 'N.'))).toBeUndefined()
  })

  it('of lists in lists, twice each, and of a dict in itself', () => {
    const twice = Array.from({ length: 60 }, (_, i) => pickle('0](h', i, 'h', i, 'eq', i + 1))
    expect(refusal(object(0x80, 2, ']q\0', ...twice, '.'))).toBeUndefined()
    const inside = pickle('}q\0', text('state_dict'), 'h\0', 's.')
    expect(refusal(object(0x80, 2, inside))).toBeUndefined()
  })

  it('of instructions', () => {
    expect(refusal(object(0x80, 2, Buffer.alloc(3_100_000, 'N0'), 'N.'))?.message).toContain('instructions')
  })
})

describe('a zip file that lies', () => {
  const object = pickle(0x80, 2, '}', text('x'), tensor(storage('0', 4), [0, [4], [1]]), 's.')
  const data = new Uint8Array(16)
  const made = (lies: object, end = {}) =>
    zip(
      [
        ['a/data.pkl', object],
        ['a/data/0', data, lies],
      ],
      end,
    )

  it('not is read', () => expect(refusal(made({}))).toBeUndefined())

  it.each([
    ['a larger size', made({ size: 17, packed: 17 })],
    ['a size of 4 GiB without its field', made({ size: 0xffffffff, packed: 0xffffffff })],
    ['two sizes', made({ packed: 15 })],
    ['another place', made({ header: 3 })],
    ['a place beyond the end', made({ header: 1 << 30 })],
    ['the place of another member', made({ header: 0 })],
    ['another name in its header', made({ localName: 'a/data/1' })],
    ['more members than there are', made({}, { entries: 3 })],
    ['a directory beyond the end', made({}, { at: 1 << 30 })],
    ['a directory elsewhere', made({}, { at: 0 })],
    [
      'a member twice',
      zip([
        ['a/data.pkl', object],
        ['a/data.pkl', object],
        ['a/data/0', data],
      ]),
    ],
    ['no storage', zip([['a/data.pkl', object]])],
  ])('about %s is refused', (_, bytes) => expect(refusal(bytes)?.code).toBe('pth/damaged'))

  it('in other ways is refused with its own reason', () => {
    expect(refusal(made({ method: 8 }))?.code).toBe('pth/compressed')
    expect(refusal(made({ flags: 1 }))?.code).toBe('pth/compressed')
    expect(refusal(zip([['data.pkl', object]]))?.code).toBe('pth/not-a-checkpoint')
    expect(
      refusal(
        zip([
          ['a/data.pkl', object],
          ['b/data.pkl', object],
        ]),
      )?.code,
    ).toBe('pth/not-a-checkpoint')
    expect(
      refusal(
        zip([
          ['a/data.pkl', object],
          ['a/code/x.py', data],
        ]),
      )?.code,
    ).toBe('pth/torchscript')
    const big = zip([
      ['a/data.pkl', object],
      ['a/byteorder', Buffer.from('big')],
      ['a/data/0', data],
    ])
    expect(refusal(big)?.code).toBe('pth/byte-order')
  })

  it('not, but has its sizes in a 64-bit field, is read', () => {
    const field = (...sizes: bigint[]) => {
      const extra = Buffer.alloc(12 + 8 * sizes.length)
      extra.writeUInt16LE(0x4246, 0) // another field before it
      extra.writeUInt16LE(4, 2)
      extra.writeUInt16LE(1, 8)
      extra.writeUInt16LE(8 * sizes.length, 10)
      for (const [i, size] of sizes.entries()) extra.writeBigUInt64LE(size, 12 + 8 * i)
      return extra
    }
    const [size, packed] = [0xffffffff, 0xffffffff]
    expect(refusal(made({ size, packed, extra: field(16n, 16n) }))).toBeUndefined()
    expect(refusal(made({ size, packed, extra: field(16n) }))?.code).toBe('pth/damaged')
    expect(refusal(made({ size, packed, extra: field(1n << 63n, 1n << 63n) }))?.code).toBe('pth/damaged')
  })

  it('about a checksum is refused when its bytes are read', async () => {
    await withFile(made({ crc: 1 }), async (path) => {
      await expect(convertCheckpoint(path)).rejects.toMatchObject({ code: 'pth/damaged' })
    })
  })
})

describe('a file that is no checkpoint says what it is', () => {
  it.each([
    ['', 'empty'],
    ['version https://git-lfs.github.com/spec/v1\noid', 'Git LFS pointer'],
    ['<!DOCTYPE html><html>', 'a web page'],
    ['\x10\0\0\0\0\0\0\0{"x":{}}        ', 'safetensors'],
    ['\x80\x02}q\0.', 'not a PyTorch checkpoint'],
  ])('%j', (bytes, what) => {
    const error = refusal(Buffer.from(bytes, 'latin1'))
    expect(error).toMatchObject({ code: 'pth/not-a-checkpoint' })
    expect(error?.message).toContain(what)
  })

  it('nor is a folder', () => {
    withFolder((folder) => expect(() => openCheckpoint(folder)).toThrow(EgoLensError))
    expect(() => openCheckpoint('/dev/zero')).toThrow('not a file')
  })
})

it('a file that shrinks while it is read is refused', () =>
  withFile(golden('tensors.legacy'), (path) => {
    const open = openCheckpoint(path)
    truncateSync(path, 100)
    const [first] = choose(open.value, path).tensors.values()
    expect(() => [...open.pieces(first!)]).toThrow('became shorter')
    open.close()
  }))

describe.each(['tensors.zip', 'tensors.legacy', 'training.zip', 'training.legacy'])('%s', (name) => {
  const whole = golden(name)
  it('cut off at any byte is refused', () =>
    withFile(whole, (path) => {
      for (let end = whole.length - 1; end >= 0; end--) {
        truncateSync(path, end)
        expect(() => openCheckpoint(path)).toThrow(EgoLensError)
      }
    }))

  it('with any bytes changed is read or refused, and nothing else', () => {
    const change = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(change, (changes) => {
        const bytes = Buffer.from(whole)
        for (const [at, byte] of changes) bytes[at] = byte
        readOrRefuse(bytes)
      }),
      { numRuns: 300 },
    )
  })
})

it('any bytes after a proper beginning are read or refused', () => {
  const bytes = fc.uint8Array({ maxLength: 64 })
  fc.assert(
    fc.property(bytes, (given) => void refusal(object(0x80, 2, given))),
    { numRuns: 500 },
  )
})
