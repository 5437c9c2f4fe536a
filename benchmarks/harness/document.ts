import { z } from 'zod'

/** Samples of one measured quantity. */
const figure = z.strictObject({
  unit: z.string().min(1),
  median: z.number(),
  low: z.number(),
  high: z.number(),
  samples: z.array(z.number()).min(1),
})

/** What one side of a comparison really ran on. */
export const side = z.strictObject({
  engine: z.string(),
  /** The library of linear algebra that the process has mapped; null where the engine carries its own. */
  blas: z.string().nullable(),
  threads: z.int().min(1),
  instructionSet: z.string(),
})
export type Side = z.infer<typeof side>

/** What a benchmark prints with `--json`: one document, on one line. */
export const benchmarkDocument = z.strictObject({
  name: z.string(),
  about: z.string(),
  /** True where sizes were cut to a minimum: the figures then say only that the benchmark runs. */
  quick: z.boolean(),
  date: z.iso.datetime(),
  commit: z.string().nullable(),
  machine: z.strictObject({
    cpu: z.string(),
    cores: z.int().min(1),
    instructionSet: z.string(),
    memoryGiB: z.number(),
    system: z.string(),
    /** Runnable processes over the last minute as the run began: above 1 the machine was not quiet. */
    loadAverage: z.number(),
  }),
  versions: z.record(z.string(), z.string()),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  sides: z.record(z.string(), side),
  figures: z.record(z.string(), figure),
  /** The headline: same algebra, number type, BLAS, threads on both sides; above 1 ours is better. */
  ratio: z.number().positive().nullable(),
  ratios: z.record(z.string(), z.number().positive()),
  /** Least and most of the pairs, of `ratio` and of each of `ratios`. */
  ranges: z.record(z.string(), z.tuple([z.number(), z.number()])),
  /** What each ratio or figure should reach at least, and whether its median did. */
  goals: z.record(z.string(), z.strictObject({ least: z.number(), met: z.boolean().nullable() })),
  notes: z.array(z.string()),
})
export type BenchmarkDocument = z.infer<typeof benchmarkDocument>
