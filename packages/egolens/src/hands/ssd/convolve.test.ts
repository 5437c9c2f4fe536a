import { buildConfig, F, Generator, randn, scope } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { convolve, hasOneDnn } from './convolve.js'
import { mirrored, SIDE, toInput } from './input.js'

describe('a convolution', () => {
  const generator = new Generator(7)

  it('is done by oneDNN where libtorch was built with it', () => {
    expect(hasOneDnn()).toBe(/USE_MKLDNN=(ON|1)\b/.test(buildConfig()))
  })

  it.each([
    ['1 x 1', { channels: 5, out: 7, kernel: 1, groups: 1, stride: 1, down: [0, 0], across: [0, 0] }],
    ['3 x 3, even padding', { channels: 4, out: 6, kernel: 3, groups: 1, stride: 1, down: [1, 1], across: [1, 1] }],
    ['3 x 3, uneven padding', { channels: 3, out: 8, kernel: 3, groups: 1, stride: 2, down: [0, 1], across: [0, 1] }],
    ['depthwise', { channels: 8, out: 8, kernel: 3, groups: 8, stride: 1, down: [1, 1], across: [1, 1] }],
    ['depthwise, uneven', { channels: 16, out: 16, kernel: 3, groups: 16, stride: 2, down: [0, 1], across: [1, 2] }],
  ] as const)('is that of the engine, and keeps the order of memory: %s', (_, setting) => {
    const { channels, out, kernel, groups, stride, down, across } = setting
    scope(() => {
      const x = randn([2, 10, 12, channels], { generator }).permute([0, 3, 1, 2])
      const weight = randn([out, channels / groups, kernel, kernel], { generator })
      for (const bias of [undefined, randn([out], { generator })]) {
        const padded = F.pad(x, [...across, ...down])
        const expected = F.conv2d(padded, weight, { bias, stride, groups })
        const found = convolve(x, weight, { bias, stride, down, across, groups })
        expect(found.shape).toEqual(expected.shape)
        expect(found.sub(expected).abs().max().item()).toBeLessThan(1e-4)
        expect(found.permute([0, 2, 3, 1]).isContiguous).toBe(true)
      }
    })
  })
})

it('the mirror image of an input is the input of the mirror image, where pixels lie on those of the picture', () => {
  const rgb = Uint8Array.from({ length: SIDE * 4 * 3 }, (_, i) => (i * 37) & 255)
  const turned = rgb.map((_, i) => {
    const [pixel, channel] = [Math.floor(i / 3), i % 3]
    return rgb[3 * (pixel - 2 * (pixel % SIDE) + SIDE - 1) + channel]!
  })
  const [plain, other, expected] = Array.from({ length: 3 }, () => new Float32Array(SIDE * SIDE * 3)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  toInput({ width: SIDE, height: 4, rgb }, plain)
  mirrored(plain, other)
  toInput({ width: SIDE, height: 4, rgb: turned }, expected)
  expect(other).toEqual(expected)
})
