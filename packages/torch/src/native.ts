import { addon, type Handle } from './addon.js'
import { TorchError } from './errors.js'
import { Generator } from './generator.js'
import { Tensor } from './tensor/core.js'

type Result = 'tensor' | 'tensors' | 'plain'

const known = new Map<string, { id: number; results: Result[] }>()

function resolve(name: string, overload: string) {
  const key = `${name}.${overload}`
  let found = known.get(key)
  if (!found) {
    const schema = addon.schema(name, overload)
    if (schema === null) {
      const full = overload === '' ? name : key
      throw new TorchError('NoSuchOperator', `libtorch ${addon.version()} has no operator ${full}`, full)
    }
    found = { id: addon.op(name, overload), results: resultsOf(schema) }
    known.set(key, found)
  }
  return found
}

/** What a schema returns: `-> (Tensor values, Tensor indices)`, `-> Tensor[]`, `-> int` ... */
function resultsOf(schema: string): Result[] {
  const text = schema.slice(schema.lastIndexOf('->') + 2).trim()
  const list = text.startsWith('(') ? text.slice(1, -1).split(',') : [text]
  return list
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map((item) => (/^Tensor(\([^)]*\))?\[/.test(item) ? 'tensors' : item.startsWith('Tensor') ? 'tensor' : 'plain'))
}

const qualified = (name: string) => (name.includes('::') ? name : `aten::${name}`)

/**
 * Whether the linked libtorch has an operator, such as `add`, `aten::add.Tensor` or `aten::add` with an overload.
 */
export function hasOp(name: string, overload?: string): boolean {
  const full = qualified(name)
  const dot = full.indexOf('.', full.indexOf('::'))
  if (overload !== undefined) return addon.schema(full, overload) !== null
  if (dot >= 0) return addon.schema(full.slice(0, dot), full.slice(dot + 1)) !== null
  if (addon.schema(full, '') !== null) return true
  operators ??= new Set(addon.operatorNames().map((each) => each.split('.')[0]!))
  return operators.has(full)
}

let operators: Set<string> | undefined

function toNative(value: unknown): unknown {
  if (value instanceof Tensor || value instanceof Generator) return value.handle
  return Array.isArray(value) ? value.map(toNative) : value
}

function toPublic(value: unknown, kind: Result): unknown {
  if (value === null || kind === 'plain') return value
  if (kind === 'tensors') return (value as Handle[]).map((handle) => toPublic(handle, 'tensor'))
  return new Tensor(value as Handle)
}

/**
 * Calls any operator of the dispatcher, with arguments in its schema's order; those at the end may be left out.
 * One result comes as itself, several as an array.
 *
 * @throws TorchError NoSuchOperator, BadArgument, TensorDisposed, OperatorFailed
 * @example
 * const [values, indices] = callOp('aten::kthvalue', '', [x, 2, -1, false]) as [Tensor, Tensor]
 */
export function callOp(name: string, overload: string, args: readonly unknown[]): unknown {
  const { id, results } = resolve(qualified(name), overload)
  const result = addon.call(id, ...args.map(toNative))
  if (results.length <= 1) return toPublic(result, results[0] ?? 'plain')
  return (result as unknown[]).map((item, i) => toPublic(item, results[i]!))
}

/** The schema of an operator as libtorch prints it, or null when it has none of this name. */
export const schemaOf = (name: string, overload = ''): string | null => addon.schema(qualified(name), overload)
