/** What a checkpoint's pickle may hold. Nothing in it can act: classes are names, instances are their parts. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Value[]
  | Tuple
  | PySet
  | Dict
  | Global
  | Inert
  | Storage
  | PthTensor
export type Dict = Map<Value, Value>

export class Tuple {
  constructor(readonly items: readonly Value[]) {}
}

export class PySet {
  constructor(readonly items: Value[]) {}
}

/** collections.OrderedDict, which alone of the containers may carry attributes (a state dict's versions; dropped). */
export class OrderedDict extends Map<Value, Value> {}

/** A class, a function or a data type, by name. */
export class Global {
  constructor(readonly name: string) {}
}

/** An instance of one of the few classes that are passed over: what it was made of, and the state it was given. */
export class Inert {
  state: Value = null
  constructor(
    readonly of: string,
    readonly args: readonly Value[],
  ) {}
}

/** An element type: its name in safetensors and its bytes. */
export interface ElementType {
  readonly name: string
  readonly size: number
}

/** Elements in a row somewhere in the file. */
export class Storage {
  constructor(
    /** What the file names it by. */
    readonly key: string,
    readonly type: ElementType,
    readonly elements: number,
    /** For a storage that is part of another: where it begins in that, in bytes. */
    readonly base = 0,
  ) {}

  get bytes(): number {
    return this.elements * this.type.size
  }
}

/** A view of a storage. Offset and strides count elements. */
export class PthTensor {
  constructor(
    readonly storage: Storage,
    readonly type: ElementType,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}

  get elements(): number {
    return this.shape.includes(0) ? 0 : this.shape.reduce((a, b) => a * b, 1)
  }

  get bytes(): number {
    return this.elements * this.type.size
  }
}

/** The kind of a value, in Python's words. */
export function kindOf(value: Value): string {
  if (value === null) return 'None'
  if (value instanceof PthTensor) return 'a tensor'
  if (value instanceof Map) return 'a dict'
  if (value instanceof Tuple) return 'a tuple'
  if (value instanceof PySet) return 'a set'
  if (value instanceof Storage) return 'a bare storage'
  if (value instanceof Global) return value.name
  if (value instanceof Inert) return `an instance of ${value.of}`
  if (value instanceof Uint8Array) return 'bytes'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'string' ? 'a string' : typeof value === 'boolean' ? 'a boolean' : 'a number'
}

/** What a container holds, its storages still in the file. */
export interface Contents {
  format: 'zip' | 'legacy'
  value: Value
  storages: Storage[]
  places: ReadonlyMap<string, { offset: number; crc?: number }>
}
