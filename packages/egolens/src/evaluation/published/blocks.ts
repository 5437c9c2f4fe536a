import type { Component } from '../../datasets/types.js'
import type { PublishedBlock, PublishedRow, Quantity } from './types.js'

/** The paper's two large datasets: reader, the paper's abbreviation, what recipes call it. */
const sides = {
  ego4d: { reader: 'ego4d-fho-lta', title: 'E4D', name: 'Ego4D' },
  ek: { reader: 'epic-kitchens-100', title: 'EK', name: 'EPIC-KITCHENS' },
} as const
type Side = keyof typeof sides

const components = ['noun', 'verb'] as const
const titles: Record<Component, string> = { noun: 'Nouns', verb: 'Verbs' }

/** Nouns and verbs within, across and their harmonic mean, of runs that were trained on one of the two datasets. */
export function withinCross(
  from: Side,
  { group = `Trained on ${sides[from].name}`, run = `{}-${from}` } = {},
): PublishedBlock[] {
  const other = sides[from === 'ego4d' ? 'ek' : 'ego4d']
  return components.map((component) => ({
    group,
    title: titles[component],
    component,
    within: sides[from].reader,
    cross: other.reader,
    columns: columns([sides[from].title, 'within'], [other.title, 'cross'], ['hm', 'hm']),
    run: `${run}-${component}`,
  }))
}

/** Nouns and verbs on shared and novel classes of the dataset that was not trained on. */
export function sharedNovel(from: Side): PublishedBlock[] {
  const [trained, tested] = [sides[from], sides[from === 'ego4d' ? 'ek' : 'ego4d']]
  return withinCross(from, { group: `Trained on ${trained.title}, evaluated on ${tested.title}` }).map((block) => ({
    ...block,
    columns: columns(['shared', 'shared'], ['novel', 'novel'], ['hm', 'shared-novel']),
  }))
}

export const columns = (...list: [title: string, quantity: Quantity][]): PublishedBlock['columns'] =>
  list.map(([title, quantity]) => ({ title, quantity }))

const attentive = ['clip-adapter-temporal', 'a5', 'vita-clip', 'x-mic', 'x-mic-dino']

/** Marks the methods with temporal attention; the others average the frames. */
export const withAttention = (rows: readonly PublishedRow[]): PublishedRow[] =>
  rows.map((row) => ({ ...row, mark: attentive.includes(row.run) ? '✓' : '-' }))
