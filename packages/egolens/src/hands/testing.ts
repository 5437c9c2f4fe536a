import type { EpicFrame } from './epic.js'
import type { Box } from './types.js'

/** Writes a list of bytes as Python's pickle protocol 3 does. For tests. */
export function pickleOfBytes(items: readonly Uint8Array[]): Uint8Array {
  const body = items.flatMap((item) => {
    const head = Buffer.alloc(item.length < 256 ? 2 : 5)
    if (item.length < 256) head.set([0x43, item.length])
    else {
      head[0] = 0x42
      head.writeUInt32LE(item.length, 1)
    }
    return [head, item]
  })
  const list = items.length > 0 ? [Buffer.from([0x28]), ...body, Buffer.from([0x65])] : []
  return new Uint8Array(Buffer.concat([Buffer.from([0x80, 3, 0x5d, 0x71, 0]), ...list, Buffer.from([0x2e])]))
}

/** Writes a frame as EPIC-KITCHENS' protocol buffer, leaving zeros out as proto3 does. For tests. */
export function epicMessage({ video, frame, hands, objects }: EpicFrame): Uint8Array {
  const handBytes = hands.map(({ box, score, state, side, offset }) =>
    Buffer.concat([
      bytes(1, boxMessage(box)),
      float(2, score),
      varint(3, state),
      bytes(4, Buffer.concat([float(1, offset[0]), float(2, offset[1])])),
      varint(5, side === 'right' ? 1 : 0),
    ]),
  )
  const objectBytes = objects.map(({ box, score }) => Buffer.concat([bytes(1, boxMessage(box)), float(2, score)]))
  return new Uint8Array(
    Buffer.concat([
      bytes(1, Buffer.from(video)),
      varint(2, frame),
      ...handBytes.map((message) => bytes(3, message)),
      ...objectBytes.map((message) => bytes(4, message)),
    ]),
  )
}

function boxMessage(box: Box): Buffer {
  return Buffer.concat(box.map((value, i) => float(i + 1, value)))
}

function digits(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...digits(value >>> 7)]
}

function varint(field: number, value: number): Buffer {
  return value === 0 ? Buffer.alloc(0) : Buffer.from([field * 8, ...digits(value)])
}

function float(field: number, value: number): Buffer {
  if (Object.is(value, 0)) return Buffer.alloc(0)
  const out = Buffer.alloc(5)
  out[0] = field * 8 + 5
  out.writeFloatLE(value, 1)
  return out
}

function bytes(field: number, message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([field * 8 + 2, ...digits(message.length)]), message])
}
