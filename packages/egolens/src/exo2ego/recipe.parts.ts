import { type ConnectorOptions, visualTokens } from '../mllm/visual/index.js'
import type { View } from './model/model.js'
import type { StageRecipe } from './recipe.schema.js'
import { type PartName, partNames, stages } from './stages/index.js'

/** The parts that a recipe's model has: those its stage needs, and in initialization the tower of the one view. */
export function partsOfRecipe(recipe: StageRecipe): PartName[] {
  const { concat, blind } = recipe.model
  if (recipe.stage === 'initialization') return [recipe.data.view!, 'connector']
  if (blind) return ['connector', 'lora']
  // G is there for cycle consistency alone.
  const without = concat === 'none' ? ['mapping', 'inverse'] : recipe.losses.ccl!.weight === 0 ? ['inverse'] : []
  const lora = recipe.train.lora === false ? ['lora'] : []
  const { parts } = stages[recipe.stage]
  return partNames.filter((part) => parts.includes(part) && ![...without, ...lora].includes(part))
}

/** Those of them that it trains. */
export function trainedOf(recipe: StageRecipe): PartName[] {
  // Of a model that sees nothing only the language model learns.
  const usual = recipe.model.blind ? ['lora'] : stages[recipe.stage].trains
  return partsOfRecipe(recipe).filter((part) => recipe.train[part] ?? usual.includes(part))
}

/** Whether F(x) is read beside x. */
export const isMapped = (recipe: StageRecipe): boolean => partsOfRecipe(recipe).includes('mapping')

/** Visual tokens that the language model reads of a record. @param side patches along a side of a frame */
export function visualLength(recipe: StageRecipe, side: number, connector: ConnectorOptions): number {
  const { blind, frames, concat } = recipe.model
  if (blind) return 0
  const own = visualTokens(frames, side, connector)
  return isMapped(recipe) && concat === 'token' ? 2 * own : own
}

/** Whose frames are looked at. */
export function viewsOf({ stage, data, model }: StageRecipe): readonly View[] {
  if (model.blind) return []
  if (stage === 'initialization') return [data.view!]
  return stage === 'guidance' && model.concat === 'none' ? ['ego'] : stages[stage].views
}
