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

const NO_CONTACT = 0
const PORTABLE_OBJECT = 3

/** EPIC-KITCHENS' `Detections` message of a frame; `frameNumber` counts from 1. */
export function encodeDetections(videoId: string, frameNumber: number, found: FrameDetections): Buffer {
  const message = new Message().bytes(1, Buffer.from(videoId)).varint(2, frameNumber)
  const touched = found.objects.find((object) => object.contact)
  for (const { box, score, contact, side } of found.hands) {
    const hand = new Message()
      .bytes(1, bbox(box))
      .float(2, score)
      .varint(3, contact ? PORTABLE_OBJECT : NO_CONTACT)
    if (contact && touched) {
      const dx = (touched.box[0] + touched.box[2] - box[0] - box[2]) / 2
      const dy = (touched.box[1] + touched.box[3] - box[1] - box[3]) / 2
      hand.bytes(4, new Message().float(1, dx).float(2, dy).end())
    }
    message.bytes(3, hand.varint(5, side === 'right' ? 1 : 0).end())
  }
  for (const { box, score } of found.objects) message.bytes(4, new Message().bytes(1, bbox(box)).float(2, score).end())
  return message.end()
}
