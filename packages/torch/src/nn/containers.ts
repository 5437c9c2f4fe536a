import type { Tensor } from '../tensor.js'
import { type Layer, Module } from './module.js'

/** Returns its input; it stands where a layer was left out. */
export class Identity extends Module {
  forward(x: Tensor): Tensor {
    return x
  }
}

/** Modules in order, named `0`, `1`, ... in the state dict. */
export class ModuleList<M extends Module = Module> extends Module {
  readonly #items: M[]

  constructor(items: Iterable<M> = []) {
    super()
    this.#items = [...items]
  }

  override namedChildren(): [string, Module][] {
    return this.#items.map((item, i) => [String(i), item])
  }

  get length(): number {
    return this.#items.length
  }

  /** The module at a place; negative places count from the end. */
  at(index: number): M | undefined {
    return this.#items.at(index)
  }

  push(...items: M[]): this {
    this.#items.push(...items)
    return this
  }

  [Symbol.iterator](): IterableIterator<M> {
    return this.#items[Symbol.iterator]()
  }
}

/**
 * Layers that are applied one after the other.
 * @example new nn.Sequential(new nn.Linear(2, 8), new nn.ReLU(), new nn.Linear(8, 1)).forward(x)
 */
export class Sequential extends ModuleList<Layer> {
  constructor(...layers: Layer[]) {
    super(layers)
  }

  forward(x: Tensor): Tensor {
    let y = x
    for (const layer of this) y = layer.forward(y)
    return y
  }
}
