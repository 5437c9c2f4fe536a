import { arange, type nn, noGrad, scope, type Tensor } from '@egolens/torch'
import { expect } from 'vitest'
import { formulaPixels, formulaTensor } from '../../encoders/formula.testing.js'

/** What a reference in Python says of a module on the formula's input; see golden/visual.make.py. */
export interface Golden {
  input: number[]
  shape: number[]
  output: Digest
  inputGradient: Digest
  /** By the parameter's name. */
  gradients: Record<string, Digest>
}

/** A tensor's sum, and the sum of its products with sin(0.7 i + 9). */
type Digest = [sum: number, wave: number]

/** Fills a module's parameters by their names, in whatever type they are. */
export function fillByName<M extends nn.Module>(module: M): M {
  noGrad(() => {
    for (const [name, parameter] of Object.entries(module.stateDict())) {
      const around = /bn|norm/.test(name) && name.endsWith('weight') ? 1 : 0
      scope(() => void parameter.copy_(formulaTensor(name, parameter.shape, { around })))
    }
  })
  return module
}

function digest(x: Tensor): Digest {
  return scope((): Digest => {
    const wave = arange(0, x.numel, 1, { dtype: 'float64' }).mul(0.7).add(9).sin()
    return [x.sum().item(), x.detach().double().reshape([-1]).mul(wave).sum().item()]
  })
}

/** Runs a float64 module forward and backward, and holds values and gradients against the reference. */
export function expectGolden(module: nn.Layer, golden: Golden): void {
  const all = scope(() => {
    const x = formulaPixels(golden.input).double().requiresGrad_()
    const y = module.forward(x)
    expect(y.shape).toEqual(golden.shape)
    y.mul(formulaPixels(y.shape).double()).sum().backward()
    const parameters = new Map(module.namedParameters())
    const found = Object.keys(golden.gradients).map((name) => [name, digest(parameters.get(name)!.grad!)] as const)
    return { output: digest(y), inputGradient: digest(x.grad!), gradients: Object.fromEntries(found) }
  })
  expectNear(all.output, golden.output, 'output')
  expectNear(all.inputGradient, golden.inputGradient, 'input')
  for (const [name, gradient] of Object.entries(golden.gradients)) expectNear(all.gradients[name]!, gradient, name)
}

function expectNear(found: Digest, wanted: Digest, what: string): void {
  found.forEach((value, i) => {
    expect(Math.abs(value - wanted[i]!), `${what}: ${value}, the reference has ${wanted[i]}`).toBeLessThan(
      1e-8 * (1 + Math.abs(wanted[i]!)),
    )
  })
}

/** The largest difference between what a module gives in float32 and what its float64 twin does. */
export function differenceOfFloat32(make: (layer: nn.LayerOptions) => nn.Layer, input: readonly number[]): number {
  return difference(make, input, 'float32', (found, exact) => found.sub(exact).abs().amax())
}

/** How far off a module is in bfloat16, as a share of what it gives; its gradients are numbers. */
export function shareLostInBfloat16(make: (layer: nn.LayerOptions) => nn.Layer, input: readonly number[]): number {
  return difference(make, input, 'bfloat16', (found, exact) => found.sub(exact).norm().div(exact.norm()))
}

function difference(
  make: (layer: nn.LayerOptions) => nn.Layer,
  input: readonly number[],
  dtype: 'float32' | 'bfloat16',
  measure: (found: Tensor, exact: Tensor) => Tensor,
): number {
  return scope(() => {
    using exact = fillByName(make({ dtype: 'float64' }))
    using quick = fillByName(make({ dtype }))
    const x = formulaPixels(input)
    const y = quick.forward(x.to(dtype))
    expect(y.dtype).toBe(dtype)
    y.sum().backward()
    for (const { grad } of quick.parameters()) expect(grad!.dtype).toBe(dtype)
    expect(quick.parameters().every(({ grad }) => Boolean(grad!.isfinite().all().item()))).toBe(true)
    return noGrad(() => measure(y.double(), exact.forward(x.double())).item())
  })
}

/** How many values a module's parameters have; on the device `meta` it costs no memory. */
export const parameterCount = (module: nn.Module): number =>
  module.parameters().reduce((sum, { numel }) => sum + numel, 0)
