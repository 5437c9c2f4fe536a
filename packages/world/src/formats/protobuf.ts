import type { FrameDetections } from '../video/detections.js'

/** A growing buffer of protocol-buffer fields (proto3: zero values are left out). */
class Message {
  private readonly parts: Buffer[] = []

  varint(field: number, value: number): this {
    if (value !== 0) this.parts.push(varint(field << 3), varint(value))
    return this
  }

  float(field: number, value: number): this {
    if (value === 0) return this
    const bytes = Buffer.alloc(4)
    bytes.writeFloatLE(value)
    this.parts.push(varint((field << 3) | 5), bytes)
    return this
  }

  bytes(field: number, value: Buffer): this {
    this.parts.push(varint((field << 3) | 2), varint(value.length), value)
    return this
  }

  end(): Buffer {
    return Buffer.concat(this.parts)
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let left = value
  while (left > 127) {
    bytes.push((left % 128) + 128)
    left = Math.floor(left / 128)
  }
  bytes.push(left)
  return Buffer.from(bytes)
}

const bbox = ([left, top, right, bottom]: readonly [number, number, number, number]): Buffer =>
  new Message().float(1, left).float(2, top).float(3, right).float(4, bottom).end()

const centre = (box: FrameDetections['hands'][number]['box']) => [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2] as const

/** The touched thing whose centre is nearest to a hand's: what its offset points at. */
function nearest(hand: FrameDetections['hands'][number]['box'], objects: FrameDetections['objects']) {
  const [x, y] = centre(hand)
  const distance = (object: FrameDetections['objects'][number]) => {
    const [ox, oy] = centre(object.box)
    return Math.hypot(ox - x, oy - y)
  }
  return objects.filter((object) => object.contact).sort((a, b) => distance(a) - distance(b))[0]
}

const NO_CONTACT = 0
const PORTABLE_OBJECT = 3

/** EPIC-KITCHENS' `Detections` message of a frame; `frameNumber` counts from 1. */
export function encodeDetections(videoId: string, frameNumber: number, found: FrameDetections): Buffer {
  const message = new Message().bytes(1, Buffer.from(videoId)).varint(2, frameNumber)
  for (const { box, score, contact, side } of found.hands) {
    const hand = new Message()
      .bytes(1, bbox(box))
      .float(2, score)
      .varint(3, contact ? PORTABLE_OBJECT : NO_CONTACT)
    const touched = contact ? nearest(box, found.objects) : undefined
    if (touched) {
      const [x, y] = centre(box)
      const [ox, oy] = centre(touched.box)
      const [dx, dy] = [ox - x, oy - y]
      hand.bytes(4, new Message().float(1, dx).float(2, dy).end())
    }
    message.bytes(3, hand.varint(5, side === 'right' ? 1 : 0).end())
  }
  for (const { box, score } of found.objects) message.bytes(4, new Message().bytes(1, bbox(box)).float(2, score).end())
  return message.end()
}
