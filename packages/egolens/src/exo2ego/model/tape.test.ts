import { expectNoLeak, F, Generator, nn, randn, scope, type Tensor } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { Tape } from './tape.js'

/** Features that a loss, a mapping and two passes through one connector look at, as in guidance. */
function gradients(checkpointing: boolean) {
  return scope(() => {
    const generator = new Generator(1)
    const linear = () => new nn.Linear(4, 4, { generator })
    const [tower, mapping, connector, reader] = [[linear(), linear()], linear(), [linear(), linear()], [linear()]]
    reader[0]!.requiresGrad_(false)
    const tape = new Tape({ checkpointing })
    const pixels = randn([3, 4], { generator })
    const x = tape.through(tower, pixels)
    const mapped = tape.cut(mapping.forward(x))
    const seen = [x, mapped].map((features) => tape.through(connector, features))
    const read = tape.through(reader, seen[0]!.mul(seen[1]!))
    const loss = read.square().mean().add(F.l1Loss(mapped, x)).add(mapped.sum())
    const done: nn.Layer[] = []
    loss.backward()
    tape.backward((layer) => done.push(layer))
    const modules = [...tower, mapping, ...connector]
    const found = modules.flatMap((module) => module.parameters().map((tensor) => tensor.grad!.tolist()))
    const names = done.map((layer) => [...tower, ...connector, ...reader].indexOf(layer as nn.Linear))
    for (const module of [...modules, ...reader]) module.dispose()
    return { loss: loss.item(), found, names }
  })
}

const flat = (values: unknown): number[] => (Array.isArray(values) ? values.flatMap(flat) : [values as number])

describe('a pass in pieces', () => {
  it('has the loss and the gradients of one graph', () => {
    const [pieces, whole] = [gradients(true), gradients(false)]
    expect(pieces.loss).toBeCloseTo(whole.loss, 6)
    const [a, b] = [flat(pieces.found), flat(whole.found)]
    expect(a.length).toBe(b.length)
    a.forEach((value, i) => {
      expect(value).toBeCloseTo(b[i]!, 5)
    })
  })

  it('tells of a layer once, after the last piece that it is in', () => {
    // The reader, then the connector of both visuals, the tower; in each from the last layer to the first.
    expect(gradients(true).names).toEqual([4, 3, 2, 1, 0])
    expect(gradients(false).names).toEqual([])
  })

  it('frees what it kept when a step ends early', () => {
    expectNoLeak(() =>
      scope(() => {
        const layer = new nn.Linear(4, 4)
        const tape = new Tape({ checkpointing: true })
        const x: Tensor = randn([2, 4])
        tape.through([layer, layer], x)
        tape.dispose()
        layer.dispose()
      }),
    )
  })
})
