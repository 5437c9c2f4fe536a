import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pickleBytesList } from './pickle.js'
import { encodeDetections } from './protobuf.js'

describe('encodeDetections', () => {
  it('writes proto3: zero values are left out, the offset points at the nearest touched thing', () => {
    const message = encodeDetections('P01_101', 300, {
      frame: 0,
      time: 0,
      hands: [{ box: [0.5, 0.5, 0.75, 0.75], score: 0.5, side: 'right', contact: true }],
      objects: [
        { box: [0, 0, 0.125, 0.125], score: 0.25, contact: true },
        { box: [0.5, 0.5, 1, 1], score: 0.5, contact: true },
      ],
    })
    expect(message.toString('hex')).toBe(
      [
        '0a075030315f313031', // video_id "P01_101"
        '10ac02', // frame_number 300
        '1a2b', // a hand of 43 bytes
        '0a140d0000003f150000003f1d0000403f250000403f', // its box
        '150000003f', // score 0.5
        '1803', // a portable object
        '220a0d0000003e150000003e', // offset 0.125, 0.125
        '2801', // right
        '22110a0a1d0000003e250000003e150000803e', // an object whose left and top are 0
        '221b0a140d0000003f150000003f1d0000803f250000803f150000003f',
      ].join(''),
    )
  })
})

describe('pickleBytesList', () => {
  it('is protocol 3: a list, batches of short or long bytes, and a stop', () => {
    expect(pickleBytesList([Buffer.from('ab'), Buffer.alloc(256, 1)]).toString('hex')).toBe(
      `80035d2843026162420001${'0000'}${'01'.repeat(256)}652e`,
    )
  })

  it('keeps every item in order', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 30 }), (items) => {
        const bytes = pickleBytesList(items.map((item) => Buffer.from(item)))
        const payload = items.reduce((sum, item) => sum + item.length + (item.length < 256 ? 2 : 5), 0)
        expect(bytes.length).toBe(3 + (items.length ? 2 : 0) + payload + 1)
        for (const item of items) expect(bytes.includes(Buffer.from(item))).toBe(true)
      }),
    )
  })
})
