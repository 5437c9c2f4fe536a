import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { renderPlace } from '@egolens/world'
import { expect, it } from 'vitest'

// As a reader would run them, on a few clips of the small world: that they work, and no more.
it('the programs of docs/new-method.md train and measure on the small world', async () => {
  const dir = await mkdtemp(join(import.meta.dirname, '.new-method-'))
  try {
    const page = await readFile(new URL('new-method.md', import.meta.url), 'utf8')
    for (const [, code, name] of page.matchAll(/```js\n(\/\/ ([\w-]+\.js)\n[\s\S]*?)```/g)) {
      await writeFile(join(dir, name!), code!)
    }
    const root = join(dir, 'world/kitchen')
    await renderPlace({ place: 'kitchen', dir: root, clips: { train: 6, test: 3 }, seed: 1, workers: 2 })
    const out = execFileSync(process.execPath, ['train-text-shift.js'], { cwd: dir, encoding: 'utf8' })
    expect(out).toMatch(/^192 parameters, 3 clips/)
    expect(out).toMatch(/'top-1 accuracy over clips': [\d.]+/)
  } finally {
    await rm(dir, { recursive: true })
  }
}, 300_000)
