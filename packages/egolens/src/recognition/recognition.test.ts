import { beforeAll, describe, expect, it } from 'vitest'
import { syntheticLabels, syntheticVideo } from '../../test/synthetic-scorer.js'
import { calibrate } from './calibrate.js'
import { type Calibration, parseCalibration } from './calibration.js'
import { evaluateRecognition, type RecognitionEvaluation } from './evaluate.js'
import { recognise } from './recognise.js'
import { recognitionTableText } from './table.js'
import type { Scorer } from './types.js'

const training = [1, 2, 3, 4].map((seed) => syntheticVideo(seed, { duration: 60 }))
const test = [11, 12, 13].map((seed) => syntheticVideo(seed, { duration: 60 }))

let calibration: Calibration
let scores: RecognitionEvaluation

beforeAll(async () => {
  calibration = await calibrate(training, syntheticLabels)
  scores = await evaluateRecognition(test, syntheticLabels, calibration)
})

describe('recognition with a calibration', () => {
  it('beats the best class of each window in every figure', () => {
    const { recognition: ours, argmaxPerWindow: plain, calibrated } = scores
    expect(calibrated).toBe(true)
    for (const component of ['verb', 'noun'] as const) {
      expect(ours.map[component]!.mean).toBeGreaterThan(plain.map[component]!.mean + 0.1)
      expect(ours.f1[component]).toBeGreaterThan(plain.f1[component]! + 0.2)
      expect(ours.edit[component]).toBeGreaterThan(plain.edit[component]! + 0.2)
      expect(ours.calibrationError[component]).toBeLessThan(plain.calibrationError[component]!)
    }
    expect(ours.edit.action).toBeGreaterThan(plain.edit.action! + 0.2)
    expect(ours.falseAlarms.perMinute!).toBeLessThan(plain.falseAlarms.perMinute! / 4)
    expect(ours.falseAlarms.covered).toBeLessThan(0.5)
  })

  it('is shown beside its baselines', () => {
    const lines = recognitionTableText(scores).split('\n')
    expect(lines[0]).toMatch(/^ +verb mAP {2}noun mAP {2}verb F1 .* false alarms {2}verb ECE {2}noun ECE$/)
    expect(lines.slice(1, 4).map((line) => line.split(/ {2,}/)[0])).toEqual([
      'argmax per window',
      'recognition',
      'true boundaries',
    ])
    expect(lines[4]).toContain(`${scores.segments} actions in 3 videos`)
  })

  it('stays below what true boundaries give', () => {
    const { recognition: ours, oracleBoundaries: oracle } = scores
    expect(oracle.falseAlarms.count).toBe(0)
    expect(ours.map.verb!.mean).toBeLessThan(oracle.map.verb!.mean)
    expect(oracle.found).toBe(scores.segments)
  })

  it('gives segments in order within the video that hardly overlap', async () => {
    const { segments, moments, notes } = await recognise(test[0]!, syntheticLabels, calibration)
    expect(notes).toEqual([])
    for (const [i, { start, end, probability, verb, noun }] of segments.entries()) {
      expect(start).toBeGreaterThanOrEqual(0)
      expect(end).toBeLessThanOrEqual(60)
      const next = segments[i + 1]
      if (next) expect(next.start).toBeGreaterThan(end - 0.2 * Math.max(end - start, next.end - next.start))
      for (const value of [probability, verb!.probability, noun!.probability]) {
        expect(value).toBeGreaterThan(0)
        expect(value).toBeLessThan(1)
      }
      expect(verb!.top[0]!.label).toBe(verb!.label)
    }
    expect(moments).toHaveLength(237)
    expect(moments[0]!.noun).toHaveLength(5)
  })

  it('is kept as JSON without loss, and says the same each time', async () => {
    const kept = parseCalibration(JSON.parse(JSON.stringify(calibration)))
    const [a, b] = [
      await recognise(test[1]!, syntheticLabels, calibration),
      await recognise(test[1]!, syntheticLabels, kept),
    ]
    expect(a).toEqual(b)
    expect(() => parseCalibration({ ...calibration, threshold: 2 })).toThrow('threshold')
    expect(() => parseCalibration({ ...calibration, quality: { ...calibration.quality, weights: [] } })).toThrow(
      'lengths',
    )
  })
})

describe('recognition without a calibration', () => {
  it('says so, and still beats the best class of each window', async () => {
    const rough = await evaluateRecognition(test, syntheticLabels)
    expect(rough.calibrated).toBe(false)
    const { recognition: ours, argmaxPerWindow: plain } = rough
    expect(ours.map.noun!.mean).toBeGreaterThan(plain.map.noun!.mean)
    expect(ours.edit.action).toBeGreaterThan(plain.edit.action!)
    expect(ours.falseAlarms.count).toBeLessThan(plain.falseAlarms.count)
    expect((await recognise(test[0]!, syntheticLabels)).notes[0]).toContain('Not calibrated')
  })

  it('does not use one that was fitted for other classes', async () => {
    const { verb, noun } = syntheticLabels
    const renamed = { verb, noun: { ...noun, names: noun.names.map((name) => `${name}s`) } }
    const { calibrated, notes } = await recognise(test[0]!, renamed, calibration)
    expect([calibrated, notes[0]]).toEqual([false, expect.stringContaining('Not calibrated for these classes')])
  })
})

describe('odd videos', () => {
  it('recognises verbs or nouns alone, with cues', async () => {
    const nounOnly = (seed: number) => {
      const video = syntheticVideo(seed, { duration: 40 })
      const scorer: Scorer = async (windows) => {
        const busy = (at: number) => (video.segments.some(({ start, end }) => start <= at && at < end) ? 1 : 0)
        const cues = windows.map(({ start, end }) => Float32Array.of(busy((start + end) / 2)))
        return { noun: (await video.scorer(windows)).noun!, cues }
      }
      return { ...video, scorer }
    }
    const labels = { noun: syntheticLabels.noun }
    const fitted = await calibrate([1, 2, 3].map(nounOnly), labels)
    expect(fitted.quality.names).toContain('cue 0 contrast')
    const scored = await evaluateRecognition([21, 22, 23].map(nounOnly), labels, fitted)
    expect(Object.keys(scored.recognition.map)).toEqual(['noun'])
    expect(scored.recognition.edit.action).toBeUndefined()
    expect(scored.recognition.map.noun!.mean).toBeGreaterThan(scored.argmaxPerWindow.map.noun!.mean)
  })

  it.each([0.3, 0.5, 1.1])('takes a video of %f s', async (duration) => {
    const { segments } = await recognise({ ...test[0]!, duration }, syntheticLabels, calibration)
    for (const { end } of segments) expect(end).toBeLessThanOrEqual(duration)
  })

  it('names the window when a score is not a number, and the call when a row is missing', async () => {
    const broken = (scorer: Scorer) => recognise({ id: 'a.mp4', duration: 5, scorer }, syntheticLabels)
    const nan: Scorer = (windows) => ({ verb: windows.map(() => Float32Array.of(1, Number.NaN)) })
    await expect(broken(nan)).rejects.toMatchObject({ code: 'recognition/bad-scores', where: 'a.mp4, 0.00-0.50 s' })
    await expect(broken(() => ({ verb: [] }))).rejects.toThrow('0 rows of verb')
    await expect(broken(() => ({}))).rejects.toThrow('neither verbs nor nouns')
  })

  it('refuses to calibrate on next to nothing', async () => {
    const video = { ...training[0]!, segments: training[0]!.segments.slice(0, 3) }
    await expect(calibrate([video], syntheticLabels)).rejects.toThrow('3 actions are too few')
  })

  it('stops when asked to', async () => {
    const signal = AbortSignal.abort()
    await expect(recognise(test[0]!, syntheticLabels, calibration, { signal })).rejects.toThrow('abort')
  })
})
