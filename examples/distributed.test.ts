import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { distributed } from '@egolens/torch'
import { describe, expect, it } from 'vitest'

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const main = file('../packages/egolens/dist/cli/main.js')
const run = (...args: string[]) => execFileSync(process.execPath, args, { encoding: 'utf8' }).trim().split('\n')
const losses = (lines: string[]) => lines.map((line) => Number(/loss ([\d.]+) /.exec(line)![1]))

const able = existsSync(main) && distributed.backends().includes('gloo')

describe('distributed.js', () => {
  it.skipIf(!able)('learns the same by one process and by two', () => {
    const alone = run(file('distributed.js'))
    expect(alone).toHaveLength(3)
    expect(alone[2]).toMatch(/^step 120: loss 0\.\d{4} on 1 processes$/)
    expect(losses(alone)[2]!).toBeLessThan(0.01)
    const together = run(main, 'launch', '--nproc', '2', file('distributed.js'))
    expect(together[2]).toMatch(/^\[0\] step 120: loss 0\.\d{4} on 2 processes$/)
    losses(together).forEach((loss, i) => {
      expect(Math.abs(loss - losses(alone)[i]!)).toBeLessThan(1e-3)
    })
  })
})
