import { distributed, nn, type Tensor } from '@egolens/torch'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { temporaryFolder } from '../../video/testing.js'
import { trainStage } from '../index.js'
import { Tape } from '../model/tape.js'
import { type TinyStages, tinyStages } from './stage.testing.js'

const { folder, at, remove } = temporaryFolder()
let tiny: TinyStages
beforeAll(async () => {
  tiny = await tinyStages(folder, { count: 4 })
})
afterAll(remove)

/** A process by itself that writes down what it would send. */
async function spyingGroup(heard: (row: Tensor) => void): Promise<distributed.Group> {
  const alone = await distributed.init({ variables: {} })
  const spying = Object.create(alone) as { -readonly [Key in keyof distributed.Group]: distributed.Group[Key] }
  spying.allReduce = (row, op) => {
    heard(row)
    return alone.allReduce(row, op)
  }
  return spying
}

it('gradients of a block are sent while the layers before it go backward', async () => {
  const events: string[] = []
  let inside = false
  const group = await spyingGroup(() => inside && events.push('sent'))
  const { backward } = Tape.prototype
  const spy = vi.spyOn(Tape.prototype, 'backward').mockImplementation(function (this: Tape, done = () => {}) {
    inside = true
    events.push('begins')
    backward.call(this, (layer) => {
      const trained = layer instanceof nn.Module && layer.parameters().some(({ requiresGrad }) => requiresGrad)
      done(layer)
      events.push(trained ? 'trained layer' : 'frozen layer')
    })
    inside = false
  })
  try {
    // A step of two pieces: what the first has found waits for the second.
    const training = { epochs: 1, checkpointing: true }
    await trainStage(tiny.recipe('initialization', { training }), { dir: at('run'), group })
  } finally {
    spy.mockRestore()
  }
  const second = events.lastIndexOf('begins')
  const [waits, sends] = [events.slice(0, second), events.slice(second + 1)]
  expect(waits).not.toContain('sent')
  // Four layers of the connector and one of the tower, the last first; the three of the language model are frozen.
  const frozen = Array(3).fill('frozen layer')
  expect(sends).toEqual([...frozen, ...Array(5).fill(['sent', 'trained layer']).flat()])
  expect(waits.filter((event) => event === 'trained layer')).toHaveLength(5)
})
