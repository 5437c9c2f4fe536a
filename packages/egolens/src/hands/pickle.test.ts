import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EgoLensError } from '../errors.js'
import { parseDetections } from './file.js'
import { readBytesPickle, readPickle } from './pickle.js'
import type { NdArray } from './pickle-values.js'
import {
  bigEndian,
  boxesOfNumpy,
  dohProtocol2,
  fortranOrder,
  helpingHandsClip,
  objects,
  scalars2,
  scalars4,
  systemCall,
} from './samples.testing.js'
import { pickleOfBytes } from './testing.js'

const fromBase64 = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))
const strings = (items: Uint8Array[]) => items.map((item) => Buffer.from(item).toString('latin1'))

describe('readBytesPickle', () => {
  it.each([
    [
      2,
      'gAJdcQAoY19jb2RlY3MKZW5jb2RlCnEBWAMAAABhYmNxAlgGAAAAbGF0aW4xcQOGcQRScQVjX19idWlsdGluX18KYnl0ZXMKcQYpUnEHaAFYAgAAAGFicQhoA4ZxCVJxCmgKZS4=',
    ],
    [3, 'gANdcQAoQwNhYmNxAUMAcQJDAmFicQNoA2Uu'],
    [4, 'gASVFQAAAAAAAABdlChDA2FiY5RDAJRDAmFilGgDZS4='],
    [5, 'gAWVFQAAAAAAAABdlChDA2FiY5RDAJRDAmFilGgDZS4='],
  ])("reads what Python's protocol %d writes, repeated objects too", (_, base64) => {
    expect(strings(readBytesPickle(fromBase64(base64), 'x'))).toEqual(['abc', '', 'ab', 'ab'])
  })

  it('reads an empty list and long bytes', () => {
    expect(readBytesPickle(pickleOfBytes([]), 'x')).toEqual([])
    const long = new Uint8Array(70_000).fill(7)
    expect(readBytesPickle(pickleOfBytes([long, long]), 'x')).toEqual([long, long])
  })

  it.each([
    ['a call of os.system', 'gASVJQAAAAAAAABdlIwFcG9zaXiUjAZzeXN0ZW2Uk5SMB2VjaG8gaGmUhZRSlGEu'],
    ['a dictionary', 'gASVDAAAAAAAAAB9lIwBYZRDATGUcy4='],
    ['a list that holds itself', Buffer.from([0x80, 3, 0x5d, 0x71, 0, 0x68, 0, 0x61, 0x2e]).toString('base64')],
    ['bytes alone', Buffer.from([0x80, 3, 0x43, 1, 65, 0x2e]).toString('base64')],
    ['nothing', ''],
  ])('refuses %s', (_, base64) => {
    expect(() => readBytesPickle(fromBase64(base64), 'evil.pkl')).toThrow(
      expect.objectContaining({ code: 'hands/not-detections', where: 'evil.pkl' }),
    )
  })

  it('gives back what was written, and nothing but clear errors for noise and cuts', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), fc.nat(), (items, cut) => {
        const file = pickleOfBytes(items)
        expect(readBytesPickle(file, 'x')).toEqual(items)
        const part = file.subarray(0, cut % file.length)
        expect(() => readBytesPickle(part, 'x')).toThrow(EgoLensError)
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        try {
          readBytesPickle(noise, 'x')
        } catch (error) {
          expect(error).toBeInstanceOf(EgoLensError)
        }
      }),
    )
  })
})

describe('readPickle', () => {
  it.each([
    [2, scalars2],
    [4, scalars4],
  ])('reads plain values and NumPy scalars of protocol %d', (_, file) => {
    const bytes = new Uint8Array([97, 98])
    expect(readPickle(file, 'x')).toEqual([0.5, 0.25, -7, true, null, 2 ** 40, -3, 'ü', bytes, [1], [1, 2, 3], 1])
  })

  it('reads arrays by rows, whatever their order of bytes and elements', () => {
    const read = (file: Uint8Array) => {
      const { shape, data } = readPickle(file, 'x') as NdArray
      return { shape, data: [...data] }
    }
    expect(read(fortranOrder)).toEqual({ shape: [2, 3], data: [0, 1, 2, 3, 4, 5] })
    expect(read(bigEndian)).toEqual({ shape: [3], data: [0, 1, 2] })
  })

  it.each([
    ['a call', systemCall, 'the name posix.system'],
    ['an array of objects', objects, 'a call with arguments that plain data does not need'],
  ])('refuses %s', (_, file, message) => {
    expect(() => readPickle(file, 'evil.pkl')).toThrow(message)
  })

  it.each([
    ['the mark', '(N\x93.'],
    ['numbers', 'K\x01K\x02\x93.'],
    ['a list that holds itself', ']q\0h\0ah\0\x93.'],
  ])('refuses a name made of %s', (_, instructions) => {
    const read = () => readPickle(Buffer.from(`\x80\x04${instructions}`, 'latin1'), 'x')
    expect(read).toThrow(expect.objectContaining({ code: 'hands/not-detections' }))
    expect(read).toThrow('a name that is no text')
  })

  it('holds matrices of no columns, whose rows take no memory as detections', () => {
    const array = 'cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\0tR(K\x01\x8a\x05\0\0\0\0\x01K\0\x86'
    const text = (value: string) => `X${String.fromCharCode(value.length)}\0\0\0${value}`
    const empty = `${array}cnumpy\ndtype\n${text('f4')}\x85R\x89C\0tb`
    const file = Buffer.from(`\x80\x04}${text('a/1.jpg')}}${text('hand_dets')}${empty}ss.`, 'latin1')
    const [[, frame]] = [...(readPickle(file, 'x') as Map<string, Map<string, NdArray>>)] as [
      [string, Map<string, NdArray>],
    ]
    expect(frame.get('hand_dets')!.shape).toEqual([2 ** 32, 0])
    const read = () => parseDetections(file, 'x.pkl', { segments: { width: 1, height: 1, rate: 30 } })
    expect(read).toThrow('hand_dets is not a matrix of at least 10 columns of finite numbers')
  })

  it('survives every change of a byte and every cut', () => {
    const files = [dohProtocol2, helpingHandsClip, boxesOfNumpy, scalars4]
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.nat(), fc.nat(255), fc.boolean(), (file, at, byte, cut) => {
        const changed = cut ? file.slice(0, at % file.length) : Uint8Array.from(file)
        if (!cut) changed[at % file.length] = byte
        try {
          readPickle(changed, 'x')
        } catch (error) {
          expect(error).toBeInstanceOf(EgoLensError)
        }
      }),
      { numRuns: 3000 },
    )
  })
})
