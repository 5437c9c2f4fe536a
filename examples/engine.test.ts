import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

it('engine.js fits a sine and leaves no tensors behind', () => {
  const out = execFileSync(process.execPath, [fileURLToPath(new URL('engine.js', import.meta.url))], {
    encoding: 'utf8',
  })
  const [, second, third, error] = out.trim().split('\n')
  expect(third!.split(', ')[1]).toBe(second!.split(', ')[1])
  expect(Number(/largest error ([\d.]+)/.exec(error!)![1])).toBeLessThan(0.05)
})
