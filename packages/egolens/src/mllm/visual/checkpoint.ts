import { nn, noGrad, scope } from '@egolens/torch'
import { checkFinite, type WeightSource } from '../../encoders/source.js'
import { checkTensors } from '../../weights/mismatch.js'

/** Where the parts of the visual path stand in a checkpoint of VideoLLaMA2. */
export const checkpointPrefix = {
  vision: 'model.vision_tower.vision_tower.',
  connector: 'model.mm_projector.',
} as const

/** Whether a tensor of such a checkpoint is of the visual path, so that the language model has no use for it. */
export const isVisual = (name: string): boolean =>
  name.startsWith(`${checkpointPrefix.vision}vision_model.`) || name.startsWith(checkpointPrefix.connector)

/** What of a source is named with a prefix, shown without it; nothing where no name has it. */
export function partOf(source: WeightSource, prefix: string): WeightSource | undefined {
  const names = source.names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length))
  if (names.length === 0) return undefined
  return {
    names,
    shape: (name) => source.shape(prefix + name),
    tensor: (name) => source.tensor(prefix + name),
    close: () => source.close(),
  }
}

/**
 * Makes a module and fills it from a source, one tensor at a time, converted to the module's type.
 *
 * @param make called twice: on the device `meta`, which holds shapes and no values, then for good
 * @param isIgnored tensors that may be there and are not read
 * @throws EgoLensError `weights/mismatch` listing all missing, extra and misshapen tensors, `weights/not-finite`
 */
export function moduleFrom<M extends nn.Module>(
  source: WeightSource,
  make: (layer: nn.LayerOptions) => M,
  { where, isIgnored, layer = {} }: { where: string; isIgnored?: (name: string) => boolean; layer?: nn.LayerOptions },
): M {
  using shapes = nn.init.skip(() => make({ device: 'meta' }))
  const expected = new Map(Object.entries(shapes.stateDict()).map(([name, { shape }]) => [name, shape]))
  checkTensors(source, expected, where, isIgnored ? { isIgnored } : {})
  checkFinite(source, expected.keys(), where)
  const module = nn.init.skip(() => make(layer))
  noGrad(() => {
    for (const [name, tensor] of Object.entries(module.stateDict())) scope(() => void tensor.copy_(source.tensor(name)))
  })
  return module
}
