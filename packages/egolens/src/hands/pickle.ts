import { EgoLensError } from '../errors.js'

/**
 * Reads a Python pickle that holds nothing but a list of bytes, as EPIC-KITCHENS' detections do. Only the dozen
 * instructions that write such a list are known; any other, above all those that call Python code, is refused.
 *
 * @param where named in errors
 */
export function readBytesPickle(file: Uint8Array, where: string): Uint8Array[] {
  return new Reader(file, where).read()
}

const MARK = Symbol('mark')
type Value = Uint8Array | Value[] | typeof MARK

class Reader {
  readonly #view: DataView
  readonly #stack: Value[] = []
  readonly #memo = new Map<number, Value>()
  #at = 0

  constructor(
    readonly file: Uint8Array,
    readonly where: string,
  ) {
    this.#view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  }

  read(): Uint8Array[] {
    while (true) {
      const start = this.#at
      const code = this.#number(1)
      if (code === 0x2e) return this.#result(start) // STOP
      this.#step(code, start)
    }
  }

  #step(code: number, start: number): void {
    switch (code) {
      case 0x80: // PROTO
        if (this.#number(1) > 5) throw this.#refuse(start, 'a newer pickle protocol than 5')
        return
      case 0x95: // FRAME: the length of what follows, which needs no checking as nothing is read ahead
        this.#number(8)
        return
      case 0x5d: // EMPTY_LIST
        this.#stack.push([])
        return
      case 0x28: // MARK
        this.#stack.push(MARK)
        return
      case 0x43: // SHORT_BINBYTES
        this.#stack.push(this.#bytes(this.#number(1)))
        return
      case 0x42: // BINBYTES
        this.#stack.push(this.#bytes(this.#number(4)))
        return
      case 0x8e: // BINBYTES8
        this.#stack.push(this.#bytes(this.#number(8)))
        return
      case 0x61: // APPEND
        this.#append(this.#stack.splice(-1), start)
        return
      case 0x65: // APPENDS
        this.#append(this.#stack.splice(this.#stack.lastIndexOf(MARK) + 1), start, true)
        return
      case 0x94: // MEMOIZE
        this.#memo.set(this.#memo.size, this.#top(start))
        return
      case 0x71: // BINPUT
        this.#memo.set(this.#number(1), this.#top(start))
        return
      case 0x72: // LONG_BINPUT
        this.#memo.set(this.#number(4), this.#top(start))
        return
      case 0x68: // BINGET
        this.#stack.push(this.#remembered(this.#number(1), start))
        return
      case 0x6a: // LONG_BINGET
        this.#stack.push(this.#remembered(this.#number(4), start))
        return
      default:
        throw this.#refuse(start, `instruction 0x${code.toString(16)}`)
    }
  }

  #append(items: Value[], start: number, marked = false): void {
    if (marked && this.#stack.pop() !== MARK) throw this.#refuse(start, 'an append without a mark')
    const list = this.#stack.at(-1)
    if (!Array.isArray(list) || items.length === 0) throw this.#refuse(start, 'an append to what is no list')
    for (const item of items) {
      if (!(item instanceof Uint8Array)) throw this.#refuse(start, 'a list of something else than bytes')
      list.push(item)
    }
  }

  #result(start: number): Uint8Array[] {
    const [list, ...more] = this.#stack
    if (!Array.isArray(list) || more.length > 0) throw this.#refuse(start, 'something else than one list')
    return list as Uint8Array[]
  }

  #top(start: number): Value {
    const top = this.#stack.at(-1)
    if (top === undefined || top === MARK) throw this.#refuse(start, 'nothing to remember')
    return top
  }

  #remembered(key: number, start: number): Value {
    const value = this.#memo.get(key)
    if (!(value instanceof Uint8Array)) throw this.#refuse(start, 'a reference to what is no bytes')
    return value
  }

  #number(size: 1 | 4 | 8): number {
    const at = this.#at
    if (at + size > this.file.length) throw this.#refuse(at, 'an early end')
    this.#at += size
    if (size === 1) return this.#view.getUint8(at)
    if (size === 4) return this.#view.getUint32(at, true)
    return Number(this.#view.getBigUint64(at, true))
  }

  #bytes(length: number): Uint8Array {
    const at = this.#at
    if (length > this.file.length - at) throw this.#refuse(at, 'bytes that reach beyond the end')
    this.#at += length
    return this.file.subarray(at, at + length)
  }

  #refuse(at: number, what: string): EgoLensError {
    return new EgoLensError(
      'hands/not-detections',
      `the pickle holds ${what} at byte ${at}; only a list of bytes is read`,
      {
        where: this.where,
        cure: "give EPIC-KITCHENS' hand-object detections, one file a video",
      },
    )
  }
}
