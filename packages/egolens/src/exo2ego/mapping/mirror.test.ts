import { F, Generator, gradcheck, randn, scope, tensor } from '@egolens/torch'
import { expect, it } from 'vitest'
import { mirrorEdges } from './mirror.js'

it('mirrors rows and columns without the edge itself', () => {
  scope(() => {
    const maps = tensor([
      [
        [
          [1, 2, 3],
          [4, 5, 6],
          [7, 8, 9],
        ],
      ],
    ])
    expect(mirrorEdges(maps, 1, 2).tolist()).toEqual([
      [
        [
          [5, 4, 5, 6, 5, 4],
          [2, 1, 2, 3, 2, 1],
          [5, 4, 5, 6, 5, 4],
          [8, 7, 8, 9, 8, 7],
          [5, 4, 5, 6, 5, 4],
          [2, 1, 2, 3, 2, 1],
        ],
      ],
    ])
    expect(mirrorEdges(maps, 0, 0)).toBe(maps)
  })
})

it("is PyTorch's reflection padding, with its gradients, in any type", () => {
  scope(() => {
    const generator = new Generator(2)
    const x = randn([2, 3, 5, 4], { dtype: 'float64', generator, requiresGrad: true })
    expect(mirrorEdges(x, 1, 2).equal(F.pad(x, [1, 2, 1, 2], 'reflect'))).toBe(true)
    expect(mirrorEdges(x, 0, 3).equal(F.pad(x, [0, 3, 0, 3], 'reflect'))).toBe(true)
    gradcheck((maps) => mirrorEdges(maps!, 2, 1), [x])
    expect(mirrorEdges(x.to('bfloat16'), 1, 1).dtype).toBe('bfloat16')
  })
})
