import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { metric } from '../../evaluation/metric-names.js'
import type { ProgressEvent } from '../../progress.js'
import { type DemoOutcome, runDemo } from './index.js'

// The whole way on a few clips: figures mean nothing, but every part has to fit the next.
const size = { clips: { train: 24, test: 12 }, untrimmed: { train: 1, test: 1 }, epochs: 2 }

describe('the demo', () => {
  let folder: string
  let first: DemoOutcome
  const events: ProgressEvent[] = []
  const run = (progress: (event: ProgressEvent) => void) =>
    runDemo({ folder, progress, signal: new AbortController().signal, size })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'egolens-demo-'))
    first = await run((event) => events.push(event))
  }, 900_000)
  afterAll(() => rm(folder, { recursive: true }))

  it('scores zero-shot CLIP once and X-MIC on each place, nouns and verbs, on both', () => {
    expect(first.results.map((r) => [r.method, r.trainedOn, r.tests.map((t) => `${t.name} ${t.component}`)])).toEqual([
      ['zero-shot', null, ['kitchen verb', 'kitchen noun', 'workshop verb', 'workshop noun']],
      ['x-mic', 'kitchen', ['kitchen noun', 'workshop noun']],
      ['x-mic', 'kitchen', ['kitchen verb', 'workshop verb']],
      ['x-mic', 'workshop', ['kitchen noun', 'workshop noun']],
      ['x-mic', 'workshop', ['kitchen verb', 'workshop verb']],
    ])
  })

  it('makes a table in the form of table 1 with every cell filled', () => {
    expect(first.table.groups.map((group) => group.title)).toEqual(['Trained on kitchen', 'Trained on workshop'])
    expect(first.table.rows.map((row) => row.cells.filter((cell) => cell !== undefined).length)).toEqual([12, 12])
  })

  it('recognises an untrimmed video of each place beside the baselines', () => {
    expect(first.recognition.map(({ place, evaluation }) => [place, evaluation.calibrated, evaluation.videos])).toEqual(
      [
        ['kitchen', true, 1],
        ['workshop', true, 1],
      ],
    )
  })

  it('writes a report with both videos, the tables and the curves', async () => {
    const page = await readFile(first.report, 'utf8')
    const data = JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/.exec(page)![1]!) as {
      videos: { lanes: { kind: string }[]; detections: unknown[] }[]
      curves: { series: unknown[] }[]
    }
    expect(data.videos.length).toBe(2)
    for (const video of data.videos) {
      expect(video.lanes.map((lane) => lane.kind)).toEqual(['recognised', 'recognised', 'annotated', 'annotated'])
      expect(video.detections.length).toBeGreaterThan(10)
    }
    expect(data.curves[0]!.series.length).toBe(4)
    expect(page).toContain('Results on the small synthetic world')
  })

  it('tells of every stage', () => {
    const stages = new Set(events.map((event) => event.task.split(' ')[0]))
    expect([...stages]).toEqual(Array.from({ length: 10 }, (_, i) => `${i + 1}/10`))
  })

  it('comes to the same figures a second time, without drawing or training anything', async () => {
    const again: ProgressEvent[] = []
    const second = await run((event) => again.push(event))
    const figures = (outcome: DemoOutcome) => outcome.results.map((r) => r.tests.map((t) => t.values[metric.top1]))
    expect(figures(second)).toEqual(figures(first))
    expect(again.filter((event) => /: (frames|training)$/.test(event.task) && event.done > 0)).toEqual([])
  }, 300_000)
})
