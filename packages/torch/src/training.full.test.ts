import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'

const built = new URL('../dist/index.js', import.meta.url).href

// A process of its own, so that garbage can be collected and nothing of the test runner is measured; without V8's
// helper threads, which each keep a few MB for themselves sooner or later, also in a program without tensors. Free
// pages are given back before each measurement: what is left is in use.
const program = `
const { F, memory, nn, optim, randint, randn, scope, trimMemory } = await import(${JSON.stringify(built)})
const model = new nn.Sequential(new nn.Linear(64, 128), new nn.GELU(), new nn.LayerNorm(128), new nn.Linear(128, 10))
const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-3 })
const step = () => scope(() => {
  const loss = F.crossEntropy(model.forward(randn([32, 64])), randint(0, 10, [32]))
  loss.backward()
  optim.clipGradNorm(model.parameters(), 1)
  optimizer.step()
  optimizer.zeroGrad()
})
const measure = () => {
  gc()
  trimMemory()
  const { tensors, bytes } = memory()
  return { tensors, bytes, resident: process.memoryUsage().rss }
}
for (let i = 0; i < 2000; i++) step()
const before = measure()
for (let i = 0; i < 5000; i++) step()
console.log(JSON.stringify([before, measure()]))
`

it('5,000 training steps keep live tensors constant and resident memory within 2 %', () => {
  const output = execFileSync(
    process.execPath,
    ['--expose-gc', '--v8-pool-size=0', '--input-type=module', '-e', program],
    {
      encoding: 'utf8',
    },
  )
  const [before, after] = JSON.parse(output) as { tensors: number; bytes: number; resident: number }[]
  expect(after!.tensors).toBe(before!.tensors)
  expect(after!.bytes).toBe(before!.bytes)
  expect(after!.resident).toBeLessThan(before!.resident * 1.02)
}, 300_000)
