import { ones, scope } from '@egolens/torch'
import type { LanguageConfig } from 'egolens'
import type { Bench } from './bench.js'
import { clock } from './clock.js'

/** What a language model's products take, in floating-point operations: a multiplication and an addition are two. */
export interface LanguageWork {
  /** Of the linear layers, for one token. */
  linear: number
  /** Of attention, for all tokens of a causal sequence: half of all pairs. */
  attention: number
  /** Of the logits, for one token. */
  logits: number
}

export function languageWork(config: LanguageConfig, length: number): LanguageWork {
  const { layers, width, hidden, heads, keyValueHeads, vocabulary } = config
  const projections = 2 * width ** 2 + (2 * width ** 2 * keyValueHeads) / heads
  return {
    linear: 2 * layers * (projections + 3 * width * hidden),
    attention: 2 * layers * width * length ** 2,
    logits: 2 * width * vocabulary,
  }
}

const TIMES = 8

/**
 * Measures how long so many operations take as plain products of the size of the widest layer: what a model's rate is held
 * against, as MFU is elsewhere against the rate of a data sheet.
 */
export function atGemmRate({ width, hidden }: LanguageConfig, tokens: number, flops: number): () => number {
  const [x, weight] = [ones([tokens, width]), ones([width, hidden])]
  return () => {
    const start = clock()
    for (let i = 0; i < TIMES; i++) scope(() => x.matmul(weight))
    return ((clock() - start) * flops) / (2 * TIMES * tokens * width * hidden)
  }
}

/** Figures of a rate: operations a second, and their share of what products alone reach in the same run. */
export function utilisation(bench: Bench, flops: number, ours: number[], gemm: number[]): void {
  const rate = (of: number[]) => of.map((seconds) => flops / seconds / 1e9)
  bench.figure('flops', 'GFLOP/s', rate(ours))
  bench.figure('gemmRate', 'GFLOP/s', rate(gemm))
  bench.figure(
    'mfu',
    'times',
    ours.map((seconds, i) => gemm[i]! / seconds),
  )
}
