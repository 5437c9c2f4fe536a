import { describe, expect, it } from 'vitest'
import { Generator, gradcheck, ops, rand, randn, scope, type Tensor, tensor } from '../index.js'

export const dtype = 'float64'
export const generator = new Generator(5)
/** Normal numbers that require gradients. */
export const normal = (...shape: number[]) => randn(shape, { dtype, generator, requiresGrad: true })
/** Between 0.3 and 1.7: inside the domain of log, sqrt and powers. */
export const positive = (...shape: number[]) =>
  rand(shape, { dtype, generator }).mul(1.4).add(0.3).detach().requiresGrad_()
/** Between -0.8 and 0.8: inside the domain of asin and acos. */
export const small = (...shape: number[]) =>
  rand(shape, { dtype, generator }).sub(0.5).mul(1.6).detach().requiresGrad_()
/** Distinct numbers a whole step apart, so that maxima and orders do not change under a small difference. */
export const distinct = (...shape: number[]) => {
  const count = shape.reduce((a, b) => a * b, 1)
  const values = Array.from({ length: count }, (_, i) => ((i * 7) % count) * 0.31 - count * 0.1 + 0.07)
  return tensor(values, { dtype }).reshape(shape).detach().requiresGrad_()
}
export const index = (...values: number[]) => tensor(values, { dtype: 'int64' })

export type Case = [name: string, fn: (...inputs: Tensor[]) => Tensor | Tensor[], inputs: () => Tensor[]]
type Unary = (x: Tensor) => Tensor

export const one = (fn: Unary) => (x?: Tensor) => fn(x!)
export const two = (fn: (a: Tensor, b: Tensor) => Tensor | Tensor[]) => (a?: Tensor, b?: Tensor) => fn(a!, b!)
export const three =
  (fn: (a: Tensor, b: Tensor, c: Tensor) => Tensor | Tensor[]) => (a?: Tensor, b?: Tensor, c?: Tensor) =>
    fn(a!, b!, c!)

/** An operator of one tensor, checked on inputs of a family. */
export const unary = (names: (keyof typeof ops)[], make: (...shape: number[]) => Tensor): Case[] =>
  names.map((name) => [name, one(ops[name] as Unary), () => [make(2, 3)]])

/** An operator of one tensor, checked with its arguments given. */
export const on = (name: string, fn: Unary, make: () => Tensor): Case => [name, one(fn), () => [make()]]

/** Checks every case of a family. */
export function checkGradients(family: string, cases: Case[]): void {
  describe(`gradients by finite differences: ${family}`, () => {
    it.each(cases)('%s', (_name, fn, inputs) => {
      expect(scope(() => gradcheck(fn, inputs()))).toBeLessThan(1e-3)
    })
  })
}
