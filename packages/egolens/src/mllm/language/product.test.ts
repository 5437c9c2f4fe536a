import { F, Generator, noGrad, randn, scope } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { expectNear } from './language.testing.js'
import { product } from './product.js'

describe.each([
  ['float32', 1e-5],
  ['float64', 1e-12],
  ['bfloat16', 0.05],
] as const)('%s', (dtype, tolerance) => {
  it.each([1, 3, 5])('%i rows give what a product of matrices gives', (rows) =>
    noGrad(() =>
      scope(() => {
        const generator = new Generator(rows)
        const [x, weight, bias] = [
          randn([rows, 1, 700], { generator }).to(dtype),
          randn([900, 700], { generator }).div(26).to(dtype),
          randn([900], { generator }).to(dtype),
        ]
        for (const b of [bias!, null]) {
          const y = product(x!, weight!, b)
          expect([y.shape, y.dtype]).toEqual([[rows, 1, 900], dtype])
          expectNear(y, F.linear(x!, weight!, b), tolerance)
        }
      }),
    ),
  )
})
