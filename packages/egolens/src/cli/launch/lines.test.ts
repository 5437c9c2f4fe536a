import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import { expect, it } from 'vitest'
import { eachLine } from './lines.js'

it('tells whole lines, however they come, and what is left at the end', async () => {
  const stream = new PassThrough()
  const lines: string[] = []
  eachLine(stream, (line) => lines.push(line))
  for (const piece of ['one\ntw', 'o\n\n50 %\r', '100 %\r\nlast', ' words']) stream.write(piece)
  stream.end()
  await finished(stream)
  expect(lines).toEqual(['one', 'two', '', '50 %', '100 %', 'last words'])
})
