import { EgoLensError } from '../../errors.js'
import { weightsOf } from '../model/build.js'
import type { Exo2Ego } from '../model/model.js'
import { frozenHashes } from '../model/parts.js'
import type { StageRecipe } from '../recipe.schema.js'
import type { PartName } from '../stages/index.js'
import { readOutput } from './output.js'

/**
 * What was trained beside one language model is of no use beside another, of the same shape as it may be. The parts that
 * a run has written are held against their files where they are loaded.
 *
 * @param language of this run's language model; see `languageHash`
 * @throws EgoLensError `exo2ego/other-frozen` where the run that a recipe begins from had another; runs that do not say
 * which they had are taken as they are
 */
export async function refuseOtherFrozen({ from, model }: StageRecipe, language: string): Promise<void> {
  if (from === undefined) return
  const before = await readOutput(from)
  if (before.language === undefined || before.language === language) return
  throw new EgoLensError(
    'exo2ego/other-frozen',
    `the language model (llm) is not the one that the run before has had: there ${before.weights.llm}, here ${weightsOf(model).llm}`,
    {
      where: from,
      cure: 'name the same weights by model.llm or model.base, or train the stages before beside these; weights of one name may have changed since',
    },
  )
}

/** What a stage must leave alone is as it was. */
export async function refuseChanged(model: Exo2Ego, trained: readonly PartName[], before: Record<string, string>) {
  const after = await frozenHashes(model, trained)
  const changed = Object.keys(before).filter((part) => after[part] !== before[part])
  if (changed.length === 0) return
  throw new EgoLensError('exo2ego/frozen-changed', `frozen parts have changed: ${changed.join(', ')}`, {
    cure: 'this is a fault of the program: nothing was written; please report it with the recipe',
  })
}
