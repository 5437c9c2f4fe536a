import type { Readable } from 'node:stream'

/** Hands on what a stream says, line by line: lines of several processes would mix in the middle otherwise. */
export function eachLine(stream: Readable, tell: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split(/\r\n|\n|\r/)
    rest = lines.pop() ?? ''
    for (const line of lines) tell(line)
  })
  stream.on('end', () => {
    if (rest !== '') tell(rest)
  })
}
