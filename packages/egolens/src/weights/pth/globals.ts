import { Refusal } from './refusal.js'
import { storageOf, tensorOf } from './tensors.js'
import { dtypes, storageTypes } from './types.js'
import { Global, Inert, OrderedDict, PthTensor, PySet, Tuple, type Value } from './values.js'

type Call = (args: readonly Value[]) => Value

/**
 * Every function and class that a checkpoint may call, and what is done instead of calling it. Only tensors,
 * parameters and containers are built. Of other classes these instances are passed over as inert records, because
 * training checkpoints hold them beside the weights: argparse.Namespace, numpy scalars and their dtypes.
 */
const calls: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['torch._utils._rebuild_tensor', (args) => tensorOf(counted(args, 4, 4))],
  ['torch._utils._rebuild_tensor_v2', (args) => tensorOf(counted(args, 6, 7))],
  ['torch._utils._rebuild_tensor_v3', (args) => tensorOf(counted(args, 7, 8))],
  ['torch._utils._rebuild_parameter', (args) => parameter(counted(args, 3, 3))],
  ['torch._utils._rebuild_parameter_with_state', (args) => parameter(counted(args, 4, 4))],
  ['torch.Size', (args) => new Tuple(items(counted(args, 1, 1)[0]!))],
  ['collections.OrderedDict', orderedDict],
  ['__builtin__.set', set],
  ['builtins.set', set],
  ['__builtin__.frozenset', set],
  ['builtins.frozenset', set],
  ['_codecs.encode', encode],
  ...['numpy.dtype', 'numpy.core.multiarray.scalar', 'numpy._core.multiarray.scalar'].map((name): [string, Call] => [
    name,
    (args) => new Inert(name, args),
  ]),
])

/** Classes of which an empty instance may be made, to be filled by BUILD or SETITEMS. */
const classes: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['argparse.Namespace', (args) => new Inert('argparse.Namespace', counted(args, 0, 0))],
  ['collections.OrderedDict', orderedDict],
])

/** True for a name that a checkpoint may use. */
export function isAllowed(name: string): boolean {
  return calls.has(name) || classes.has(name) || storageTypes.has(name) || dtypes.has(name)
}

/** What REDUCE makes. */
export function call(callable: Value, args: Value): Value {
  return made(calls, callable, args)
}

/** What NEWOBJ makes. */
export function instance(cls: Value, args: Value): Value {
  return made(classes, cls, args)
}

/** What BUILD does: attributes are kept on inert records and dropped from ordered dictionaries. */
export function build(target: Value, state: Value): void {
  if (target instanceof OrderedDict && state instanceof Map) return
  if (target instanceof Inert && target.of === 'argparse.Namespace' && state instanceof Map) {
    target.state = state
    return
  }
  if (target instanceof Inert && target.of === 'numpy.dtype' && state instanceof Tuple) {
    target.state = state
    return
  }
  throw new Refusal('sets the state of an object that may have none')
}

/** What a persistent id stands for: a storage, in PyTorch's five or six fields. */
export function persistent(id: Value): Value {
  if (id instanceof Tuple) return storageOf(id.items)
  throw new Refusal('holds a persistent id that is no tuple')
}

function made(table: ReadonlyMap<string, Call>, callable: Value, args: Value): Value {
  const make = callable instanceof Global ? table.get(callable.name) : undefined
  if (!make) throw new Refusal(`calls ${callable instanceof Global ? callable.name : 'what is no function'}`)
  if (!(args instanceof Tuple)) throw new Refusal('calls a function with what are no arguments')
  return make(args.items)
}

function counted(args: readonly Value[], least: number, most: number): readonly Value[] {
  if (args.length >= least && args.length <= most) return args
  throw new Refusal(`calls a function with ${args.length} arguments instead of ${least}`)
}

function parameter([data]: readonly Value[]): Value {
  if (data instanceof PthTensor) return data
  throw new Refusal('makes a parameter of what is no tensor')
}

function orderedDict(args: readonly Value[]): Value {
  const [pairs] = counted(args, 0, 1)
  const made = new OrderedDict()
  if (pairs === undefined) return made
  for (const pair of items(pairs)) {
    const [key, value, ...more] = items(pair)
    if (key === undefined || value === undefined || more.length > 0) throw new Refusal('holds a pair that is none')
    made.set(hashable(key), value)
  }
  return made
}

/** Keys of dictionaries, as far as checkpoints use them. */
export function hashable(key: Value): Value {
  if (key === null || typeof key !== 'object' || key instanceof Tuple || key instanceof Global) return key
  throw new Refusal('uses a key of a dict that is neither a text nor a number')
}

function set(args: readonly Value[]): Value {
  const [given] = counted(args, 0, 1)
  return new PySet(given === undefined ? [] : [...items(given)])
}

/** Python 3 writes bytes for older readers as text that is to be encoded. */
function encode(args: readonly Value[]): Value {
  const [text, encoding] = counted(args, 2, 2)
  if (typeof text !== 'string' || encoding !== 'latin1') throw new Refusal('encodes a text by other means than latin1')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: latin1 is all of the first 256 characters.
  if (!/^[\x00-\xff]*$/.test(text)) throw new Refusal('encodes a text that is not latin1')
  return Uint8Array.from(Buffer.from(text, 'latin1'))
}

function items(value: Value): readonly Value[] {
  if (value instanceof Tuple) return value.items
  if (Array.isArray(value)) return value
  throw new Refusal('gives something else than a list or a tuple')
}
