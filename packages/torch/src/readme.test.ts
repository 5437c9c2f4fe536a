import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const packageRoot = fileURLToPath(new URL('..', import.meta.url))

it("the README's training example runs and learns", () => {
  const readme = readFileSync(join(packageRoot, 'README.md'), 'utf8')
  const example = /```js\n([\s\S]*?)```/.exec(readme)![1]!
  expect(example.trimEnd().split('\n').length).toBeLessThanOrEqual(36)
  // Inside the package, so that its own name resolves.
  const directory = mkdtempSync(join(packageRoot, 'dist', 'readme-'))
  try {
    writeFileSync(join(directory, 'example.mjs'), example)
    const output = execFileSync(process.execPath, ['example.mjs'], { cwd: directory, encoding: 'utf8' })
    expect(output).toMatch(/^step 100: loss \d\.\d{3}$/m)
    expect(Number(/accuracy (\S+)/.exec(output)![1])).toBeGreaterThan(0.97)
    expect(existsSync(join(directory, 'circle.safetensors'))).toBe(true)
  } finally {
    rmSync(directory, { recursive: true })
  }
})
