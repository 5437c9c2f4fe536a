import { expect } from 'vitest'
import { type Chance, fuzz } from '../../../../torch/src/fuzz.testing.js'
import { parseRecognition, type RecognitionDocument } from './document.js'
import { recognitionWebVtt } from './webvtt.js'

const nasty = [
  ...[
    '-->',
    '--',
    '>',
    '<',
    '&',
    '&lt;',
    '&amp;',
    '<b>',
    '</c>',
    '<00:00:01.000>',
    '<v Eve>',
    '<script>alert(1)</script>',
  ],
  ...[
    '\n',
    '\n\n',
    '\r',
    '\r\n\r\n',
    '\0',
    '\f',
    '\v',
    '\u0085',
    '\u2028',
    '\u2029',
    '\ufeff',
    '\ud83d',
    '\udc4b',
    '\u202e',
  ],
  ...[
    'WEBVTT',
    'NOTE',
    'STYLE',
    '::cue{}',
    'REGION',
    '1',
    '00:00.000 --> 00:01.000',
    'cut onion',
    'é',
    ' ',
    '',
    '\u00a0',
    '(9 %)',
  ],
]
const text = (chance: Chance): string => chance.many(5, () => chance.pick(nasty)).join('')
const fraction = (chance: Chance) => chance.pick([0, 1, 0.5, 0.004999, 0.995, chance.below(10_001) / 10_000])
const seconds = (chance: Chance) =>
  chance.pick([
    0,
    0.0004,
    0.0005,
    59.9996,
    3599.9999,
    359_999.9999,
    1e7,
    chance.below(1e9) / 1000,
    chance.below(1e9) / 997,
  ])

function document(chance: Chance): RecognitionDocument {
  const score = () => ({ label: 0, name: text(chance), probability: fraction(chance) })
  const recognised = () => ({ ...score(), top: [score()] })
  const segment = () => ({
    start: seconds(chance),
    end: seconds(chance),
    probability: fraction(chance),
    ...(chance.once(4) ? {} : { verb: recognised() }),
    ...(chance.once(4) ? {} : { noun: recognised() }),
  })
  return {
    format: 'egolens-recognition',
    version: 1,
    video: text(chance),
    duration: seconds(chance),
    calibrated: chance.once(2),
    notes: chance.many(2, () => text(chance)),
    segments: chance.many(3, segment),
    moments: [],
  }
}

interface Cue {
  id: string
  start: number
  end: number
  text: string
}

/** The parser of the WebVTT standard (W3C, section 6), for files without regions and styles, which are errors here. */
function parse(bytes: Uint8Array): { cues: Cue[]; comments: number } {
  const decoded = new TextDecoder().decode(bytes).replaceAll('\0', '\ufffd')
  const lines = decoded.replace(/\r\n?/g, '\n').split('\n')
  expect(lines[0]).toMatch(/^WEBVTT([ \t]|$)/)
  expect(lines[1]).toBe('')
  const cues: Cue[] = []
  let comments = 0
  for (const block of lines
    .slice(2)
    .join('\n')
    .split(/\n{2,}/)
    .filter((found) => found.trim() !== '')) {
    const [first, ...rest] = block.split('\n')
    if (!block.includes('-->')) {
      expect(first).toMatch(/^NOTE([ \t]|$)/)
      comments++
      continue
    }
    const timing = /^(\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3}) --> (\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3})$/.exec(rest[0]!)
    expect(timing).not.toBeNull()
    const [h, m, s, ms, h2, m2, s2, ms2] = timing!.slice(1).map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    cues.push({
      id: first!,
      start: h * 3_600_000 + m * 60_000 + s * 1000 + ms,
      end: h2 * 3_600_000 + m2 * 60_000 + s2 * 1000 + ms2,
      text: cueText(rest.slice(1).join('\n')),
    })
  }
  return { cues, comments }
}

/** A cue's text as it is shown; any tag is an error here. */
function cueText(payload: string): string {
  expect(payload).not.toMatch(/[<>\n]/)
  return payload.replace(/&(\w*);?/g, (entity, name: string) => {
    const shown = { amp: '&', lt: '<', gt: '>' }[name]
    expect(shown, entity).toBeDefined()
    return shown!
  })
}

const inOneLine = (given: string) =>
  Buffer.from(given)
    .toString()
    .replace(/[\p{Cc}\u2028\u2029]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()

fuzz('subtitles are read back by the rules of WebVTT, cue for cue, whatever the labels are', (chance) => {
  const given = document(chance)
  const check = () => {
    parseRecognition(given, 'x')
    const { cues, comments } = parse(Buffer.from(recognitionWebVtt(given)))
    expect(comments).toBe(given.notes.length)
    expect(cues).toHaveLength(given.segments.length)
    for (const [i, { id, start, end, text: shown }] of cues.entries()) {
      const segment = given.segments[i]!
      expect(id).toBe(String(i + 1))
      expect(Math.abs(start - 1000 * segment.start)).toBeLessThanOrEqual(0.5 + 1e-6)
      expect(end).toBeGreaterThan(start)
      if (segment.end > segment.start + 0.001)
        expect(Math.abs(end - 1000 * segment.end)).toBeLessThanOrEqual(0.5 + 1e-6)
      const names = [segment.verb?.name, segment.noun?.name].filter((name) => name !== undefined)
      expect(shown).toBe(`${inOneLine(names.join(' '))} (${Math.round(100 * segment.probability)} %)`)
    }
  }
  return { input: given, check }
})
