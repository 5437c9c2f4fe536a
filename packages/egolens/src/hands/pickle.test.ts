import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EgoLensError } from '../errors.js'
import { readBytesPickle } from './pickle.js'
import { pickleOfBytes } from './testing.js'

const fromBase64 = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))
const strings = (items: Uint8Array[]) => items.map((item) => Buffer.from(item).toString('latin1'))

describe('readBytesPickle', () => {
  it.each([
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
    [
      'protocol 2, which writes bytes as a call',
      'gAJdcQAoY19jb2RlY3MKZW5jb2RlCnEBWAMAAABhYmNxAlgGAAAAbGF0aW4xcQOGcQRScQVjX19idWlsdGluX18KYnl0ZXMKcQYpUnEHaAFYAgAAAGFicQhoA4ZxCVJxCmgKZS4=',
    ],
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
