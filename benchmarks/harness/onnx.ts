/**
 * Writes ONNX models: the few messages of onnx.proto3 that an inference graph needs, by field number. A graph of
 * some hundred nodes is a hundred lines here, and no other package writes ONNX from JavaScript.
 */
type Bytes = Uint8Array

function varint(value: number): Bytes {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    bytes.push(rest > 0n ? low | 0x80 : low)
  } while (rest > 0n)
  return Uint8Array.from(bytes)
}

const concat = (parts: Bytes[]): Bytes => Buffer.concat(parts)
const integer = (field: number, value: number): Bytes => concat([varint(field << 3), varint(value)])
const bytes = (field: number, value: Bytes): Bytes => concat([varint((field << 3) | 2), varint(value.length), value])
const text = (field: number, value: string): Bytes => bytes(field, Buffer.from(value))
const message = (field: number, ...parts: Bytes[]): Bytes => bytes(field, concat(parts))

function float(field: number, value: number): Bytes {
  const data = Buffer.alloc(4)
  data.writeFloatLE(value)
  return concat([varint((field << 3) | 5), data])
}

const FLOAT = 1
const INT64 = 7
/** AttributeProto.type */
const kind = { float: 1, integer: 2, integers: 7 }

export type Attribute = number | readonly number[] | { float: number }

function attribute(name: string, value: Attribute): Bytes {
  if (typeof value === 'number') return message(5, text(1, name), integer(3, value), integer(20, kind.integer))
  if ('float' in value) return message(5, text(1, name), float(2, value.float), integer(20, kind.float))
  return message(5, text(1, name), ...value.map((item) => integer(8, item)), integer(20, kind.integers))
}

const dimension = (size: number): Bytes => message(1, integer(1, size))
const value = (field: number, name: string, shape: readonly number[]): Bytes =>
  message(field, text(1, name), message(2, message(1, integer(1, FLOAT), message(2, ...shape.map(dimension)))))

/** A graph being built. Every operator gives the name of its one output. */
export class OnnxGraph {
  readonly #nodes: Bytes[] = []
  readonly #weights = new Map<string, Bytes>()
  readonly #inputs: Bytes[] = []
  readonly #outputs: Bytes[] = []
  #count = 0

  input(name: string, shape: readonly number[]): string {
    this.#inputs.push(value(11, name, shape))
    return name
  }

  output(name: string, shape: readonly number[]): void {
    this.#outputs.push(value(12, name, shape))
  }

  /** A constant; whole numbers come as a plain array. */
  weight(name: string, data: Float32Array | readonly number[], shape: readonly number[]): string {
    const real = data instanceof Float32Array
    const array = real ? data : BigInt64Array.from(data, BigInt)
    const raw = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
    const dims = shape.map((size) => integer(1, size))
    this.#weights.set(name, message(5, ...dims, integer(2, real ? FLOAT : INT64), text(8, name), bytes(9, raw)))
    return name
  }

  has(weight: string): boolean {
    return this.#weights.has(weight)
  }

  node(type: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}, name?: string): string {
    const output = name ?? `${type}_${this.#count++}`
    const given = Object.entries(attributes).map(([key, of]) => attribute(key, of))
    this.#nodes.push(message(1, ...inputs.map((input) => text(1, input)), text(2, output), text(4, type), ...given))
    return output
  }

  /** The file, for opset 17. */
  encode(): Uint8Array {
    const graph = [...this.#nodes, text(2, 'graph'), ...this.#weights.values(), ...this.#inputs, ...this.#outputs]
    return concat([integer(1, 8), message(7, ...graph), message(8, integer(2, 17))])
  }
}
