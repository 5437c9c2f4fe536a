import type { Readable } from 'node:stream'

/** Bytes that may wait for a slow reader; one block may always. */
const AHEAD = 1 << 24

/**
 * Cuts a stream into blocks of exactly `size` bytes, each with memory of its own. It is read while the reader of the
 * blocks is busy, so that whoever writes goes on, until `AHEAD` bytes wait. A part of a block at the end is dropped.
 */
export class Blocks {
  readonly #ready: Uint8Array[] = []
  readonly #most: number
  #block: Uint8Array
  #filled = 0
  #ended = false
  #wake: () => void = () => {}

  /** @param onBytes told of the length of each piece as it comes */
  constructor(
    private readonly stream: Readable,
    private readonly size: number,
    onBytes: (length: number) => void,
  ) {
    this.#most = Math.max(1, Math.floor(AHEAD / size))
    this.#block = memory(size)
    const end = () => {
      this.#ended = true
      this.#wake()
    }
    stream.on('data', (piece: Buffer) => {
      onBytes(piece.length)
      this.#add(piece)
    })
    // Why it ended before its time is known to whoever owns the stream.
    for (const event of ['end', 'close', 'error']) stream.once(event, end)
  }

  /** A block that is there, or undefined. */
  take(): Uint8Array | undefined {
    const block = this.#ready.shift()
    if (block && this.stream.isPaused()) this.stream.resume()
    return block
  }

  /** Resolves as soon as there is a block to take, or no more. */
  async more(): Promise<boolean> {
    if (this.#ready.length === 0 && !this.#ended) {
      await new Promise<void>((wake) => {
        this.#wake = wake
      })
    }
    return this.#ready.length > 0
  }

  #add(piece: Buffer): void {
    for (let used = 0; used < piece.length; ) {
      const part = Math.min(this.size - this.#filled, piece.length - used)
      this.#block.set(used === 0 && part === piece.length ? piece : piece.subarray(used, used + part), this.#filled)
      this.#filled += part
      used += part
      if (this.#filled === this.size) this.#give()
    }
  }

  #give(): void {
    this.#ready.push(this.#block)
    this.#block = memory(this.size)
    this.#filled = 0
    if (this.#ready.length >= this.#most) this.stream.pause()
    this.#wake()
  }
}

/** Not filled with zeros first: a block is given when it is whole. */
function memory(size: number): Uint8Array {
  const { buffer } = Buffer.allocUnsafeSlow(size)
  return new Uint8Array(buffer)
}
