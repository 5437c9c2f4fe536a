import { Generator, gradcheck, randn, scope, tensor } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { type KlInput, klLoss } from './kl.js'

const dtype = 'float64'
const [two, three, four] = [Math.log(2), Math.log(3), Math.log(4)]

/** Features [1, tokens, channels]. */
const features = (rows: number[][]) => tensor([rows], { dtype })
const loss = (y: number[][], mapped: number[][], options: KlInput = {}) =>
  scope(() => klLoss(features(y), features(mapped), options).item())

describe('the KL loss', () => {
  // By hand: softmax(0, ln 3) = (1/4, 3/4) and softmax(0, 0) = (1/2, 1/2).
  const forward = 0.25 * Math.log(0.5) + 0.75 * Math.log(1.5)
  const backward = 0.5 * Math.log(2) + 0.5 * Math.log(2 / 3)

  it('is that of the channels of a token, the mean over tokens', () => {
    expect(loss([[0, three]], [[0, 0]])).toBeCloseTo(forward, 12)
    expect(
      loss(
        [
          [0, three],
          [5, 5],
        ],
        [
          [0, 0],
          [1, 1],
        ],
      ),
    ).toBeCloseTo(forward / 2, 12)
    expect(loss([[0, three]], [[7, 7 + three]])).toBeCloseTo(0, 12)
  })

  it('can be weighed by the mapped distribution', () => {
    expect(loss([[0, three]], [[0, 0]], { direction: 'mapped' })).toBeCloseTo(backward, 12)
  })

  it('softens by the temperature', () => {
    expect(loss([[0, 2 * three]], [[0, 0]], { temperature: 2 })).toBeCloseTo(forward, 12)
  })

  it('can be that of the tokens in a channel, the mean over channels', () => {
    const y = [
      [0, 1],
      [three, 1],
    ]
    expect(
      loss(
        y,
        [
          [0, 0],
          [0, 0],
        ],
        { over: 'tokens' },
      ),
    ).toBeCloseTo(forward / 2, 12)
  })

  it('counts the tokens of all frames of a sample as one distribution', () => {
    scope(() => {
      const y = tensor(
        [
          [
            [[0], [0]],
            [[two], [four]],
          ],
        ],
        { dtype },
      ) // [1, 2, 2, 1]
      const wanted = [1 / 8, 1 / 8, 2 / 8, 4 / 8].reduce((sum, p) => sum + p * Math.log(4 * p), 0)
      expect(klLoss(y, y.mul(0), { over: 'tokens' }).item()).toBeCloseTo(wanted, 12)
    })
  })

  it('can be that of Gaussians with the mean and variance of each channel', () => {
    // y has mean 1 and variance 1, the mapped one mean 3 and variance 4: (ln 4 + (1 + 4) / 4 - 1) / 2.
    const [y, mapped] = [
      [[0], [2]],
      [[1], [5]],
    ]
    const options = { over: 'gaussian', eps: 1e-15 } as const
    expect(loss(y, mapped, options)).toBeCloseTo((Math.log(4) + 5 / 4 - 1) / 2, 12)
    expect(loss(y, mapped, { ...options, direction: 'mapped' })).toBeCloseTo((-Math.log(4) + 8 - 1) / 2, 12)
    expect(loss(y, y, options)).toBeCloseTo(0, 12)
  })

  it('stays finite where a channel never changes', () => {
    expect(loss([[1], [1]], [[1], [1]], { over: 'gaussian' })).toBeCloseTo(0, 12)
  })

  it('is found in float32 for half types', () => {
    scope(() => {
      const y = tensor([[[0, 1, 2]]], { dtype: 'bfloat16' })
      expect(klLoss(y, y.mul(0.5)).dtype).toBe('float32')
    })
  })

  it.each([
    {},
    { temperature: 2.5, direction: 'mapped' },
    { over: 'tokens', temperature: 0.7 },
    { over: 'gaussian' },
    { over: 'gaussian', direction: 'mapped' },
  ] satisfies KlInput[])('has the gradients that finite differences give: %j', (options) => {
    scope(() => {
      const generator = new Generator(4)
      const make = () => randn([2, 2, 3, 4], { dtype, generator, requiresGrad: true })
      gradcheck((y, mapped) => klLoss(y!, mapped!, options), [make(), make()])
    })
  })

  it('refuses features of different shapes', () => {
    expect(() => loss([[0, 1]], [[0, 1, 2]])).toThrow(/KL compares features .* not \[1, 1, 2\] and \[1, 1, 3\]/)
  })
})
