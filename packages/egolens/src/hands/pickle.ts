import { EgoLensError } from '../errors.js'
import { built, called, Dtype, Name, nameOf, type PickleValue } from './pickle-values.js'

/**
 * Reads a Python pickle of plain data (protocol 2 to 5): numbers, text, bytes, lists, tuples, dictionaries and NumPy's
 * arrays of numbers. Nothing is ever executed: the few names that such pickles mention are an allow-list, and any other
 * name or instruction is refused.
 *
 * @param where named in errors
 * @throws EgoLensError `hands/not-detections`
 */
export function readPickle(file: Uint8Array, where: string): PickleValue {
  return new Reader(file, where).read()
}

/** A pickle that holds nothing but a list of bytes, as EPIC-KITCHENS' detections do. */
export function readBytesPickle(file: Uint8Array, where: string): Uint8Array[] {
  const list = readPickle(file, where)
  if (isBytesList(list)) return list
  throw refused('something else than a list of bytes', 0, where)
}

export function isBytesList(value: unknown): value is Uint8Array[] {
  return Array.isArray(value) && value.every((item) => item instanceof Uint8Array)
}

function refused(what: string, at: number, where: string): EgoLensError {
  return new EgoLensError('hands/not-detections', `the pickle holds ${what} at byte ${at}; only plain data is read`, {
    where,
    cure: 'give hand-object detections as they are released, or write them as JSON',
  })
}

const MARK = Symbol('mark')

class Reader {
  readonly #view: DataView
  readonly #stack: unknown[] = []
  readonly #memo = new Map<number, unknown>()
  #at = 0
  #start = 0

  constructor(
    readonly file: Uint8Array,
    readonly where: string,
  ) {
    this.#view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  }

  read(): PickleValue {
    while (true) {
      this.#start = this.#at
      const code = this.#number(1)
      if (code === 0x2e) break // STOP
      this.#step(code)
    }
    const value = this.#pop()
    if (this.#stack.length > 0) throw this.#refuse('more than one value')
    return this.#plain(value)
  }

  #step(code: number): void {
    const push = (value: unknown) => this.#stack.push(value)
    switch (code) {
      case 0x80: // PROTO
        if (this.#number(1) > 5) throw this.#refuse('a newer pickle protocol than 5')
        return
      case 0x95: // FRAME: the length of what follows, which needs no checking as nothing is read ahead
        this.#number(8)
        return
      case 0x28: // MARK
        push(MARK)
        return
      case 0x4e: // NONE
        push(null)
        return
      case 0x88: // NEWTRUE
      case 0x89: // NEWFALSE
        push(code === 0x88)
        return
      case 0x4b: // BININT1
        push(this.#number(1))
        return
      case 0x4d: // BININT2
        push(this.#number(1) + 256 * this.#number(1))
        return
      case 0x4a: // BININT
        push(this.#number(4) | 0)
        return
      case 0x8a: // LONG1
        push(this.#long(this.#number(1)))
        return
      case 0x47: // BINFLOAT
        push(this.#view.getFloat64(this.#take(8)))
        return
      case 0x8c: // SHORT_BINUNICODE
      case 0x58: // BINUNICODE
      case 0x8d: // BINUNICODE8
        push(new TextDecoder().decode(this.#bytes(this.#length(code, 0x8c, 0x58))))
        return
      case 0x43: // SHORT_BINBYTES
      case 0x42: // BINBYTES
      case 0x8e: // BINBYTES8
        push(this.#bytes(this.#length(code, 0x43, 0x42)))
        return
      default:
        if (!this.#gather(code) && !this.#remember(code)) throw this.#refuse(`instruction 0x${code.toString(16)}`)
    }
  }

  /** Instructions that make one value of others. */
  #gather(code: number): boolean {
    const push = (value: unknown) => this.#stack.push(value)
    if (code === 0x5d)
      push([]) // EMPTY_LIST
    else if (code === 0x29)
      push([]) // EMPTY_TUPLE
    else if (code === 0x7d)
      push(new Map()) // EMPTY_DICT
    else if (code === 0x74)
      push(this.#marked()) // TUPLE
    else if (code >= 0x85 && code <= 0x87)
      push(this.#last(code - 0x84)) // TUPLE1 to TUPLE3
    else if (code === 0x61)
      this.#extend(this.#last(1)) // APPEND
    else if (code === 0x65)
      this.#extend(this.#marked()) // APPENDS
    else if (code === 0x73)
      this.#set(this.#last(2)) // SETITEM
    else if (code === 0x75)
      this.#set(this.#marked()) // SETITEMS
    else if (code === 0x63)
      push(this.#name(this.#line(), this.#line())) // GLOBAL
    else if (code === 0x93) {
      const [module, name] = this.#last(2) // STACK_GLOBAL
      if (typeof module !== 'string' || typeof name !== 'string') throw this.#refuse('a name that is no text')
      push(this.#name(module, name))
    } else if (code === 0x52) {
      const [callable, given] = this.#last(2) // REDUCE
      const made = callable instanceof Name ? called(callable, given) : undefined
      if (made === undefined) throw this.#refuse('a call with arguments that plain data does not need')
      push(made)
    } else if (code === 0x62) {
      const [state] = this.#last(1) // BUILD
      if (!built(this.#stack.at(-1), state)) throw this.#refuse('an array that is not of numbers')
    } else return false
    return true
  }

  /** Instructions that keep values or bring them back. */
  #remember(code: number): boolean {
    if (code === 0x94)
      this.#memo.set(this.#memo.size, this.#top()) // MEMOIZE
    else if (code === 0x71)
      this.#memo.set(this.#number(1), this.#top()) // BINPUT
    else if (code === 0x72)
      this.#memo.set(this.#number(4), this.#top()) // LONG_BINPUT
    else if (code === 0x68 || code === 0x6a) {
      const key = this.#number(code === 0x68 ? 1 : 4) // BINGET, LONG_BINGET
      if (!this.#memo.has(key)) throw this.#refuse('a reference to nothing')
      this.#stack.push(this.#memo.get(key))
    } else return false
    return true
  }

  #name(module: string, name: string): Name {
    const found = nameOf(module, name)
    if (!found) throw this.#refuse(`the name ${module}.${name}`)
    return found
  }

  #extend(items: unknown[]): void {
    const list = this.#stack.at(-1)
    if (!Array.isArray(list)) throw this.#refuse('an append to what is no list')
    for (const item of items) list.push(this.#plain(item))
  }

  #set(items: unknown[]): void {
    const map = this.#stack.at(-1)
    if (!(map instanceof Map) || items.length % 2 === 1) throw this.#refuse('an entry of what is no dictionary')
    for (let i = 0; i < items.length; i += 2) map.set(this.#plain(items[i]), this.#plain(items[i + 1]))
  }

  #plain(value: unknown): PickleValue {
    if (typeof value === 'symbol' || value instanceof Name || value instanceof Dtype) {
      throw this.#refuse('a name where a value is due')
    }
    return value as PickleValue
  }

  #marked(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK)
    if (mark < 0) throw this.#refuse('an end without a mark')
    const items = this.#stack.splice(mark + 1)
    this.#stack.pop()
    return items
  }

  #last(count: number): unknown[] {
    if (this.#stack.length < count) throw this.#refuse('too few values')
    return this.#stack.splice(-count)
  }

  #pop(): unknown {
    return this.#last(1)[0]
  }

  #top(): unknown {
    const top = this.#stack.at(-1)
    if (top === undefined || top === MARK) throw this.#refuse('nothing to remember')
    return top
  }

  #long(size: number): number {
    let value = 0n
    for (const [i, byte] of this.#bytes(size).entries()) value |= BigInt(byte) << BigInt(8 * i)
    return Number(size > 0 ? BigInt.asIntN(8 * size, value) : 0n)
  }

  #length(code: number, short: number, medium: number): number {
    return this.#number(code === short ? 1 : code === medium ? 4 : 8)
  }

  #line(): string {
    const end = this.file.indexOf(10, this.#at)
    if (end < 0 || end - this.#at > 200) throw this.#refuse('a name without an end')
    return Buffer.from(this.#bytes(end + 1 - this.#at))
      .toString('latin1')
      .trimEnd()
  }

  #number(size: 1 | 4 | 8): number {
    const at = this.#take(size)
    if (size === 1) return this.#view.getUint8(at)
    return size === 4 ? this.#view.getUint32(at, true) : Number(this.#view.getBigUint64(at, true))
  }

  #bytes(length: number): Uint8Array {
    const at = this.#take(length)
    return this.file.subarray(at, at + length)
  }

  #take(length: number): number {
    const at = this.#at
    if (length > this.file.length - at) throw this.#refuse('an early end')
    this.#at += length
    return at
  }

  #refuse(what: string): EgoLensError {
    return refused(what, this.#start, this.where)
  }
}
