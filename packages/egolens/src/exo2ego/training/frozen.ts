import { EgoLensError } from '../../errors.js'
import type { Exo2Ego } from '../model/model.js'
import { frozenHashes } from '../model/parts.js'
import type { PartName } from '../stages/index.js'

/** What a stage must leave alone is as it was. */
export async function refuseChanged(model: Exo2Ego, trained: readonly PartName[], before: Record<string, string>) {
  const after = await frozenHashes(model, trained)
  const changed = Object.keys(before).filter((part) => after[part] !== before[part])
  if (changed.length === 0) return
  throw new EgoLensError('exo2ego/frozen-changed', `frozen parts have changed: ${changed.join(', ')}`, {
    cure: 'this is a fault of the program: nothing was written; please report it with the recipe',
  })
}
