import { noGrad } from '../autograd.js'
import type { Device } from '../device.js'
import type { DType } from '../dtype.js'
import { TorchError } from '../errors.js'
import { scope } from '../scope.js'
import type { Tensor } from '../tensor.js'
import { type LoadReport, type LoadStateOptions, matchState } from './state-dict.js'

type Owned = { kind: 'parameter' | 'buffer' | 'transient'; tensor: Tensor }

/**
 * Base of every layer and model. A subclass keeps its parameters and buffers in fields, through `parameter()` and
 * `buffer()`; submodules are found in its own fields, alone or in arrays, and a field's name is the name in the state
 * dict (`this.register('out_proj', layer)` gives a field another name).
 * A module in a `#private` field is not part of it. The names are PyTorch's, so its files load.
 * Parameters and buffers live outside every scope, until `dispose()`.
 * @example
 * class Classifier extends nn.Module {
 *   hidden = new nn.Linear(512, 64)
 *   head = new nn.Linear(64, 10)
 *   forward(x: Tensor): Tensor { return this.head.forward(this.hidden.forward(x).relu()) }
 * }
 */
export abstract class Module {
  training = true
  readonly #owned = new Map<string, Owned>()
  readonly #names = new Map<Module, string>()

  /** Makes a tensor a trained parameter under a state-dict name, and returns it for a field. */
  protected parameter(name: string, tensor: Tensor): Tensor {
    return this.#own(name, 'parameter', tensor.requiresGrad_(true))
  }

  /** Makes a tensor part of the state that is not trained; one that is not persistent stays out of the state dict. */
  protected buffer(name: string, tensor: Tensor, { persistent = true }: { persistent?: boolean } = {}): Tensor {
    return this.#own(name, persistent ? 'buffer' : 'transient', tensor)
  }

  /** Names a submodule in the state dict otherwise than its field. */
  protected register<M extends Module>(name: string, module: M): M {
    this.#names.set(module, name)
    return module
  }

  #own(name: string, kind: Owned['kind'], tensor: Tensor): Tensor {
    if (name === '' || name.includes('.') || this.#owned.has(name)) {
      throw new TorchError(
        'BadArgument',
        `${this.constructor.name} cannot take a tensor named ${JSON.stringify(name)}.`,
      )
    }
    this.#owned.set(name, { kind, tensor: tensor.keep() })
    return tensor
  }

  /** Direct submodules with their names, in the order of the fields. */
  namedChildren(): [string, Module][] {
    const children: [string, Module][] = []
    for (const [field, value] of Object.entries(this)) {
      if (value instanceof Module) children.push([this.#names.get(value) ?? field, value])
      if (!Array.isArray(value)) continue
      value.forEach((item, i) => {
        if (item instanceof Module) children.push([this.#names.get(item) ?? `${field}.${i}`, item])
      })
    }
    return children
  }

  children(): Module[] {
    return this.namedChildren().map(([, child]) => child)
  }

  /** This module and all below it, parents first, each once, with dotted names ('' for this one). */
  namedModules(prefix = '', seen = new Set<Module>()): [string, Module][] {
    if (seen.has(this)) return []
    seen.add(this)
    const below = this.namedChildren().flatMap(([name, child]) => child.namedModules(join(prefix, name), seen))
    return [[prefix, this], ...below]
  }

  modules(): Module[] {
    return this.namedModules().map(([, module]) => module)
  }

  /** Trained tensors with dotted names; one that two modules share comes once. */
  namedParameters(): [string, Tensor][] {
    const seen = new Set<Tensor>()
    return this.#everything('parameter').filter(([, tensor]) => !seen.has(tensor) && seen.add(tensor))
  }

  parameters(): Tensor[] {
    return this.namedParameters().map(([, tensor]) => tensor)
  }

  namedBuffers(): [string, Tensor][] {
    return this.#everything('buffer', 'transient')
  }

  buffers(): Tensor[] {
    return this.namedBuffers().map(([, tensor]) => tensor)
  }

  /** Parameters and persistent buffers by PyTorch's names: the live tensors, not copies. */
  stateDict(): Record<string, Tensor> {
    return Object.assign(Object.create(null), Object.fromEntries(this.#state().map(([name, at]) => [name, at.tensor])))
  }

  /**
   * Copies tensors into the parameters and buffers of the same names.
   * @returns the names that were missing and unexpected; strict loading has none
   * @throws TorchError `StateDictMismatch` listing every missing, unexpected and misshapen tensor with the nearest
   * names; where not strict, only misshapen ones are refused
   */
  loadStateDict(dict: Readonly<Record<string, Tensor>>, options: LoadStateOptions = {}): LoadReport {
    const own = new Map(this.#state())
    const shapes = new Map([...own].map(([name, at]) => [name, at.tensor.shape]))
    const report = matchState(this.constructor.name, shapes, dict, options)
    const replaced = new Map<Tensor, Tensor>()
    for (const [name, { module, key, tensor }] of own) {
      const source = dict[name]
      if (!Object.hasOwn(dict, name) || !source) continue
      if (options.assign) module.#replace(key, () => source.detach(), replaced)
      else noGrad(() => scope(() => void tensor.copy_(source)))
    }
    return report
  }

  train(mode = true): this {
    for (const module of this.modules()) module.training = mode
    return this
  }

  eval(): this {
    return this.train(false)
  }

  requiresGrad_(requiresGrad = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(requiresGrad)
    return this
  }

  zeroGrad(): void {
    noGrad(() =>
      scope(() => {
        for (const parameter of this.parameters()) parameter.grad?.zero_()
      }),
    )
  }

  /**
   * Moves parameters and buffers to a device, and floating ones to a type. They become other tensors: make the
   * optimiser afterwards.
   */
  to(target: DType | Device | { dtype?: DType; device?: Device }): this {
    const { dtype, device } = typeof target === 'object' ? target : readTarget(target)
    const replaced = new Map<Tensor, Tensor>()
    for (const module of this.modules()) {
      for (const [key, { tensor }] of module.#owned) {
        const move = () => {
          const type = dtype && isFloating(tensor.dtype) ? dtype : tensor.dtype
          return tensor.detach().to({ dtype: type, device: device ?? tensor.device })
        }
        module.#replace(key, move, replaced)
      }
    }
    return this
  }

  /** Frees the parameters and buffers of this module and of all below it. */
  dispose(): void {
    const owned = this.modules().flatMap((module) => [...module.#owned.values()])
    for (const tensor of new Set(owned.map((at) => at.tensor))) tensor.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #everything(...kinds: Owned['kind'][]): [string, Tensor][] {
    return this.namedModules().flatMap(([prefix, module]) =>
      [...module.#owned]
        .filter(([, { kind }]) => kinds.includes(kind))
        .map(([name, { tensor }]): [string, Tensor] => [join(prefix, name), tensor]),
    )
  }

  // A module that is held twice is named twice here, as in PyTorch's files; parameters() counts it once.
  #state(prefix = ''): [string, { module: Module; key: string; tensor: Tensor }][] {
    const own = [...this.#owned].filter(([, { kind }]) => kind !== 'transient')
    const here = own.map(([key, { tensor }]) => [join(prefix, key), { module: this as Module, key, tensor }] as const)
    const below = this.namedChildren().flatMap(([name, child]) => child.#state(join(prefix, name)))
    return [...here.map((entry): (typeof below)[number] => [...entry]), ...below]
  }

  // `replaced` keeps one tensor of two modules one tensor.
  #replace(key: string, make: () => Tensor, replaced: Map<Tensor, Tensor>): void {
    const owned = this.#owned.get(key)!
    const old = owned.tensor
    const fields = this as unknown as Record<string, unknown>
    const field = Object.keys(this).find((name) => fields[name] === old)
    if (!field) {
      const what = `${this.constructor.name} keeps the tensor '${key}' in no field of its own`
      throw new TorchError('BadArgument', `${what}, so it cannot be replaced. Write this.x = this.parameter(...).`)
    }
    let tensor = replaced.get(old)
    if (!tensor) {
      tensor = noGrad(() => scope(make)).keep()
      if (owned.kind === 'parameter') tensor.requiresGrad_(old.requiresGrad)
      replaced.set(old, tensor)
      old.dispose()
    }
    fields[field] = owned.tensor = tensor
  }
}

/** A module that takes one tensor and gives one. */
export interface Layer extends Module {
  forward(x: Tensor): Tensor
}

const join = (prefix: string, name: string): string => (prefix === '' ? name : `${prefix}.${name}`)

const FLOATING: ReadonlySet<string> = new Set(['float64', 'float32', 'float16', 'bfloat16'])

const isFloating = (dtype: DType): boolean => FLOATING.has(dtype)

function readTarget(target: DType | Device): { dtype?: DType; device?: Device } {
  if (FLOATING.has(target)) return { dtype: target as DType }
  if (/^[a-z]+(:\d+)?$/.test(target) && !/^(u?int|bool)/.test(target)) return { device: target }
  throw new TorchError('BadArgument', `A module can be moved to a device or a floating type, not to '${target}'.`)
}
