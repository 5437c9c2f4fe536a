import { join } from 'node:path'
import { elementSize, type Tensor } from '@egolens/torch'
import { exists, readBytes } from '../../files/read.js'
import { createDirectory, writeAtomic } from '../../files.js'
import { saveTensors } from '../../weights/save-tensors.js'
import { formatLanguageConfig } from './config.js'
import type { CausalLM } from './model.js'

export interface SaveLanguageOptions {
  /** Most bytes of tensors in a file; 5 GB by default. */
  shardBytes?: number
  /** A directory whose tokenizer goes along. */
  tokenizerFrom?: string
}

/** Readers of the other side look for it. */
const metadata = { format: 'pt' }
const tokenizerFiles = ['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'generation_config.json']

/**
 * Writes config.json and the weights in Hugging Face's layout: model.safetensors, or shards with an index where there
 * are more bytes than fit one. The directory appears when all of it is there; its name must be free.
 *
 * @throws EgoLensError `disk/...`
 * @example await saveCausalLM('models/merged', model, { tokenizerFrom: 'models/base' })
 */
export async function saveCausalLM(dir: string, model: CausalLM, options: SaveLanguageOptions = {}): Promise<void> {
  const state = model.stateDict()
  const groups = shards(state, options.shardBytes ?? 5e9)
  await createDirectory(dir, async (into) => {
    const weightMap: Record<string, string> = {}
    for (const [i, names] of groups.entries()) {
      const file = groups.length === 1 ? 'model.safetensors' : shardName(i, groups.length)
      await saveTensors(join(into, file), Object.fromEntries(names.map((name) => [name, state[name]!])), metadata)
      for (const name of names) weightMap[name] = file
    }
    if (groups.length > 1) {
      const total = Object.values(state).reduce((sum, tensor) => sum + bytes(tensor), 0)
      const index = { metadata: { total_size: total }, weight_map: weightMap }
      await writeAtomic(join(into, 'model.safetensors.index.json'), `${JSON.stringify(index, null, 2)}\n`)
    }
    const config = formatLanguageConfig(model.config, model.dtype)
    await writeAtomic(join(into, 'config.json'), `${JSON.stringify(config, null, 2)}\n`)
    for (const name of tokenizerFiles) {
      const from = options.tokenizerFrom && join(options.tokenizerFrom, name)
      if (from && (await exists(from))) await writeAtomic(join(into, name), await readBytes(from))
    }
  })
}

/** Names in order, cut where a file would grow beyond its size. */
function shards(state: Readonly<Record<string, Tensor>>, limit: number): string[][] {
  const groups: string[][] = [[]]
  let filled = 0
  for (const name of Object.keys(state)) {
    const size = bytes(state[name]!)
    if (filled > 0 && filled + size > limit) {
      groups.push([])
      filled = 0
    }
    groups.at(-1)!.push(name)
    filled += size
  }
  return groups
}

const bytes = ({ numel, dtype }: Tensor) => numel * elementSize(dtype)
const shardName = (i: number, of: number) =>
  `model-${String(i + 1).padStart(5, '0')}-of-${String(of).padStart(5, '0')}.safetensors`
