import { EgoLensError } from '../errors.js'
import type { DetectionFormat } from './formats.js'
import { isBytesList, readBytesPickle } from './pickle.js'
import { broken, protobufFields, protobufFloats } from './protobuf.js'
import type { Box, FrameDetections, HandDetection, ObjectDetection } from './types.js'

/** One frame as EPIC-KITCHENS releases it; frames are numbered from 1. */
export interface EpicFrame {
  video: string
  frame: number
  hands: (HandDetection & { offset: [x: number, y: number]; side: 'left' | 'right'; state: number })[]
  objects: ObjectDetection[]
}

/**
 * EPIC-KITCHENS' frames a second: 50 where the video's number has three digits, else 60, whatever the file's own rate
 * is. A moment has the frame `max(1, floor(seconds * rate))`, so a frame starts at `frame / rate`.
 */
export function epicRate(video: string): 50 | 60 {
  return /_\d{3}$/.test(video) ? 50 : 60
}

/** Detections of a video from its released pickle; see `touched` for what counts as contact. */
export function readEpicPickle(file: Uint8Array, where: string, handThreshold = 0.8): FrameDetections[] {
  return readEpicMessages(readBytesPickle(file, where), where, handThreshold)
}

/** EPIC-KITCHENS' release: a pickle a video, a list with the bytes of a message for each frame. */
export const epicDetections: DetectionFormat = {
  title: "EPIC-KITCHENS' hand-object detections",
  fits: isBytesList,
  read(content, where, { handThreshold = 0.8, aboutVideo }) {
    const messages = content as Uint8Array[]
    const video = messages.length > 0 ? readEpicMessage(messages[0]!, `${where}[0]`).video : undefined
    if (aboutVideo === undefined || video === undefined || video === aboutVideo) {
      return readEpicMessages(messages, where, handThreshold)
    }
    throw new EgoLensError('hands/other-video', `detections of ${video} under the name of ${aboutVideo}`, {
      where,
      cure: 'the first release has wrong files for P01_109 and P27_103: take their replacements',
    })
  },
}

function readEpicMessages(messages: readonly Uint8Array[], where: string, handThreshold: number): FrameDetections[] {
  return messages.map((message, i) => {
    const frame = readEpicMessage(message, `${where}[${i}]`)
    const contact = touched(frame, handThreshold)
    return {
      time: frame.frame / epicRate(frame.video),
      hands: frame.hands.map(({ box, score, side, state }) => ({ box, score, side, state })),
      objects: frame.objects.map((object, k) => ({ ...object, contact: contact.has(k) })),
    }
  })
}

/** One `Detections` message of the release's types.proto. */
export function readEpicMessage(message: Uint8Array, where: string): EpicFrame {
  const found: EpicFrame = { video: '', frame: 0, hands: [], objects: [] }
  for (const item of protobufFields(message, where)) {
    if ('whole' in item) {
      if (item.field === 2) found.frame = item.whole
    } else if (!('bytes' in item)) continue
    else if (item.field === 1) found.video = new TextDecoder().decode(item.bytes)
    else if (item.field === 3) found.hands.push(readHand(item.bytes, where))
    else if (item.field === 4) found.objects.push(readObject(item.bytes, where))
  }
  if (!found.video || !(found.frame >= 1)) throw broken(where, 'it names no video or no frame')
  return found
}

/**
 * Positions of the objects that a hand holds or touches: for each hand of enough score whose state is a portable or a
 * stationary object, the object whose centre is nearest to where the hand points (its centre and `offset`).
 */
export function touched(frame: EpicFrame, handThreshold: number): Set<number> {
  const found = new Set<number>()
  for (const { box, score, state, offset } of frame.hands) {
    if (score < handThreshold || (state !== 3 && state !== 4) || frame.objects.length === 0) continue
    const [x, y] = centre(box)
    const distances = frame.objects.map((object) => {
      const [ox, oy] = centre(object.box)
      return Math.hypot(ox - x - offset[0], oy - y - offset[1])
    })
    found.add(distances.indexOf(Math.min(...distances)))
  }
  return found
}

function readHand(message: Uint8Array, where: string): EpicFrame['hands'][number] {
  const hand: EpicFrame['hands'][number] = { ...readObject(message, where), offset: [0, 0], side: 'left', state: 0 }
  for (const item of protobufFields(message, where)) {
    if ('whole' in item) {
      if (item.field === 3) hand.state = item.whole
      if (item.field === 5) hand.side = item.whole === 1 ? 'right' : 'left'
    } else if ('bytes' in item && item.field === 4)
      hand.offset = protobufFloats(item.bytes, 2, where) as [number, number]
  }
  return hand
}

/** The box and the score, which hands and objects have in the same fields. */
function readObject(message: Uint8Array, where: string): ObjectDetection {
  let box: Box = [0, 0, 0, 0]
  let score = 0
  for (const item of protobufFields(message, where)) {
    if ('bytes' in item && item.field === 1) box = protobufFloats(item.bytes, 4, where) as unknown as Box
    else if ('float' in item && item.field === 2) score = item.float
  }
  if (!Number.isFinite(score)) throw broken(where, 'a score that is not finite')
  return { box, score }
}

function centre([left, top, right, bottom]: Box): [number, number] {
  return [(left + right) / 2, (top + bottom) / 2]
}
