import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as settle } from 'node:timers/promises'
import { type BenchmarkDocument, benchmarkDocument, type Side } from './document.js'
import { commit, differences, machine, versions } from './machine.js'
import { median, summary } from './statistics.js'

export interface Benchmark {
  name: string
  about: string
  /** Least median of a ratio or figure, by name; `ratio` is the headline. */
  goals?: Record<string, number>
  run(bench: Bench): Promise<void>
}

export interface BenchOptions {
  threads: number
  /** Smallest sizes: only to see that it runs. */
  quick: boolean
}

const PAUSE = 100 // ms

type Measure = () => number | Promise<number>
/** A side that is not there is undefined, and so are its samples. */
type Sides = Record<string, Measure | undefined>
type Samples<S extends Sides> = { [K in keyof S]: undefined extends S[K] ? number[] | undefined : number[] }

/** Gathers what one benchmark measures. */
export class Bench {
  readonly threads: number
  readonly quick: boolean
  /** How often each side is measured. */
  readonly pairs: number
  /** A folder for files, gone at the end. */
  readonly folder = mkdtempSync(join(tmpdir(), 'egolens-bench-'))
  readonly #machine = machine()
  readonly #versions = versions()
  readonly #settings: BenchmarkDocument['settings'] = {}
  readonly #sides: Record<string, Side> = {}
  readonly #figures: BenchmarkDocument['figures'] = {}
  readonly #ratios: Record<string, number> = {}
  readonly #ranges: BenchmarkDocument['ranges'] = {}
  readonly #notes: string[] = []

  constructor(
    private readonly benchmark: Benchmark,
    { threads, quick }: BenchOptions,
  ) {
    this.threads = threads
    this.quick = quick
    this.pairs = quick ? 2 : 5
    this.set({ threads, pairs: this.pairs, clock: process.env.EGOLENS_BENCH_CLOCK === 'cpu' ? 'processor' : 'wall' })
  }

  say(line: string): void {
    process.stderr.write(`${this.benchmark.name}: ${line}\n`)
  }

  /** Something that the reader should know, on stderr and in the document. */
  note(line: string): void {
    this.say(line)
    this.#notes.push(line)
  }

  set(settings: BenchmarkDocument['settings']): void {
    Object.assign(this.#settings, settings)
  }

  version(name: string, version: string): void {
    this.#versions[name] = version
  }

  side(name: string, side: Side): void {
    this.#sides[name] = side
    this.say(`${name}: ${side.engine}, ${side.blas ?? 'its own BLAS'}, ${side.threads} threads, ${side.instructionSet}`)
  }

  /** True where two sides run on the same library, threads and instructions; otherwise the difference is noted. */
  comparable(ours: string, theirs: string): boolean {
    const [a, b] = [this.#sides[ours], this.#sides[theirs]]
    const differ = a && b ? differences(a, b) : [`${a ? theirs : ours} did not run`]
    if (differ.length > 0) this.note(`no ratio of ${ours} to ${theirs}: ${differ.join('; ')}`)
    return differ.length === 0
  }

  figure(name: string, unit: string, samples: readonly number[]): void {
    const found = summary(unit, samples)
    this.#figures[name] = found
    this.say(`${name}: ${show(found.median)} ${unit} (${show(found.low)} to ${show(found.high)})`)
  }

  /** Pair by pair how many times less than `theirs` `ours` took. Without a name it is the headline. */
  ratio(ours: readonly number[], theirs: readonly number[], name = 'ratio'): void {
    const each = ours.map((value, i) => theirs[i]! / value)
    this.#ratios[name] = median(each)
    this.#ranges[name] = [Math.min(...each), Math.max(...each)]
    this.say(`${name}: ${show(this.#ratios[name])} (${show(Math.min(...each))} to ${show(Math.max(...each))})`)
  }

  /**
   * Measures each side once to warm up, then in turn: ours, peer, ours, peer ... Each gives its own number, seconds
   * where it is to be made a ratio of.
   */
  async interleave<S extends Sides>(sides: S): Promise<Samples<S>> {
    const present = Object.entries(sides).filter((entry): entry is [string, Measure] => entry[1] !== undefined)
    const samples: Record<string, number[]> = {}
    for (const [name, measure] of present) {
      samples[name] = []
      await measure()
    }
    for (let pair = 0; pair < this.pairs; pair++) {
      for (const [name, measure] of present) {
        await settle(PAUSE) // threads of the side before may still be spinning
        samples[name]!.push(await measure())
      }
      const each = present.map(([name]) => `${name} ${show(samples[name]!.at(-1)!)}`)
      this.say(`pair ${pair + 1} of ${this.pairs}: ${each.join(', ')}`)
    }
    return samples as Samples<S>
  }

  document(): BenchmarkDocument {
    const { name, about, goals = {} } = this.benchmark
    const { ratio = null, ...ratios } = this.#ratios
    const value = (of: string) => this.#ratios[of] ?? this.#figures[of]?.median
    const held = Object.entries(goals).map(([of, least]) => {
      const got = value(of)
      return [of, { least, met: got === undefined ? null : got >= least }]
    })
    return benchmarkDocument.parse({
      name,
      about,
      quick: this.quick,
      date: new Date().toISOString(),
      commit: commit(),
      machine: this.#machine,
      versions: this.#versions,
      settings: this.#settings,
      sides: this.#sides,
      figures: this.#figures,
      ratio,
      ratios,
      ranges: this.#ranges,
      goals: Object.fromEntries(held),
      notes: this.#notes,
    })
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Four digits that matter. */
export function show(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value)
  return Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(4)))
}
