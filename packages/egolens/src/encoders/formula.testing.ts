import { fromTypedArray, type Tensor } from '@egolens/torch'

/**
 * A tensor by a formula from its name, so that a test and its reference in another language have the same: the i-th
 * value is around + size sin(0.37 i + 0.013 i^2 + phase), where the phase is the sum of (k + 1) times the code of the
 * name's k-th character.
 */
export function formulaTensor(name: string, shape: readonly number[], { around = 0, size = 0.2 } = {}): Tensor {
  const phase = [...name].reduce((sum, character, k) => sum + (k + 1) * character.charCodeAt(0), 0)
  const count = shape.reduce((product, side) => product * side, 1)
  const values = Float32Array.from(
    { length: count },
    (_, i) => around + size * Math.sin(0.37 * i + 0.013 * i * i + phase),
  )
  return fromTypedArray(values, shape)
}

/** Pictures by a formula: the i-th value is cos(0.11 i + 0.003 i^2). */
export function formulaPixels(shape: readonly number[]): Tensor {
  const count = shape.reduce((product, side) => product * side, 1)
  return fromTypedArray(
    Float32Array.from({ length: count }, (_, i) => Math.cos(0.11 * i + 0.003 * i * i)),
    shape,
  )
}
