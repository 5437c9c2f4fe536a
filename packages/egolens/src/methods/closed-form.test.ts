import { autocast, F, Generator, grad, randn, scope, type Tensor } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { conditionedCosines, conditionedCosinesMaterialised } from './closed-form.js'

const [B, K, D] = [7, 31, 24]

function inputs(scale = 1) {
  const generator = new Generator(5)
  const make = (shape: number[], factor = 1) => randn(shape, { generator }).mul(factor).detach().requiresGrad_(true)
  return {
    text: make([K, D]),
    condition: make([B, D], scale),
    video: F.normalize(make([B, D]))
      .detach()
      .requiresGrad_(true),
  }
}

const worst = (a: Tensor, b: Tensor) => a.sub(b).abs().amax().item()

describe('cosines with a classifier for each video', () => {
  it('are those of the definition', () => {
    scope(() => {
      for (const scale of [0, 0.1, 1, 10]) {
        const { text, condition, video } = inputs(scale)
        const difference = worst(
          conditionedCosines(text, condition, video),
          conditionedCosinesMaterialised(text, condition, video),
        )
        expect(difference).toBeLessThan(1e-5)
      }
    })
  })

  it('have the gradients of the definition', () => {
    scope(() => {
      const given = inputs()
      const { text, condition, video } = given
      const weights = randn([B, K], { generator: new Generator(6) })
      const gradients = [conditionedCosines, conditionedCosinesMaterialised].map((cosines) =>
        grad([cosines(text, condition, video).mul(weights).sum()], [text, condition, video]),
      )
      for (const i of [0, 1, 2]) expect(worst(gradients[0]![i]!, gradients[1]![i]!)).toBeLessThan(1e-5)
    })
  })

  it('are the plain cosines where the condition is zero', () => {
    scope(() => {
      const { text, condition, video } = inputs(0)
      const plain = video.matmul(F.normalize(text).t())
      expect(worst(conditionedCosines(text, condition, video), plain)).toBeLessThan(1e-6)
    })
  })

  it('are computed in float32 within autocast', () => {
    scope(() => {
      const { text, condition, video } = inputs()
      const plain = conditionedCosines(text, condition, video)
      const cast = autocast({ dtype: 'bfloat16' }, () => conditionedCosines(text, condition, video))
      expect(worst(plain, cast)).toBe(0)
    })
  })

  it('stay finite where the condition cancels a class', () => {
    scope(() => {
      const { text, condition, video } = inputs()
      const cancelling = text.narrow(0, 3, 1).neg().expand([B, D])
      const cosines = conditionedCosines(text, condition.mul(0).add(cancelling), video)
      expect(cosines.isfinite().all().item()).toBeTruthy()
    })
  })
})
