import { execFileSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { expect, it } from 'vitest'
import { folderOf } from '../../test/folders.js'

const count = 1_000_000

it('a table of a million rows is read in a gigabyte and a half', { timeout: 900_000 }, async () => {
  const folder = await folderOf({ 'a.mp4': '', 'b.mp4': '' })
  const file = createWriteStream(join(folder, 'clips.csv'))
  file.write('video,start,end,noun,split\n')
  for (let i = 0; i < count; i += 1000) {
    const rows = Array.from({ length: 1000 }, (_, k) => {
      const n = i + k
      return `${n % 2 ? 'a' : 'b'}.mp4,${n},${n + 1},class ${n % 300},${n % 2 ? 'train' : 'test'}\n`
    })
    if (!file.write(rows.join(''))) await new Promise<void>((resolve) => file.once('drain', () => resolve()))
  }
  file.end()
  await finished(file)
  const built = new URL('../../dist/datasets/registry.js', import.meta.url).href
  const program = `
    const { openDataset } = await import(${JSON.stringify(built)})
    const { clips, labels } = await openDataset('own', { file: ${JSON.stringify(join(folder, 'clips.csv'))} })
    const last = clips('train').at(-1)
    console.log(JSON.stringify([clips('train').length, clips('test').length, labels.noun.names.length, last.start]))`
  const argv = ['--max-old-space-size=1500', '--input-type=module', '-e', program]
  const found = execFileSync(process.execPath, argv, { encoding: 'utf8' })
  expect(JSON.parse(found)).toEqual([count / 2, count / 2, 300, count - 1])
})
