import { expect } from 'vitest'
import { type Chance, fuzz, mutated } from '../../../torch/src/fuzz.testing.js'
import { EgoLensError } from '../errors.js'
import { type EpicFrame, readEpicMessage, readEpicPickle } from './epic.js'
import { parseDetections } from './file.js'
import { readBytesPickle } from './pickle.js'
import * as samples from './samples.testing.js'
import { epicMessage, pickleOfBytes } from './testing.js'

const options = { segments: { width: 100, height: 200, rate: 30 }, clipEnds: new Map([[2100, 4.1]]) }
const released = Object.values(samples)

/** Numbers that a message keeps exactly. */
const float = (chance: Chance) => Math.fround(chance.pick([0, 1, 0.5, -0.25, 1e-40, 3e38, chance.below(1000) / 999]))

function frame(chance: Chance): EpicFrame {
  const box = () => [float(chance), float(chance), float(chance), float(chance)] as const
  const hand = (): EpicFrame['hands'][number] => ({
    box: box(),
    score: float(chance),
    state: chance.below(5),
    side: chance.pick(['left', 'right']),
    offset: [float(chance), float(chance)],
  })
  return {
    video: chance.pick(['P01_09', 'P22_101', 'é', '\0', ' ']),
    frame: 1 + chance.below(2 ** 31 - 1),
    hands: chance.many(3, hand),
    objects: chance.many(3, () => ({ box: box(), score: float(chance) })),
  }
}

const names = [
  ...['numpy.core.multiarray\n_reconstruct', 'numpy.core.multiarray\nscalar', 'numpy\nndarray', 'numpy\ndtype'],
  ...['_codecs\nencode', '__builtin__\nbytes', 'collections\ndefaultdict', 'os\nsystem', '__builtin__\neval'],
].map((name) => `c${name}\n`)
const parts = [
  ...[
    '(',
    'N',
    '\x88',
    'K\x03',
    'M\xff\xff',
    'J\xff\xff\xff\xff',
    '\x8a\x08\0\0\0\0\0\0\0\x40',
    'G\x7f\xf0\0\0\0\0\0\0',
  ],
  ...[
    ']',
    ')',
    '}',
    't',
    '\x85',
    '\x86',
    '\x87',
    'a',
    'e',
    's',
    'u',
    'R',
    'b',
    '\x93',
    '\x94',
    'q\0',
    'h\0',
    'h\x01',
    '.',
  ],
  ...['C\x02ab', 'X\x02\0\0\0f4', 'X\x02\0\0\0i8', 'X\x06\0\0\0latin1', 'X\x06\0\0\0frames', 'X\x09\0\0\0hand_dets'],
  ...names,
]

const words = [...parts, '__proto__'].map((part) => Buffer.from(part, 'latin1'))

/** Instructions in any order, by ones and as arrays that Python might have written. */
function composed(chance: Chance): Buffer {
  const size = () =>
    chance.pick(['K\0', 'K\x01', 'K\x02', 'M\xff\xff', '\x8a\x05\0\0\0\0\x01', '\x8a\x07\0\0\0\0\0\0\x20'])
  const data = () => 'C\x08\0\0\0\0\0\0\xf0\x7f'
  const array = () =>
    `${names[0]}${names[2]}K\0\x85C\x01b\x87R(K\x01(${size()}${size()}t${names[3]}X\x02\0\0\0${chance.pick(['f4', 'f8', 'i8', 'u1', 'O8'])}\x85R\x89${chance.pick([data(), 'C\0', 'C\x10'])}tb`
  const entry = () => `X\x09\0\0\0${chance.pick(['hand_dets', 'xobj_dets'])}${array()}s`
  const pieces = chance.many(16, () => (chance.once(4) ? chance.pick([array, entry])() : chance.pick(parts)))
  return Buffer.from(
    `\x80\x04${chance.pick(['', '}', ']', '}X\x05\0\0\0a/1.j}'])}${pieces.join('')}${chance.pick(['', 's'])}.`,
    'latin1',
  )
}

/** Frames with finite numbers, or an error of ours. */
function reads(bytes: Uint8Array): void {
  orRefuse(() => {
    for (const { time, hands, objects } of parseDetections(bytes, 'x.pkl', options)) {
      expect(Number.isFinite(time)).toBe(true)
      for (const { box, score } of [...hands, ...objects]) expect([...box, score].every(Number.isFinite)).toBe(true)
    }
  })
}

/** What is read of a message can be written and read again, where Python could have written it. */
function readsAgain(message: Uint8Array): void {
  const read = orRefuse(() => readEpicMessage(message, 'x'))
  if (!read || read.frame >= 2 ** 31 || read.hands.some(({ state }) => state < 0 || state >= 2 ** 31)) return
  expect(readEpicMessage(epicMessage(read), 'x')).toEqual(read)
}

function orRefuse<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof EgoLensError) || !error.code.startsWith('hands/')) throw error
    return undefined
  }
}

fuzz('detections of hands are read exactly and finite, or refused, whatever the bytes', (chance) => {
  const frames = chance.many(3, () => frame(chance))
  const messages = frames.map(epicMessage)
  const whole = chance.once(8)
  if (!whole && chance.once(3)) {
    const bytes = chance.once(2) ? composed(chance) : mutated(chance, released, words)
    return { input: bytes, check: () => reads(bytes) }
  }
  const changed = whole ? messages : messages.map((message) => mutated(chance, [message, ...messages]))
  const pickled = Buffer.from(pickleOfBytes(changed))
  const bytes = whole || chance.once(2) ? pickled : mutated(chance, [pickled], words)
  const check = () => {
    reads(bytes)
    for (const message of orRefuse(() => readBytesPickle(bytes, 'x')) ?? []) readsAgain(message)
    if (!whole) return
    const read = readEpicPickle(bytes, 'x')
    expect(read.map(({ hands }) => hands)).toEqual(
      frames.map(({ hands }) => hands.map(({ box, score, side, state }) => ({ box, score, side, state }))),
    )
    expect(read.map(({ objects }) => objects.map(({ box, score }) => ({ box, score })))).toEqual(
      frames.map(({ objects }) => objects),
    )
  }
  return { input: bytes, check }
})
