import { expect, it } from 'vitest'
import { parseTime } from './time.js'

it('reads seconds and clock times', () => {
  expect(parseTime('12.5')).toBe(12.5)
  expect(parseTime(' 90 ')).toBe(90)
  expect(parseTime('01:02.50')).toBe(62.5)
  expect(parseTime('00:01:02.50')).toBe(62.5)
  expect(parseTime('10:00:00')).toBe(36000)
})

it.each(['', '-1', '1,5', '1:60', '1:61:00', '1:2:3:4', '1e3', 'NaN', '.5', '1.', '12 s'])('refuses %j', (text) => {
  expect(parseTime(text)).toBeUndefined()
})
