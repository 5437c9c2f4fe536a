import type { Component } from '../../datasets/types.js'

/**
 * What a column says of a run: top-1 on the dataset that was trained on, on the other one, and the harmonic mean of the
 * two; or top-1 on the other dataset's shared and novel classes, and their harmonic mean.
 */
export type Quantity = 'within' | 'cross' | 'hm' | 'shared' | 'novel' | 'shared-novel'

/** Neighbouring columns that the same runs fill. */
export interface PublishedBlock {
  /** "Trained on Ego4D". */
  group: string
  /** "Nouns". */
  title: string
  component: Component
  /** The dataset that is trained on and the other one, by the names of their readers. */
  within: string
  cross: string
  columns: readonly { title: string; quantity: Quantity }[]
  /** What the runs behind these columns are called; {} stands for the row's `run`. */
  run: string
  /** Runs of another name that stand here too, where they were tested on these datasets. */
  otherRun?: string
}

/** A row of numbers as printed in a paper, in per cent. */
export interface PublishedRow {
  /** The row's name in the paper. */
  name: string
  /** What of the names of its runs is its own: "coop" of "coop-ego4d-noun". */
  run: string
  /** What the table's `mark` says of it. */
  mark?: string
  /** One for each column of all blocks. */
  numbers: readonly number[]
}

/** A table of a paper: its form, and its numbers. */
export interface PublishedTable {
  number: number
  /** What it measures, in our words. */
  title: string
  /** The heading of a column that marks rows. */
  mark?: string
  blocks: readonly PublishedBlock[]
  rows: readonly PublishedRow[]
}

/** The name of the run, and of its recipe, that fills a row's cells in a block. */
export const runName = (row: PublishedRow, block: PublishedBlock): string => block.run.replace('{}', row.run)

/** That, and the name of another run that is trained in the same way. */
export const runNames = (row: PublishedRow, block: PublishedBlock): string[] =>
  [block.run, block.otherRun].flatMap((name) => name?.replace('{}', row.run) ?? [])

/** A row of a table: name, part of run names, numbers. */
export const row = (name: string, run: string, ...numbers: number[]): PublishedRow => ({ name, run, numbers })
