import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { evaluateRun, methodNamed, registerMethod, train } from 'egolens'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { standInRecipe, standInResources } from '../packages/egolens/src/training/testing.js'

/** The page's programs, in their order. */
async function programs(): Promise<string[]> {
  const page = await readFile(new URL('new-method.md', import.meta.url), 'utf8')
  return [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code!)
}

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(import.meta.dirname, '.new-method-'))
  const [method] = await programs()
  await writeFile(join(dir, 'text-shift.js'), method!)
  await import(join(dir, 'text-shift.js'))
})
afterAll(() => rm(dir, { recursive: true }))

describe('the method of docs/new-method.md', () => {
  it('takes less than 80 lines, training and measuring included', async () => {
    const lines = (await programs()).flatMap((code) => code.trimEnd().split('\n'))
    expect(lines.length).toBeLessThan(80)
  })

  it('is registered, learns, and scores better than what it begins with', async () => {
    const runs = await mkdtemp(join(tmpdir(), 'egolens-new-method-'))
    const accuracy = async (name: string, epochs: number) => {
      const resources = standInResources()
      const recipe = standInRecipe({ epochs, lr: 2e-2 }, { method: 'text-shift', name })
      const summary = await train(recipe, { dir: join(runs, name), resources })
      expect(summary).toMatchObject({ method: 'text-shift', parameters: 8 })
      const { tests } = await evaluateRun(join(runs, name), { resources })
      return tests[0]!.values['top-1 accuracy over clips']!
    }
    try {
      expect(await accuracy('long', 30)).toBeGreaterThan((await accuracy('short', 1)) + 0.2)
    } finally {
      await rm(runs, { recursive: true })
    }
  })

  it('has options that are checked, and a name that is taken', () => {
    expect(methodNamed('text-shift').options.safeParse({ view: 'side' }).success).toBe(false)
    expect(() => registerMethod(methodNamed('text-shift'))).toThrow('there is a method "text-shift" already')
  })
})
