import { expectNoLeak, Generator, randn, scope } from '@egolens/torch'
import { expect, it } from 'vitest'
import { expectNear, idTensor, tinyModel } from '../language/language.testing.js'
import { joinVisuals } from './join.js'

const samples = [
  { ids: [5, -201, 6, 7], labels: [-100, -100, -100, 7] },
  { ids: [-200, 8, -201], labels: [-100, 8, -100] },
]

it.each(['right', 'left'] as const)('visuals take the places of their markers, padded on the %s', (side) => {
  const model = tinyModel()
  scope(() => {
    const generator = new Generator(1)
    const [video, image, other] = [3, 1, 2].map((count) => randn([count, 32], { generator, requiresGrad: true }))
    const given = [
      { ...samples[0]!, visuals: [video!] },
      { ...samples[1]!, visuals: [image!, other!] },
    ]
    const { embeddings, labels, padding } = joinVisuals(model, given, side)
    expect(padding).toEqual({ side, lengths: [6, 4] })
    const second = [-100, 8, -100, -100]
    expect(labels.tolist()).toEqual([
      [-100, -100, -100, -100, -100, 7],
      side === 'right' ? [...second, -100, -100] : [-100, -100, ...second],
    ])
    const word = (id: number) => model.embed(idTensor([[id]])).reshape([-1])
    const at = (row: number, place: number) => embeddings.select(0, row).select(0, place)
    const start = side === 'right' ? 0 : 2
    expectNear(at(0, 0), word(5), 1e-9)
    expectNear(embeddings.select(0, 0).narrow(0, 1, 3), video!, 1e-9)
    expectNear(at(0, 5), word(7), 1e-9)
    expectNear(at(1, start), image!.reshape([-1]), 1e-9)
    expectNear(at(1, start + 1), word(8), 1e-9)
    expectNear(embeddings.select(0, 1).narrow(0, start + 2, 2), other!, 1e-9)
    expect(
      at(1, side === 'right' ? 5 : 0)
        .norm()
        .item(),
    ).toBe(0)
    embeddings.sum().backward()
    expect(video!.grad!.tolist()).toEqual(Array(3).fill(Array(32).fill(1)))
  })
  model.dispose()
})

it('texts alone, and bfloat16, go through too', () => {
  const model = tinyModel('mistral', 'bfloat16')
  expectNoLeak(() =>
    scope(() => {
      const visuals = [randn([2, 32])]
      expect(joinVisuals(model, [{ ids: [3, 4], labels: [3, 4], visuals: [] }]).labels.tolist()).toEqual([[3, 4]])
      expect(joinVisuals(model, [{ ids: [3, -201], labels: [3, -100], visuals }]).embeddings.dtype).toBe('bfloat16')
    }),
  )
  model.dispose()
})

it('there must be as many visuals as markers', () => {
  const model = tinyModel()
  expect(() => scope(() => joinVisuals(model, [{ ...samples[0]!, visuals: [] }]))).toThrow(
    'the prompt has 1 places for visuals, and 0 are given',
  )
  model.dispose()
})
