import { EgoLensError, nearest } from '../errors.js'
import { ego4dFhoLta } from './ego4d-fho-lta.js'
import { egtea } from './egtea.js'
import { epicKitchens100 } from './epic-kitchens-100.js'
import { parseOptions } from './options.js'
import { own } from './own.js'
import type { Dataset, DatasetReader, OnFault } from './types.js'

const readers: DatasetReader[] = [epicKitchens100, ego4dFhoLta, egtea, own]

/** Every dataset that can be read, by name. */
export const datasets: ReadonlyMap<string, DatasetReader> = new Map(readers.map((reader) => [reader.name, reader]))

/**
 * Opens a dataset by name.
 *
 * @param options what the reader asks for, checked here; see the reader's `options`
 * @param onFault told of each faulty row, which is then left out; without it the first one is thrown
 * @throws EgoLensError naming the unknown dataset, the wrong option, or file and line
 * @example
 * const dataset = await openDataset('own', { file: 'clips.csv' })
 * dataset.clips('train').length
 */
export async function openDataset(name: string, options: unknown, onFault?: OnFault): Promise<Dataset> {
  const reader = datasets.get(name)
  if (!reader) {
    const similar = nearest(name, datasets.keys())
    throw new EgoLensError('dataset/unknown', `there is no dataset "${name}"`, {
      cure: similar.length > 0 ? `did you mean "${similar[0]}"?` : `known are ${[...datasets.keys()].join(', ')}`,
    })
  }
  return reader.open(parseOptions(reader.options, options, name), onFault)
}
