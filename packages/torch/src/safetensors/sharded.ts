import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { TorchError } from '../errors.js'
import type { Tensor } from '../tensor.js'
import { missing, open, type TensorInfo, type TensorSource } from './file.js'
import { JsonSyntaxError, parseStrictJson, type StrictJson } from './strict-json.js'

const INDEX_NAME = 'model.safetensors.index.json'
const MAX_INDEX_BYTES = 100_000_000
const LIMITS = { depth: 16, values: 4_000_000 }

/**
 * Opens several safetensors files that a Hugging Face index (`model.safetensors.index.json`) joins. A shard is opened
 * when its first tensor is asked for.
 * @param path the index file, or the directory that holds it
 * @throws TorchError `BadSafetensors` where the index is malformed or names a file outside its directory
 * @example
 * using model = safetensors.openSharded('Mistral-7B')
 * const head = model.tensor('lm_head.weight')
 */
export function openSharded(path: string): TensorSource {
  const index = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, INDEX_NAME) : path
  return new ShardedTensors(index, readWeightMap(index))
}

class ShardedTensors implements TensorSource {
  readonly names: readonly string[]
  readonly #open = new Map<string, TensorSource>()

  constructor(
    private readonly index: string,
    private readonly weightMap: ReadonlyMap<string, string>,
  ) {
    this.names = [...weightMap.keys()]
  }

  /** The metadata of every shard; where shards differ the first one named in the index wins. */
  get metadata(): Readonly<Record<string, string>> {
    const shards = [...new Set(this.weightMap.values())].reverse()
    return Object.assign(Object.create(null), ...shards.map((shard) => this.#shard(shard).metadata))
  }

  info(name: string): TensorInfo {
    return this.#holding(name).info(name)
  }

  tensor(name: string): Tensor {
    return this.#holding(name).tensor(name)
  }

  close(): void {
    for (const shard of this.#open.values()) shard.close()
    this.#open.clear()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #holding(name: string): TensorSource {
    return this.#shard(this.weightMap.get(name) ?? missing(this.index, name, this.names))
  }

  #shard(name: string): TensorSource {
    const known = this.#open.get(name)
    if (known) return known
    const shard = open(join(dirname(this.index), name))
    this.#open.set(name, shard)
    return shard
  }
}

function readWeightMap(index: string): ReadonlyMap<string, string> {
  const size = statSync(index, { throwIfNoEntry: false })?.size
  if (size === undefined) throw new TorchError('FileUnreadable', `There is no ${index}.`)
  if (size > MAX_INDEX_BYTES) refuse(index, `the index is larger than ${MAX_INDEX_BYTES} bytes`)
  const document = parseIndex(index)
  const weightMap = document instanceof Map ? document.get('weight_map') : undefined
  if (!(weightMap instanceof Map)) return refuse(index, "'weight_map' is not an object")
  for (const [name, shard] of weightMap) {
    if (typeof shard !== 'string') refuse(index, `the file of tensor ${JSON.stringify(name)} is not a string`)
    if (!isPlainName(shard)) {
      refuse(
        index,
        `tensor ${JSON.stringify(name)} is said to lie in ${JSON.stringify(shard)}, not a file beside the index`,
      )
    }
  }
  return weightMap as Map<string, string>
}

function parseIndex(index: string): StrictJson {
  try {
    return parseStrictJson(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(index)), LIMITS)
  } catch (error) {
    if (error instanceof JsonSyntaxError) return refuse(index, error.message)
    if (error instanceof TypeError) return refuse(index, 'it is not valid UTF-8')
    throw error
  }
}

// An index comes from a download: it must not be able to name any other file of the machine.
function isPlainName(name: string): boolean {
  const special = name === '' || name === '.' || name === '..'
  return !special && !isAbsolute(name) && basename(name) === name && !/[\\/\0:]/.test(name)
}

function refuse(index: string, what: string): never {
  throw new TorchError('BadSafetensors', `${index}: Not a valid index of safetensors files: ${what}.`)
}
