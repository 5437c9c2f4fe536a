import { expect, test } from 'vitest'
import type { ProgressEvent } from '../../progress.js'
import { Teller } from './teller.js'

const mebibyte = 2 ** 20

test('files and what was there of them are one piece of work', () => {
  const events: ProgressEvent[] = []
  const teller = new Teller('org/model', (event) => events.push(event))
  teller.begin(10 * mebibyte, 3 * mebibyte)
  teller.file('a', 3 * mebibyte)
  teller.arrived(3 * mebibyte, 0)
  teller.arrived(6 * mebibyte, 3 * mebibyte)
  teller.fileDone(6 * mebibyte)
  teller.file('b', 0)
  teller.arrived(1 * mebibyte, 1 * mebibyte)
  // A server that ignores the range starts over.
  teller.arrived(0, 0)
  teller.arrived(4 * mebibyte, 4 * mebibyte)
  expect(events.map(({ done, note }) => [done, note])).toEqual([
    [3, undefined],
    [3, 'a'],
    [6, 'a'],
    [7, 'b'],
    [6, 'b'],
    [10, 'b'],
  ])
  expect(events[0]).toEqual({ task: 'pull org/model', done: 3, total: 10, unit: 'MiB' })
  expect(teller.fetched).toBe(8 * mebibyte)
})
