import { safetensors, scope, type Tensor } from '@egolens/torch'
import { EgoLensError } from '../errors.js'
import { weightFiles } from '../weights/files.js'
import { openSafetensors } from '../weights/open-safetensors.js'

/** Tensors by name, read one at a time. */
export interface WeightSource {
  names: readonly string[]
  shape(name: string): readonly number[]
  tensor(name: string): Tensor
  close(): void
}

/** Tensors of fewer elements are copied; others are mapped, each on its own. */
const small = 1 << 18

/**
 * All weight files of a directory as one source. Two shards that hold the same name are refused.
 *
 * A mapped file counts as memory wherever it was read, until its last view is gone. So each large tensor has a mapping
 * of its own: one that is converted, merged or scaled leaves nothing behind, and loading takes little more memory than
 * the weights.
 */
export async function openDirectory(dir: string): Promise<WeightSource> {
  const files = (await weightFiles(dir)).map((path) => ({ path, source: openSafetensors(path) }))
  const homes = new Map<string, (typeof files)[number]>()
  for (const file of files) {
    for (const name of file.source.names) {
      if (homes.has(name)) throw new EgoLensError('weights/bad-index', `two shards hold "${name}"`, { where: dir })
      homes.set(name, file)
    }
  }
  return {
    names: [...homes.keys()],
    shape: (name) => homes.get(name)!.source.info(name).shape,
    tensor(name) {
      const { path, source } = homes.get(name)!
      if (count(source.info(name).shape) < small) return scope(() => source.tensor(name).clone())
      using alone = safetensors.open(path)
      return alone.tensor(name)
    },
    close: () => {
      for (const { source } of files) source.close()
    },
  }
}

/**
 * Refuses tensors with values that are no numbers. They are read one at a time and let go of, before the weights are
 * bound: what is mapped and looked at counts as memory.
 *
 * @throws EgoLensError `weights/not-finite` naming them
 */
export function checkFinite(source: WeightSource, names: Iterable<string>, where: string): void {
  const broken = [...names].filter((name) => !scope(() => isFiniteTensor(source.tensor(name))))
  if (broken.length === 0) return
  const few = `${broken.slice(0, 8).join(', ')}${broken.length > 8 ? ', ...' : ''}`
  throw new EgoLensError('weights/not-finite', `${broken.length} tensors hold NaN or infinite values: ${few}`, {
    where,
    cure: 'pull or convert the weights again; training that made them has diverged',
  })
}

/** A source whose names all begin with the prefix, shown without it; any other as it is. */
export function withoutPrefix(source: WeightSource, prefix: string): WeightSource {
  if (!source.names.every((name) => name.startsWith(prefix))) return source
  return {
    names: source.names.map((name) => name.slice(prefix.length)),
    shape: (name) => source.shape(prefix + name),
    tensor: (name) => source.tensor(prefix + name),
    close: () => source.close(),
  }
}

/** How many numbered layers there are under a prefix such as `blocks.`. */
export function depthOf(names: readonly string[], prefix: string): number {
  const numbers = names
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number.parseInt(name.slice(prefix.length), 10))
  return Math.max(-1, ...numbers) + 1
}

/**
 * The shape of a tensor that tells a model's size.
 *
 * @throws EgoLensError `weights/mismatch` where it is missing
 */
export function tellingShape({ names, shape }: Pick<WeightSource, 'names' | 'shape'>, name: string, where: string) {
  if (names.includes(name)) return shape(name)
  throw new EgoLensError('weights/mismatch', `the tensor "${name}" is missing`, { where })
}

/** A sum takes no memory and shows every NaN; only where it overflows each value is looked at. */
function isFiniteTensor(tensor: Tensor): boolean {
  return Number.isFinite(tensor.sum().item()) || Boolean(tensor.isfinite().all().item())
}

const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)
