import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProgressEvent } from '../../../progress.js'
import { temporaryFolder } from '../../../video/testing.js'
import { type Exo2EgoDemoOutcome, runExo2EgoDemo } from './index.js'

// The whole way on two takes: figures mean nothing, but every part has to fit the next.
const few = { epochs: 1, globalBatch: 32 }
const size = { takes: { train: 2, test: 2 }, training: { preparation: few, guidance: few, practice: few } }

describe('the demo of Exo2Ego', () => {
  const { folder, remove } = temporaryFolder()
  let first: Exo2EgoDemoOutcome
  const events: ProgressEvent[] = []
  const run = (progress: (event: ProgressEvent) => void) =>
    runExo2EgoDemo({ folder, progress, signal: new AbortController().signal, size })
  beforeAll(async () => {
    first = await run((event) => events.push(event))
  }, 600_000)
  afterAll(remove)

  it('asks held-out questions after each stage', () => {
    expect(first.accuracy.map(({ stage }) => stage)).toEqual([
      'Initialization',
      'Teacher Self-Preparation',
      'Teacher-Student Guidance',
      'Student Self-Practice',
    ])
    for (const { questions, accuracy, chance } of first.accuracy) {
      expect(questions).toBeGreaterThan(10)
      expect(accuracy).toBeGreaterThan(0)
      expect(chance).toBeGreaterThan(0.25)
    }
  })

  it('puts questions in words, and shows them in its report', async () => {
    expect(first.asked.length).toBeGreaterThan(2)
    const page = await readFile(first.report, 'utf8')
    expect(page.match(/<article class="asked">/g)?.length).toBe(first.asked.length)
    expect(page).toContain('Results on the small synthetic world')
  })

  it('tells of every step', () => {
    const steps = new Set(events.map(({ task }) => task.split(' ')[0]))
    expect([...steps]).toEqual(Array.from({ length: 8 }, (_, i) => `${i + 1}/8`))
  })

  it('comes to the same figures a second time, without training anything', async () => {
    const again: ProgressEvent[] = []
    const second = await run((event) => again.push(event))
    expect(second.accuracy).toEqual(first.accuracy)
    expect(again.filter(({ task }) => /: (preparation|guidance|practice)$/.test(task))).toEqual([])
  }, 300_000)
})
