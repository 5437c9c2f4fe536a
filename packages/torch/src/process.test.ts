import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'

// Workers and child processes run the built files: they know nothing of the test runner's own loader.
const built = new URL('../dist/index.js', import.meta.url).href
const run = promisify(execFile)

const script = (body: string) => `const T = await import(${JSON.stringify(built)}); ${body}`
const node = (body: string, env: Record<string, string> = {}) =>
  run(process.execPath, ['--input-type=module', '-e', script(body)], { env: { ...process.env, ...env } })

const inWorker = (body: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const source = `const { parentPort, workerData } = require('node:worker_threads');
      (async () => { ${script(body)} })().catch((error) => setTimeout(() => { throw error }))`
    const worker = new Worker(source, { eval: true })
    let message: unknown
    worker.on('message', (value) => {
      message = value
    })
    worker.on('error', reject)
    worker.on('exit', (code) => (code === 0 ? resolve(message) : reject(new Error(`worker left with ${code}`))))
  })

describe('worker threads', () => {
  const train = `
    const x = T.randn([4], { requiresGrad: true })
    T.scope(() => x.pow(2).sum().backward())
    const data = T.fromTypedArray(new Float32Array([1, 2]), [2])
    const view = T.ones([3]).dataView()
    parentPort.postMessage({ live: T.memory().tensors, exact: x.grad.equal(x.detach().mul(2)), sum: data.sum().item() + view[0] })`

  it('each have their own tensors, and come and go', async () => {
    const expected = { live: 3, exact: true, sum: 4 }
    expect(await Promise.all([inWorker(train), inWorker(train)])).toEqual([expected, expected])
    expect(await inWorker(train)).toEqual(expected)
  })

  it('can be ended at any moment of their work', async () => {
    const source = `const { parentPort } = require('node:worker_threads');
      (async () => { ${script(`
        const kept = [T.fromTypedArray(new Float32Array(1 << 20), [1 << 20]), T.randn([64, 64], { requiresGrad: true })]
        for (let i = 0; ; i++) {
          kept.push(T.scope(() => kept[1].matmul(kept[1]).exp().sum()))
          if (i === 10) parentPort.postMessage('started')
        }`)} })()`
    for (let time = 0; time < 3; time++) {
      const worker = new Worker(source, { eval: true })
      await new Promise((resolve) => worker.once('message', resolve))
      expect(await worker.terminate()).toBe(1)
    }
    expect(await inWorker(train)).toMatchObject({ exact: true })
  })

  it('know nothing of the handles of others', async () => {
    const result = await inWorker(`
      const own = T.tensor([1])
      const before = T.memory().tensors
      const grad = T.noGrad(() => T.isGradEnabled())
      parentPort.postMessage([before, grad, T.isGradEnabled()])`)
    expect(result).toEqual([1, false, true])
  })
})

describe('the process', () => {
  it('exits with live tensors, maps, buffers and gradients', async () => {
    const { stdout } = await node(`
      const x = T.randn([100, 100], { requiresGrad: true })
      const kept = [T.fromTypedArray(new Float32Array(10), [10]), x.exp().sum(), T.ones([5]).dataView()]
      kept[1].backward()
      console.log(T.memory().tensors)
      process.exit(0)`)
    expect(Number(stdout)).toBe(5)
  })

  const withGc = (body: string) => run(process.execPath, ['--expose-gc', '--input-type=module', '-e', script(body)])

  it('frees tensors outside every scope by garbage collection', async () => {
    const { stdout } = await withGc(`
      for (let i = 0; i < 1000; i++) T.ones([10])
      for (let i = 0; i < 20 && T.memory().tensors > 0; i++) { gc(); await new Promise((done) => setTimeout(done, 10)) }
      console.log(T.memory().tensors, T.memory().bytes)`)
    expect(stdout.trim()).toBe('0 0')
  })

  it('lets the garbage collector know of the memory that waits for it', async () => {
    const { stdout } = await node(`
      for (let i = 0; i < 1000; i++) { T.ones([1 << 20]); await new Promise((done) => setImmediate(done)) }
      console.log(T.memory().peakBytes)`)
    expect(Number(stdout)).toBeLessThan(1 << 30)
  })

  it('keeps a typed array exactly as long as a tensor lies over it', async () => {
    const { stdout } = await withGc(`
      const settle = async () => { for (let i = 0; i < 5; i++) { gc(); await new Promise((done) => setTimeout(done, 5)) } }
      let data = new Float32Array(1000)
      const seen = new WeakRef(data)
      const row = T.scope(() => T.fromTypedArray(data, [10, 100]).select(0, 3).keep())
      data = null
      await settle()
      const while_ = seen.deref() !== undefined
      row.dispose()
      await settle()
      console.log(while_, seen.deref() === undefined)`)
    expect(stdout.trim()).toBe('true true')
  })

  it('says how to build when there is no add-on', async () => {
    const missing = fileURLToPath(new URL('absent.node', import.meta.url))
    await expect(node('', { EGOLENS_TORCH_ADDON: missing })).rejects.toThrow(/npx egolens-torch build/)
  })
})
