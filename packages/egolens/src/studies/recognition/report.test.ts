import { expect, test } from 'vitest'
import type { RecognitionEvaluation, RecognitionScores } from '../../recognition/evaluate.js'
import { recognitionMarkdown } from './report.js'

const scores = (map: number, perMinute: number | undefined): RecognitionScores => ({
  map: { noun: { mean: map, classes: 3, at: [{ iou: 0.1, value: map + 0.1 }] } },
  f1: { noun: 0.5 },
  edit: { noun: 0.25 },
  falseAlarms: { perMinute, count: 1, idleSeconds: 10, covered: 0 },
  calibrationError: { noun: 0.125 },
  found: 4,
})
const evaluation = (map: number, perMinute?: number): RecognitionEvaluation => ({
  calibrated: true,
  videos: 2,
  segments: 9,
  recognition: scores(map, perMinute),
  argmaxPerWindow: scores(0.1, 30),
  oracleBoundaries: scores(0.6, 0),
})

test('means over seeds stand with their deviation, what was not measured as a dash', () => {
  const page = recognitionMarkdown([{ place: 'kitchen', evaluations: [evaluation(0.3), evaluation(0.4)] }], [1, 2])
  const line = (name: string) =>
    page
      .split('\n')
      .filter((text) => text.startsWith(`| ${name} `))
      .map((text) => text.split('|').map((cell) => cell.trim()))
  const [all, byIoU] = line('recognition')
  expect(all).toEqual([
    '',
    'recognition',
    '-',
    '35.0 ± 7.1',
    '-',
    '50.0 ± 0.0',
    '-',
    '25.0 ± 0.0',
    '-',
    '-',
    '-',
    '12.5 ± 0.0',
    '',
  ])
  expect(byIoU).toEqual(['', 'recognition', '45.0 ± 7.1', ''])
  expect(line('argmax per window')[0]).toContain('30.0 ± 0.0')
  expect(page).toContain('9 actions in 2 videos')
})
