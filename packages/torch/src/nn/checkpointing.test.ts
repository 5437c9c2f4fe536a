import { afterEach, expect, it } from 'vitest'
import { autocast } from '../autocast.js'
import { Generator } from '../generator.js'
import { memory } from '../memory.js'
import { scope } from '../scope.js'
import type { Tensor } from '../tensor.js'
import * as nn from './index.js'
import { ramp } from './test-support.js'

class Block extends nn.Module {
  norm: nn.LayerNorm
  attention: nn.MultiheadAttention
  mlp: nn.Sequential

  constructor(generator: Generator, drawing: Generator) {
    super()
    this.norm = new nn.LayerNorm(8)
    this.attention = new nn.MultiheadAttention(8, 2, { batchFirst: true, generator })
    const dropout = new nn.Dropout(0.3, { generator: drawing })
    this.mlp = new nn.Sequential(
      new nn.Linear(8, 16, { generator }),
      new nn.GELU(),
      dropout,
      new nn.Linear(16, 8, { generator }),
    )
  }

  forward(x: Tensor): Tensor {
    const y = x.add(this.attention.forward(this.norm.forward(x)))
    return y.add(this.mlp.forward(y))
  }
}

function network(frozen: number[] = []) {
  const generator = new Generator(1)
  const drawing = new Generator(2)
  const stem = new nn.Linear(4, 8, { generator })
  const blocks = Array.from({ length: 4 }, () => new Block(generator, drawing))
  for (const i of frozen) blocks[i]!.requiresGrad_(false)
  const all = new nn.ModuleList<nn.Module>([stem, ...blocks])
  networks.push(all)
  return { drawing, stem, blocks, all }
}

const networks: nn.Module[] = []
afterEach(() => {
  for (const each of networks.splice(0)) each.dispose()
})

const input = () => ramp([2, 5, 4], 3).to('float32')
const lossOf = (y: Tensor) => y.mul(y).sum()
const gradients = (module: nn.Module) => scope(() => module.parameters().map(({ grad }) => grad?.tolist() ?? null))

function plain(frozen?: number[]) {
  const { stem, blocks, all, drawing } = network(frozen)
  return scope(() => {
    let x = stem.forward(input())
    for (const block of blocks) x = block.forward(x)
    const loss = lossOf(x)
    loss.backward()
    return { loss: loss.item(), gradients: gradients(all), state: drawing.state() }
  })
}

function checkpointed(frozen?: number[]) {
  const { stem, blocks, all, drawing } = network(frozen)
  const done: number[] = []
  return scope(() => {
    const run = nn.checkpointSequential(blocks, stem.forward(input()), { generators: [drawing] })
    const loss = lossOf(run.output)
    loss.backward()
    run.backward((index) => done.push(index))
    return { loss: loss.item(), gradients: gradients(all), state: drawing.state(), done }
  })
}

it('gives the loss and the gradients of the plain way bit for bit, dropout included', () => {
  const { done, ...rest } = checkpointed()
  expect(rest).toEqual(plain())
  expect(done).toEqual([3, 2, 1, 0])
})

it('gives the gradients of the plain way under autocast', () => {
  const generator = new Generator(1)
  const layers = Array.from({ length: 3 }, () => new nn.Linear(8, 8, { generator }))
  const all = new nn.ModuleList(layers)
  networks.push(all)
  const pass = (run: (x: Tensor) => void) =>
    scope(() => {
      autocast({ dtype: 'bfloat16' }, () => run(ramp([2, 8], 1).to('float32')))
      const found = gradients(all)
      for (const parameter of all.parameters()) parameter.grad = null
      return found
    })
  const plainly = pass((x) => lossOf(layers.reduce((y, layer) => layer.forward(y), x)).backward())
  const checkpointed = pass((x) => {
    const run = nn.checkpointSequential(layers, x)
    lossOf(run.output).backward()
    run.backward()
  })
  expect(plainly.every((gradient) => gradient !== null)).toBe(true)
  expect(checkpointed).toEqual(plainly)
})

it('passes gradients through frozen blocks', () => {
  const { done, ...rest } = checkpointed([1, 2])
  expect(rest).toEqual(plain([1, 2]))
  expect(done).toHaveLength(4)
})

it('reaches blocks that stand on an input without gradient', () => {
  const { blocks, all, drawing } = network()
  scope(() => {
    const run = nn.checkpointSequential(blocks, ramp([2, 5, 8], 1).to('float32'), { generators: [drawing] })
    lossOf(run.output).backward()
    run.backward()
  })
  const found = gradients(all)
  expect(found.slice(0, 2)).toEqual([null, null])
  expect(found.slice(2).every((gradient) => gradient !== null)).toBe(true)
})

it('adds to gradients that are there', () => {
  const { blocks, drawing } = network()
  const pass = () =>
    scope(() => {
      drawing.setState(new Generator(2).state())
      const run = nn.checkpointSequential(blocks, ramp([2, 5, 8], 1).to('float32'), { generators: [drawing] })
      lossOf(run.output).backward()
      run.backward()
      return blocks[0]!.norm.weight!.grad!.tolist() as number[]
    })
  const once = pass()
  expect(pass()).toEqual(once.map((value) => 2 * value))
})

it('frees what it kept, with and without a backward pass', () => {
  const { blocks, drawing } = network()
  const pass = (backward: boolean) =>
    scope(() => {
      const run = nn.checkpointSequential(blocks, ramp([2, 5, 8], 1).to('float32'), { generators: [drawing] })
      if (!backward) return run.dispose()
      lossOf(run.output).backward()
      run.backward()
    })
  pass(true)
  const before = memory()
  for (let i = 0; i < 40; i++) pass(i % 2 === 0)
  expect(memory().tensors).toBeLessThanOrEqual(before.tensors)
  // What the allocator rounds up differs by some bytes; a leak of 40 passes is far more.
  expect(memory().bytes).toBeLessThan(before.bytes + 4096)
})
