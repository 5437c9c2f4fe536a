import { AsyncLocalStorage } from 'node:async_hooks'
import { addon } from './addon.js'
import { TorchError } from './errors.js'
import type { Tensor } from './tensor/core.js'

/** The tensors made since a scope began that no one has taken out of it. */
export class Scope {
  readonly made: Tensor[] = []
  ended = false
  constructor(readonly parent: Scope | null) {}
}

/** Work that no one awaits can outlive its scope: what it makes belongs to the nearest one that is still open. */
export function stillOpen(scope: Scope | null): Scope | null {
  let open = scope
  while (open?.ended) open = open.parent
  return open
}

// The innermost synchronous scope is a plain variable: reading it costs nothing. Asynchronous storage is asked only
// while an async scope is open, because a look-up there costs up to 120 ns for each tensor.
let innermost: Scope | null = null
let openAsync = 0
const storage = new AsyncLocalStorage<Scope>()

export function currentScope(): Scope | null {
  if (innermost !== null) return innermost
  return openAsync > 0 ? stillOpen(storage.getStore() ?? null) : null
}

let doomed = new Float64Array(1024)

function close(scope: Scope): void {
  const { made } = scope
  if (doomed.length < made.length) doomed = new Float64Array(made.length * 2)
  let count = 0
  for (const tensor of made) if (tensor.owner === scope) doomed[count++] = tensor.handle
  addon.releaseMany(doomed, count)
  // What is alive within a scope no collection can free, so V8 hears of what is left at the end: told of every rise in
  // between, it collected twice a training step, a twentieth of its time.
  if (scope.parent === null) addon.reportMemory()
  made.length = 0
  scope.ended = true
}

/** Gives the tensors found in a result to the parent of the scope that ends. */
function release(scope: Scope, result: unknown): void {
  if (result === undefined || result === null || typeof result !== 'object') return
  const seen = new Set<object>()
  const waiting: object[] = [result]
  const visit = (value: unknown) => {
    if (typeof value === 'object' && value !== null && !seen.has(value)) {
      seen.add(value)
      waiting.push(value)
    }
  }
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (isTensor(value)) {
      if (value.owner === scope) value.moveTo(stillOpen(scope.parent))
    } else if (Array.isArray(value) || value instanceof Set) {
      for (const item of value) visit(item)
    } else if (value instanceof Map) {
      for (const [key, item] of value) {
        visit(key)
        visit(item)
      }
    } else if (!ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer)) {
      for (const item of Object.values(value)) visit(item)
    }
  }
}

const isTensor = (value: object): value is Tensor => 'handle' in value && 'moveTo' in value

const isAsync = (fn: unknown): boolean => Object.prototype.toString.call(fn) === '[object AsyncFunction]'

function refusePromise(result: unknown): void {
  if (typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') return
  throw new TorchError(
    'AsyncFunction',
    'scope() got a promise from a function that is not declared async, so it cannot follow it across await: ' +
      'write scope(async () => ...)',
  )
}

function runSync<T>(fn: () => T): T {
  const scope = new Scope(currentScope())
  const outer = innermost
  innermost = scope
  try {
    const result = fn()
    refusePromise(result)
    release(scope, result)
    return result
  } finally {
    innermost = outer
    close(scope)
  }
}

async function runAsync<T>(fn: () => Promise<T>): Promise<T> {
  const scope = new Scope(currentScope())
  const outer = innermost
  openAsync++
  try {
    let running: Promise<T>
    innermost = null
    try {
      running = storage.run(scope, fn)
    } finally {
      innermost = outer
    }
    const result = await running
    release(scope, result)
    return result
  } finally {
    openAsync--
    close(scope)
  }
}

/**
 * Runs a function and frees every tensor made inside it, except those found in what it returns: a tensor, or arrays,
 * plain objects, maps and modules that hold some. They belong to the enclosing scope then, or to no scope.
 * The function may be `async`; tensors that it makes after an `await` belong to the scope too.
 *
 * @throws TorchError AsyncFunction when a function that is not declared async returns a promise.
 * @example
 * const loss = scope(() => F.mseLoss(model.forward(x), y).item())
 */
export function scope<T>(fn: () => Promise<T>): Promise<T>
export function scope<T>(fn: () => T): T
export function scope<T>(fn: () => T | Promise<T>): T | Promise<T> {
  return isAsync(fn) ? runAsync(fn as () => Promise<T>) : runSync(fn as () => T)
}

/** Runs a function outside every scope: tensors made inside live until disposed or collected. */
export function outsideScopes<T>(fn: () => T): T {
  const outer = innermost
  innermost = null
  try {
    return openAsync > 0 ? storage.exit(fn) : fn()
  } finally {
    innermost = outer
  }
}
