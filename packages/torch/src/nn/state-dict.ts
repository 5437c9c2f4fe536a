import { TorchError } from '../errors.js'
import type { Tensor } from '../tensor.js'
import { nearest } from './nearest.js'

export interface LoadStateOptions {
  /** Refuse missing and unexpected tensors; true by default. */
  strict?: boolean
  /** Take the given tensors themselves (mapped ones stay on the disk until they are read) instead of copying them. */
  assign?: boolean
}

export interface LoadReport {
  missing: string[]
  unexpected: string[]
}

/**
 * Compares the names and shapes that a module or an optimiser has with a state dict.
 * @param owner whose state it is, for the message
 * @throws TorchError `StateDictMismatch` that lists everything wrong at once
 */
export function matchState(
  owner: string,
  shapes: ReadonlyMap<string, readonly number[]>,
  dict: Readonly<Record<string, Tensor>>,
  { strict = true }: LoadStateOptions = {},
): LoadReport {
  const given = Object.keys(dict)
  const missing = [...shapes.keys()].filter((name) => !Object.hasOwn(dict, name))
  const unexpected = given.filter((name) => !shapes.has(name))
  const misshapen = given.filter((name) => shapes.has(name) && !equal(shapes.get(name)!, dict[name]!.shape))
  if (misshapen.length === 0 && (!strict || missing.length + unexpected.length === 0)) return { missing, unexpected }
  const lines = misshapen.map(
    (name) => `  misshapen ${name}: [${dict[name]!.shape}] given, [${shapes.get(name)}] wanted`,
  )
  if (strict) {
    lines.push(...missing.map((name) => `  missing ${name}${hint(name, unexpected, 'given')}`))
    lines.push(...unexpected.map((name) => `  unexpected ${name}${hint(name, missing, 'wanted')}`))
  }
  throw new TorchError('StateDictMismatch', `The state dict does not fit ${owner}:\n${lines.join('\n')}`)
}

function hint(name: string, others: readonly string[], word: string): string {
  const near = nearest(name, others, 2)
  return near.length > 0 ? ` (${word}: ${near.join(', ')}?)` : ''
}

const equal = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i])
