import { expect, it } from 'vitest'
import { requireOneProcess } from './one-process.js'

it('lets one process train, and refuses several with the cure', () => {
  requireOneProcess({})
  requireOneProcess({ WORLD_SIZE: '1' })
  expect(() => requireOneProcess({ WORLD_SIZE: '4' })).toThrow(
    expect.objectContaining({
      code: 'training/one-process',
      line: expect.stringMatching(/WORLD_SIZE is 4 \(start it by itself, not by egolens launch/),
    }),
  )
})
