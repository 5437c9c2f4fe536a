import { scope } from '@egolens/torch'
import type { z } from 'zod'
import { EgoLensError, nearest } from '../errors.js'
import { a5 } from './a5.js'
import { clipAdapter, clipAdapterTemporal } from './clip-adapter.js'
import { coCoOp } from './cocoop.js'
import { coOp } from './coop.js'
import { egoPrompt } from './egoprompt.js'
import { maple } from './maple.js'
import { probe } from './probe.js'
import type { Method, MethodDefinition, Setting } from './types.js'
import { vitaClip } from './vita-clip.js'
import { xMic } from './x-mic.js'
import { zeroShot } from './zero-shot.js'

const registered = new Map<string, MethodDefinition>(
  (
    [
      ...[zeroShot, coOp, coCoOp, clipAdapter, clipAdapterTemporal, a5],
      ...[vitaClip, maple, xMic, egoPrompt, probe],
    ] as MethodDefinition[]
  ).map((method) => [method.name, method]),
)

/** Every method that can be trained or evaluated, by name. */
export const methods: ReadonlyMap<string, MethodDefinition> = registered

/**
 * Adds a method of your own program: recipes, training, evaluation and recognition know it by its name from then on
 * (docs/new-method.md).
 * @throws EgoLensError `method/taken` where another one has the name
 */
export function registerMethod<Options>(definition: MethodDefinition<Options>): void {
  const { name } = definition
  if (registered.has(name)) {
    throw new EgoLensError('method/taken', `there is a method "${name}" already`, { cure: 'give yours another name' })
  }
  registered.set(name, definition as MethodDefinition)
}

/** @throws EgoLensError `method/unknown` with the nearest names */
export function methodNamed(name: string): MethodDefinition {
  const found = methods.get(name)
  if (found) return found
  const near = nearest(name, methods.keys())
  throw new EgoLensError('method/unknown', `there is no method "${name}"`, {
    where: 'method',
    cure: `${near.length > 0 ? `did you mean ${near.join(' or ')}? ` : ''}known: ${[...methods.keys()].join(', ')}`,
  })
}

/** Options with defaults and presets filled in. @throws EgoLensError `method/options` that lists what is wrong */
export function methodOptions(name: string, given: unknown): unknown {
  const parsed = methodNamed(name).options.safeParse(given ?? {})
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(describeIssue)
  throw new EgoLensError('method/options', problems.join('; '), { where: `options of ${name}` })
}

/**
 * A method ready to train or to score.
 *
 * @example
 * const generator = new Generator(1)
 * const method = createMethod('x-mic', { norms: ['n1'] }, { backbone, components: ['noun'], generator, frames: 16 })
 * @throws EgoLensError for an unknown name or wrong options
 */
export function createMethod(name: string, options: unknown, setting: Setting): Method {
  const definition = methodNamed(name)
  const checked = methodOptions(name, options)
  let method!: Method
  // Not the scope's result: all that lasts is parameters, which live outside every scope.
  scope(() => {
    method = definition.create(checked, setting)
  })
  return method
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const where = issue.path.join('.')
  return where ? `${where}: ${issue.message}` : issue.message
}
