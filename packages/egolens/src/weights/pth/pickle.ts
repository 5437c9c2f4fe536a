import { EgoLensError } from '../../errors.js'
import { type Bytes, Cursor } from './bytes.js'
import { build, call, hashable, instance, isAllowed, persistent } from './globals.js'
import { decodeLong, decodeText, longFromText } from './literals.js'
import { Refusal } from './refusal.js'
import { Global, PySet, Storage, Tuple, type Value } from './values.js'

/** Far above what a checkpoint of 20,000 tensors has, and low enough to bound memory. */
const mostBytes = 1 << 25
const mostSteps = 3_000_000

export interface Unpickled {
  value: Value
  /** Every storage that is named, in order. */
  storages: Storage[]
  /** The byte after the pickle. */
  end: number
}

/**
 * Reads one pickle of a PyTorch checkpoint (protocols 1 to 5, the instructions that PyTorch writes). No code is ever
 * run: functions and classes are names, and those that are not on the list of `globals.ts` are refused.
 *
 * @param begin where the pickle begins in the file
 * @param limit where it must have ended
 * @throws EgoLensError `pth/refused` naming instruction or global and its offset, `pth/damaged`
 */
export function unpickle(file: Bytes, begin: number, limit: number): Unpickled {
  return new Machine(file, begin, Math.min(limit, begin + mostBytes)).run()
}

class Machine {
  readonly #in: Cursor
  readonly #stack: Value[] = []
  /** Height of the stack at each open mark. */
  readonly #marks: number[] = []
  readonly #memo = new Map<number, Value>()
  readonly #globals = new Map<string, Global>()
  readonly #storages: Storage[] = []

  constructor(
    readonly file: Bytes,
    readonly begin: number,
    end: number,
  ) {
    this.#in = new Cursor(file, begin, end)
  }

  run(): Unpickled {
    for (let step = 0; step < mostSteps; step++) {
      const start = this.#in.at
      const code = this.#in.number(1)
      try {
        if (code === 0x2e) return this.#stop()
        this.#step(code)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        throw this.#refuse(error.message, start)
      }
    }
    throw this.#refuse(`has more than ${mostSteps} instructions`, this.#in.at)
  }

  #step(code: number): void {
    if (!this.#literal(code) && !this.#collect(code) && !this.#remember(code) && !this.#object(code)) {
      throw new Refusal(`uses the instruction 0x${code.toString(16).padStart(2, '0')}`)
    }
  }

  #literal(code: number): boolean {
    const value = this.#literalValue(code)
    if (value === undefined) return false
    this.#stack.push(value)
    return true
  }

  #literalValue(code: number): Value | undefined {
    const input = this.#in
    switch (code) {
      case 0x4e: // NONE
        return null
      case 0x88: // NEWTRUE
        return true
      case 0x89: // NEWFALSE
        return false
      case 0x4b: // BININT1
        return input.number(1)
      case 0x4d: // BININT2
        return input.number(2)
      case 0x4a: // BININT
        return input.number(4) | 0
      case 0x8a: // LONG1
        return decodeLong(input.take(input.number(1)))
      case 0x49: // INT
      case 0x4c: // LONG
        return longFromText(input.line(400))
      case 0x47: // BINFLOAT
        return new DataView(input.take(8).slice().buffer).getFloat64(0)
      case 0x8c: // SHORT_BINUNICODE
      case 0x55: // SHORT_BINSTRING
        return decodeText(input.take(input.number(1)))
      case 0x58: // BINUNICODE
      case 0x54: // BINSTRING
        return decodeText(input.take(input.number(4)))
      case 0x8d: // BINUNICODE8
        return decodeText(input.take(input.number(8)))
      case 0x43: // SHORT_BINBYTES
        return input.take(input.number(1)).slice()
      case 0x42: // BINBYTES
        return input.take(input.number(4)).slice()
      case 0x8e: // BINBYTES8
        return input.take(input.number(8)).slice()
      case 0x5d: // EMPTY_LIST
        return []
      case 0x7d: // EMPTY_DICT
        return new Map()
      case 0x8f: // EMPTY_SET
        return new PySet([])
      case 0x29: // EMPTY_TUPLE
        return new Tuple([])
      default:
        return undefined
    }
  }

  #collect(code: number): boolean {
    switch (code) {
      case 0x28: // MARK
        this.#marks.push(this.#stack.length)
        return true
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        this.#stack.push(new Tuple(this.#popMany(code - 0x84)))
        return true
      case 0x74: // TUPLE
        this.#stack.push(new Tuple(this.#popToMark()))
        return true
      case 0x91: // FROZENSET
        this.#stack.push(new PySet(this.#popToMark()))
        return true
      case 0x61: // APPEND
        this.#append(this.#popMany(1))
        return true
      case 0x65: // APPENDS
        this.#append(this.#popToMark())
        return true
      case 0x90: // ADDITEMS
        this.#append(this.#popToMark(), true)
        return true
      case 0x73: // SETITEM
        this.#setItems(this.#popMany(2))
        return true
      case 0x75: // SETITEMS
        this.#setItems(this.#popToMark())
        return true
      case 0x30: // POP
        if (this.#stack.length === this.#marks.at(-1)) this.#marks.pop()
        else this.#pop()
        return true
      case 0x31: // POP_MARK
        this.#popToMark()
        return true
      default:
        return false
    }
  }

  #remember(code: number): boolean {
    switch (code) {
      case 0x71: // BINPUT
        this.#memo.set(this.#in.number(1), this.#top())
        return true
      case 0x72: // LONG_BINPUT
        this.#memo.set(this.#in.number(4), this.#top())
        return true
      case 0x94: // MEMOIZE
        this.#memo.set(this.#memo.size, this.#top())
        return true
      case 0x68: // BINGET
        this.#stack.push(this.#remembered(this.#in.number(1)))
        return true
      case 0x6a: // LONG_BINGET
        this.#stack.push(this.#remembered(this.#in.number(4)))
        return true
      default:
        return false
    }
  }

  #object(code: number): boolean {
    switch (code) {
      case 0x80: // PROTO
        if (this.#in.number(1) > 5) throw new Refusal('is of a newer protocol than 5')
        return true
      case 0x95: // FRAME: nothing is read ahead, so its length is of no use
        this.#in.take(8)
        return true
      case 0x63: // GLOBAL
        this.#stack.push(this.#global(this.#in.line(200), this.#in.line(200)))
        return true
      case 0x93: // STACK_GLOBAL
        this.#stack.push(this.#global(...(this.#popMany(2) as [Value, Value])))
        return true
      case 0x52: // REDUCE
        this.#stack.push(call(...(this.#popMany(2) as [Value, Value])))
        return true
      case 0x81: // NEWOBJ
        this.#stack.push(instance(...(this.#popMany(2) as [Value, Value])))
        return true
      case 0x62: // BUILD
        this.#build(this.#pop())
        return true
      case 0x51: // BINPERSID
        this.#stack.push(this.#persistent(this.#pop()))
        return true
      default:
        return false
    }
  }

  #global(module: Value, name: Value): Value {
    if (typeof module !== 'string' || typeof name !== 'string') throw new Refusal('names a global by what is no text')
    const full = `${module}.${name}`
    if (!isAllowed(full)) throw new Refusal(`uses ${JSON.stringify(full.slice(0, 120))}`)
    const known = this.#globals.get(full) ?? new Global(full)
    this.#globals.set(full, known)
    return known
  }

  #persistent(id: Value): Value {
    const value = persistent(id)
    if (value instanceof Storage) this.#storages.push(value)
    return value
  }

  #build(state: Value): void {
    build(this.#top(), state)
  }

  #append(items: Value[], toSet = false): void {
    const target = this.#top()
    const list = toSet && target instanceof PySet ? target.items : !toSet && Array.isArray(target) ? target : undefined
    if (!list) throw new Refusal(`appends to what is no ${toSet ? 'set' : 'list'}`)
    for (const item of items) list.push(item)
  }

  #setItems(items: Value[]): void {
    const target = this.#top()
    if (!(target instanceof Map)) throw new Refusal('sets items of what is no dict')
    if (items.length % 2 > 0) throw new Refusal('sets a key without a value')
    for (let i = 0; i < items.length; i += 2) target.set(hashable(items[i]!), items[i + 1]!)
  }

  #stop(): Unpickled {
    const value = this.#pop()
    if (this.#stack.length > 0 || this.#marks.length > 0) throw new Refusal('leaves more than one object')
    return { value, storages: this.#storages, end: this.#in.at }
  }

  #top(): Value {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw new Refusal('takes from an empty stack')
    return this.#stack.at(-1)!
  }

  #pop(): Value {
    return this.#popMany(1)[0]!
  }

  #popMany(count: number): Value[] {
    const height = this.#stack.length - count
    if (height < (this.#marks.at(-1) ?? 0)) throw new Refusal('takes from an empty stack')
    return this.#stack.splice(height)
  }

  #popToMark(): Value[] {
    const height = this.#marks.pop()
    if (height === undefined) throw new Refusal('has no mark')
    return this.#stack.splice(height)
  }

  #remembered(key: number): Value {
    const value = this.#memo.get(key)
    if (value === undefined) throw new Refusal(`refers to object ${key}, which was not remembered`)
    return value
  }

  #refuse(what: string, at: number): EgoLensError {
    return new EgoLensError('pth/refused', `the pickle ${what} at byte ${at - this.begin}, which is not read`, {
      where: this.file.where,
      cure: 'only tensors in plain containers are; save model.state_dict() alone',
    })
  }
}
