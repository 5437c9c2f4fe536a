import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const source = fileURLToPath(new URL('.', import.meta.url))
/** The way that data takes; see docs/architecture.md. */
const order = [
  ...['weights', 'video', 'hands', 'encoders', 'features', 'datasets', 'methods', 'evaluation', 'training'],
  ...['recognition', 'mllm', 'exo2ego', 'studies', 'report', 'audit', 'cli'],
]

it('a folder imports only from the folders before it', async () => {
  const wrong: string[] = []
  for (const [rank, folder] of order.entries()) {
    const files = await readdir(join(source, folder), { recursive: true })
    for (const file of files.filter((name) => name.endsWith('.ts') && !/\.test\.ts$/.test(name))) {
      const text = await readFile(join(source, folder, file), 'utf8')
      for (const [, other] of text.matchAll(/from '(?:\.\.\/)+([a-z0-9]+)\//g)) {
        if (order.indexOf(other!) > rank) wrong.push(`${folder}/${file} imports from ${other}`)
      }
    }
  }
  expect(wrong).toEqual([])
})
