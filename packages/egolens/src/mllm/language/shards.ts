import { join } from 'node:path'
import { z } from 'zod'
import { EgoLensError } from '../../errors.js'
import { exists, readJson } from '../../files/read.js'
import { weightFiles } from '../../weights/files.js'
import { openSafetensors } from '../../weights/open-safetensors.js'

const indexName = 'model.safetensors.index.json'
const index = z.object({ weight_map: z.record(z.string(), z.string()) })

/**
 * Holds an index of shards against what the shards hold; a directory without one is right.
 *
 * @throws EgoLensError `weights/bad-index` listing every tensor that lies elsewhere than the index says, that no shard
 * holds, or that the index leaves out; `weights/no-files` for missing shards
 */
export async function checkShardIndex(dir: string): Promise<void> {
  if ((await exists(join(dir, 'model.safetensors'))) || !(await exists(join(dir, indexName)))) return
  const found = new Map<string, string>()
  for (const path of await weightFiles(dir)) {
    using file = openSafetensors(path)
    for (const name of file.names) found.set(name, path.slice(dir.length + 1))
  }
  const where = join(dir, indexName)
  const said = new Map(Object.entries(index.parse(await readJson(where)).weight_map))
  const lines = [
    ...[...said].flatMap(([name, shard]) => {
      const real = found.get(name)
      if (real === shard) return []
      return [real === undefined ? `${name}: in no shard` : `${name}: in ${real}, not in ${shard}`]
    }),
    ...[...found].flatMap(([name, shard]) => (said.has(name) ? [] : [`${name}: in ${shard}, not in the index`])),
  ]
  if (lines.length === 0) return
  throw new EgoLensError(
    'weights/bad-index',
    `the index and the shards disagree on ${lines.length} tensors:\n  ${lines.join('\n  ')}`,
    { where, cure: 'take the index and all shards of one revision; pull the model again' },
  )
}
