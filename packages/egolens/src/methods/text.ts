import type { Tensor } from '@egolens/torch'
import { noGrad } from '@egolens/torch'
import { z } from 'zod'
import type { Component, LabelSets } from '../datasets/types.js'
import type { TextEncoder } from '../encoders/types.js'
import { EgoLensError } from '../errors.js'

/** Class vectors of each component, [K, D], not normalised. */
export type ClassVectors = Partial<Record<Component, Tensor>>

/** A sentence with one `{}` in the place of the class name; `{}` alone is the bare name. */
export const prompt = z.preprocess(
  // In YAML an unquoted {} is an empty map; nothing else can be meant by it here.
  (value) => (isEmptyMap(value) ? '{}' : value),
  z.string().refine((text) => text.split('{}').length === 2, 'a prompt holds {} exactly once, as in "a photo of a {}"'),
)

const isEmptyMap = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0

/** "a photo of a {}" and "washing machine" -> "a photo of a washing machine". */
export function fillPrompt(template: string, name: string): string {
  return template.replace('{}', () => name)
}

/** The label set of a component, or an error that says what the label sets hold. */
export function labelNames(labels: LabelSets, component: Component): string[] {
  const set = labels[component]
  if (set && set.names.length > 0) return set.names
  throw new EgoLensError('method/no-labels', `there are no ${component} classes in this label set`, {
    cure: `name the ${component} classes, or train the other component`,
  })
}

/** Encodes every class once with the frozen text tower; the result holds no graph. */
export function encodeClasses(text: TextEncoder, labels: LabelSets, components: Component[], template: string) {
  const vectors: ClassVectors = {}
  for (const component of components) {
    const sentences = labelNames(labels, component).map((name) => fillPrompt(template, name))
    vectors[component] = noGrad(() => text.encode(sentences))
  }
  return vectors
}
