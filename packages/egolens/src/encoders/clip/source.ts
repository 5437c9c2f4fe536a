import { safetensors, type Tensor } from '@egolens/torch'
import { EgoLensError, nearest } from '../../errors.js'
import { weightFiles } from '../../weights/files.js'
import { isIgnored } from './names.js'

/** Tensors by name, read one at a time. */
export interface WeightSource {
  names: readonly string[]
  shape(name: string): readonly number[]
  tensor(name: string): Tensor
  close(): void
}

/** All weight files of a directory as one source. Two shards that hold the same name are refused. */
export async function openDirectory(dir: string): Promise<WeightSource> {
  const files = (await weightFiles(dir)).map((path) => safetensors.open(path))
  const homes = new Map<string, (typeof files)[number]>()
  for (const file of files) {
    for (const name of file.names) {
      if (homes.has(name)) throw new EgoLensError('weights/bad-index', `two shards hold "${name}"`, { where: dir })
      homes.set(name, file)
    }
  }
  return {
    names: [...homes.keys()],
    shape: (name) => homes.get(name)!.info(name).shape,
    tensor: (name) => homes.get(name)!.tensor(name),
    close: () => {
      for (const file of files) file.close()
    },
  }
}

/**
 * Holds what a source has against what a model needs, and tells everything that is wrong at once.
 *
 * @throws EgoLensError `weights/mismatch` listing all missing, extra and misshapen tensors, with the nearest names
 */
export function checkTensors(
  source: WeightSource,
  expected: ReadonlyMap<string, readonly number[]>,
  where: string,
): void {
  const given = source.names.filter((name) => !isIgnored(name))
  const there = new Set(given)
  const missing = [...expected.keys()].filter((name) => !there.has(name))
  const extra = given.filter((name) => !expected.has(name))
  const misshapen = given.filter((name) => expected.has(name) && `${expected.get(name)}` !== `${source.shape(name)}`)
  if (missing.length + extra.length + misshapen.length === 0) return
  const like = (name: string, among: string[]) => {
    const close = nearest(name, among)
    return close.length > 0 ? ` (is it ${close.join(' or ')}?)` : ''
  }
  const lines = [
    ...misshapen.map(
      (name) => `misshapen ${name}: [${source.shape(name)}] in the file, [${expected.get(name)}] by the config`,
    ),
    ...missing.map((name) => `missing ${name}${like(name, extra)}`),
    ...extra.map((name) => `extra ${name}${like(name, missing)}`),
  ]
  throw new EgoLensError('weights/mismatch', `the weights do not fit the config:\n  ${lines.join('\n  ')}`, {
    where,
    cure: 'take config.json and the weights from the same model',
  })
}
