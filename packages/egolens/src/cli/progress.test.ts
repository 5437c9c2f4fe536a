import { describe, expect, it } from 'vitest'
import { duration, progressBar, progressLine } from './progress.js'

/** A sink and a clock that tests move by hand. */
function stage(isTTY: boolean) {
  let text = ''
  const clock = { now: 0 }
  const bar = progressBar({ write: (t) => (text += t), isTTY, columns: 80 }, () => clock.now)
  return { bar, clock, text: () => text }
}

const event = (done: number, total = 100) => ({ task: 'features', done, total, unit: 'frames' })

describe('progressLine', () => {
  it('gives the rate since the task was first heard of, and the time left at that rate', () => {
    const line = progressLine({ ...event(60), note: 'loss 0.31' }, { began: 1000, from: 20 }, 3000)
    expect(line).toBe('features  [██████████░░░░░░]  60 %  60/100 frames  20/s  0:02 left  loss 0.31')
  })

  it('says how long it took when it is done', () => {
    expect(progressLine(event(100), { began: 0, from: 0 }, 65_000)).toContain('1.5/s  1:05')
  })

  it('leaves out what it cannot know', () => {
    expect(progressLine({ task: 'frames', done: 7, unit: 'frames' }, { began: 0, from: 7 }, 0)).toBe('frames  7 frames')
  })
})

describe('progressBar', () => {
  it('redraws a terminal at most ten times a second', () => {
    const { bar, clock, text } = stage(true)
    for (let i = 0; i <= 50; i++) {
      clock.now = i * 10
      bar.progress(event(i))
    }
    expect(text().split('\r').length - 1).toBe(6)
    bar.end()
    expect(text().endsWith('\n')).toBe(true)
  })

  it('writes a plain line every five seconds and one at the end', () => {
    const { bar, clock, text } = stage(false)
    for (let i = 0; i <= 100; i++) {
      clock.now = i * 100
      bar.progress(event(i))
    }
    const lines = text().trim().split('\n')
    expect(lines.length).toBe(2)
    expect(lines[0]).toContain('50/100')
    expect(lines[1]).toContain('100/100')
    expect(text()).not.toContain('\r')
  })

  it('keeps the last state of a task when another begins', () => {
    const { bar, clock, text } = stage(false)
    bar.progress(event(40))
    clock.now = 2000
    bar.progress({ task: 'training', done: 1, total: 2, unit: 'epochs' })
    expect(text()).toContain('features')
    expect(text()).toContain('40/100')
  })

  it('says nothing of a task that was over at once', () => {
    const { bar, clock, text } = stage(false)
    bar.progress(event(0))
    clock.now = 100
    bar.progress(event(100))
    bar.end()
    expect(text()).toBe('')
  })
})

describe('duration', () => {
  it.each([
    [4.4, '0:04'],
    [95.4, '1:35'],
    [4000, '1:06:40'],
  ])('writes %d s as %s', (seconds, text) => expect(duration(seconds)).toBe(text))
})
