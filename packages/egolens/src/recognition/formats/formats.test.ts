import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Recognition } from '../recognise.js'
import { recognitionCsv } from './csv.js'
import { parseRecognition, recognitionDocument } from './document.js'
import { recognitionWebVtt } from './webvtt.js'

const set = (component: 'verb' | 'noun', names: string[]) => ({ dataset: 'x', component, names, keys: names })

const score = fc.record({ label: fc.constantFrom(0, 1), probability: fc.double({ min: 0, max: 1, noNaN: true }) })
const recognised = fc
  .tuple(score, fc.array(score, { minLength: 1, maxLength: 5 }))
  .map(([own, top]) => ({ ...own, top }))
const anything = fc.record({
  names: fc.tuple(fc.string({ unit: 'binary' }), fc.string()),
  recognition: fc.record<Recognition>({
    video: fc.string(),
    duration: fc.double({ min: 0, max: 1e6, noNaN: true }),
    calibrated: fc.boolean(),
    segments: fc.array(
      fc
        .tuple(
          fc.double({ min: 0, max: 1e6, noNaN: true }),
          fc.double({ min: 0.25, max: 60, noNaN: true }),
          recognised,
          recognised,
        )
        .map(([start, length, verb, noun]) => ({
          start,
          end: start + length,
          probability: verb.probability,
          verb,
          noun,
        })),
    ),
    moments: fc.array(fc.record({ time: fc.double({ min: 0, max: 1e6, noNaN: true }), verb: fc.tuple(score) })),
    notes: fc.array(fc.string({ unit: 'binary' })),
  }),
})

const documents = anything.map(({ names, recognition }) => {
  const list = [`${names[0]}`, `${names[1]}#`]
  return recognitionDocument(recognition, { verb: set('verb', list), noun: set('noun', list) })
})

const example = recognitionDocument(
  {
    video: 'a.mp4',
    duration: 4000.1234,
    calibrated: false,
    segments: [
      {
        start: 3661.25,
        end: 3663,
        probability: 0.866,
        verb: { label: 0, probability: 0.8, top: [{ label: 0, probability: 0.9 }] },
        noun: { label: 1, probability: 0.7, top: [{ label: 1, probability: 0.8 }] },
      },
    ],
    moments: [{ time: 0.5, noun: [{ label: 1, probability: 0.66666 }] }],
    notes: ['Not calibrated --> rough.'],
  },
  { verb: set('verb', ['=cut']), noun: set('noun', ['mug', 'onion <b>&']) },
)

it('names classes and rounds', () => {
  expect(example.segments[0]!.noun).toEqual({
    label: 1,
    name: 'onion <b>&',
    probability: 0.7,
    top: [{ label: 1, name: 'onion <b>&', probability: 0.8 }],
  })
  expect(example).toMatchObject({ duration: 4000.123, moments: [{ time: 0.5, noun: [{ probability: 0.6667 }] }] })
  expect(() => parseRecognition({ ...example, version: 2 }, 'a.json')).toThrow('version')
})

it('writes subtitles that nothing can break out of', () => {
  expect(recognitionWebVtt(example)).toBe(
    'WEBVTT\n\nNOTE Not calibrated --&gt; rough.\n\n1\n01:01:01.250 --> 01:01:03.000\n=cut onion &lt;b&gt;&amp; (87 %)\n\n',
  )
  fc.assert(
    fc.property(documents, (document) => {
      const blocks = recognitionWebVtt(document).split('\n\n').filter(Boolean)
      expect(blocks).toHaveLength(1 + document.notes.length + document.segments.length)
      const cues = blocks.slice(1 + document.notes.length)
      for (const [i, cue] of cues.entries()) {
        const lines = cue.split('\n')
        expect(lines).toHaveLength(3)
        expect(lines[1]).toMatch(/^\d{2,}:\d\d:\d\d\.\d{3} --> \d{2,}:\d\d:\d\d\.\d{3}$/)
        expect(lines[2]).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/)
        const [h, m, s] = lines[1]!.split(' ')[0]!.split(':').map(Number)
        expect(h! * 3600 + m! * 60 + s!).toBeCloseTo(document.segments[i]!.start, 3)
      }
    }),
  )
})

it('writes CSV that reads back and that no spreadsheet runs', () => {
  expect(recognitionCsv(example).split('\r\n')[1]).toBe("a.mp4,3661.25,3663,0.866,'=cut,0.8,onion <b>&,0.7,false")
  fc.assert(
    fc.property(documents, (document) => {
      const rows = parse(recognitionCsv(document), { columns: true }) as Record<string, string>[]
      expect(rows).toHaveLength(document.segments.length)
      for (const [i, row] of rows.entries()) {
        const segment = document.segments[i]!
        expect([Number(row.start), Number(row.end)]).toEqual([segment.start, segment.end])
        expect([segment.verb!.name, `'${segment.verb!.name}`]).toContain(row.verb)
        expect(row.noun).not.toMatch(/^[=+\-@\t\r]/)
      }
    }),
  )
})

it('writes CSV in which nothing becomes a formula where semicolons, tabs or line breaks separate cells', () => {
  const verb = (name: string) => ({ label: 0, name, probability: 1, top: [{ label: 0, name, probability: 1 }] })
  const csv = (name: string) =>
    recognitionCsv({ ...example, segments: [{ ...example.segments[0]!, verb: verb(name) }] })
  expect(csv('cut;=1+1')).toContain(",cut;'=1+1,")
  expect(csv('cut\t+1')).toContain(",cut\t'+1,")
  expect(csv('cut\r\n "@x"')).toContain(',"cut\r\n\' ""@x""",')
  expect(csv('cut; open')).toContain(',cut; open,')
})

it('writes JSON that its schema reads back', () => {
  fc.assert(
    fc.property(documents, (document) => {
      const back = parseRecognition(JSON.parse(JSON.stringify(document)), 'x')
      expect(back).toEqual(JSON.parse(JSON.stringify(document)))
    }),
  )
})
