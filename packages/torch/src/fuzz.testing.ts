import type { writeSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'

const full = process.env.EGOLENS_TEST === 'full'
const seconds = Number(process.env.EGOLENS_FUZZ_SECONDS ?? (full ? 600 : 2))
const seed = Number(process.env.EGOLENS_FUZZ_SEED ?? (full ? Date.now() % 2 ** 31 : 1))

const MEBIBYTE = 2 ** 20
/** What one input, of a few kilobytes at most, may make the process grow by. */
const GROWTH = 256 * MEBIBYTE
/** Any input is done within milliseconds: this is for loops without an end, on a machine however busy. */
const STUCK_MS = 120_000

/** Numbers that are the same for the same seed (mulberry32). */
export class Chance {
  constructor(private state: number) {}

  /** A whole number from 0 to n - 1. */
  below(n: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n)
  }

  /** True once in n times. */
  once(n: number): boolean {
    return this.below(n) === 0
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!
  }

  /** Up to `most` of what `make` makes. */
  many<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, make)
  }
}

/** One of the samples with changed bytes, or the head of one before the tail of another, or with words put in. */
export function mutated(
  chance: Chance,
  samples: readonly Uint8Array[],
  words: readonly (string | Uint8Array)[] = [],
): Buffer {
  const bytes = Buffer.from(chance.pick(samples))
  const way = chance.below(words.length > 0 ? 4 : 3)
  if (way === 0) {
    const tail = chance.pick(samples)
    return Buffer.concat([
      bytes.subarray(0, chance.below(bytes.length + 1)),
      tail.subarray(chance.below(tail.length + 1)),
    ])
  }
  if (way === 3) {
    const [from, to] = [chance.below(bytes.length + 1), chance.below(bytes.length + 1)]
    const word = chance.pick(words)
    const put = typeof word === 'string' ? Buffer.from(word) : word
    return Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(chance.once(4) ? to : from)])
  }
  for (let left = chance.below(6); left >= 0 && bytes.length > 0; left--) {
    const value = chance.pick([chance.below(256), 0, 255, bytes[chance.below(bytes.length)]!])
    bytes[chance.below(bytes.length)] = value
  }
  return bytes
}

/** An input and what must hold for it. */
export interface Attempt {
  /** Shown when it fails: bytes as base64, all else as JSON. */
  input: unknown
  /** Throws where it does not hold. */
  check(): void
}

/**
 * Makes inputs and checks each, for 2 seconds, or for 10 minutes in the full tests. No input may hang, nor take much
 * memory. A failure shows the input and the seed: EGOLENS_FUZZ_SEED repeats it, EGOLENS_FUZZ_SECONDS sets how long.
 *
 * @param name what holds for every input, as the name of a test
 * @param attempt makes the next one; `run` counts them, for checks that are too slow for each
 */
export function fuzz(name: string, attempt: (chance: Chance, run: number) => Attempt): void {
  const work = async () => {
    const chance = new Chance(seed)
    const watch = watchdog()
    try {
      let most = process.resourceUsage().maxRSS
      let runs = 0
      for (const end = Date.now() + 1000 * seconds; Date.now() < end; runs++) {
        const { input, check } = attempt(chance, runs)
        const report = `input ${runs} of seed ${seed}: ${shown(input)}`
        watch.begins(report)
        try {
          check()
        } catch (error) {
          throw new Error(report, { cause: error })
        }
        const now = process.resourceUsage().maxRSS
        // The first inputs load code and fill caches.
        if (runs > 100 && (now - most) * 1024 > GROWTH) throw new Error(`much memory: ${report}`)
        most = now
        if (runs % 1000 === 0) await setImmediate()
      }
      expect(most * 1024).toBeLessThan(1024 * MEBIBYTE)
      console.log(`${runs} inputs of seed ${seed}`)
    } finally {
      await watch.end()
    }
  }
  it(`${name} (seed ${seed})`, work, 1000 * seconds + 60_000 + STUCK_MS)
}

const shown = (input: unknown): string =>
  input instanceof Uint8Array ? `base64 ${Buffer.from(input).toString('base64')}` : JSON.stringify(input)

/** A thread that ends the process, and says which input it was, when none has begun for long. */
function watchdog() {
  const shared = new SharedArrayBuffer(8 + 2 ** 16)
  const head = new Int32Array(shared, 0, 2)
  const text = new Uint8Array(shared, 8)
  const worker = new Worker(
    `(${watchWorker})(require('node:worker_threads').workerData, require('node:fs').writeSync)`,
    {
      eval: true,
      workerData: { shared, limit: STUCK_MS },
    },
  )
  worker.unref()
  return {
    begins(report: string) {
      head[1] = new TextEncoder().encodeInto(report, text).written
      Atomics.add(head, 0, 1)
    },
    end: () => worker.terminate(),
  }
}

function watchWorker({ shared, limit }: { shared: SharedArrayBuffer; limit: number }, write: typeof writeSync): void {
  const head = new Int32Array(shared, 0, 2)
  let seen = -1
  setInterval(() => {
    if (head[0] !== seen) {
      seen = head[0]!
      return
    }
    write(2, `hangs: ${Buffer.from(new Uint8Array(shared, 8, head[1]).slice()).toString()}\n`)
    process.kill(process.pid, 'SIGKILL')
  }, limit)
}
