import type { LabelSets } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import { readAdapterInfo } from './adapter.js'
import { otherClasses } from './inputs.js'
import { componentsOf, type Recipe } from './recipe.js'
import { differences, runPaths } from './run-directory.js'

/**
 * Holds a run's adapter against its recipe: numbers would be told of the one and be those of the other.
 * @throws EgoLensError `adapter/other-recipe` naming what differs: method, options, encoders, frames, hand boxes;
 * `adapter/other-classes`
 */
export async function checkAdapter(directory: string, recipe: Recipe): Promise<void> {
  const { method, options, components, backbone, features, labels } = await readAdapterInfo(directory)
  const parts = ({ clip, context }: Recipe['backbone'], { every, window, compute, hands }: typeof features) => ({
    backbone: { clip, context },
    features: { every, window: window ?? {}, compute, hands },
  })
  const wanted = {
    method: recipe.method,
    options: recipe.options,
    components: componentsOf(recipe),
    ...parts(recipe.backbone, recipe.features),
  }
  const other = differences(wanted, { method, options, components, ...parts(backbone, features) })
  if (other.length === 0) return checkClasses(directory, labels)
  const message = `the adapter was not trained with this run's recipe: ${other.join(', ')}`
  throw new EgoLensError('adapter/other-recipe', message, {
    where: runPaths(directory).adapter,
    cure: 'evaluate it in the directory that it was trained in, or train this recipe',
  })
}

/** Which classes are shared and which are novel follows from those of training: they must be this run's. */
async function checkClasses(directory: string, labels: LabelSets): Promise<void> {
  const other = await otherClasses(directory, labels)
  if (other.length === 0) return
  const message = `the adapter was trained on other ${other.join(' and ')} than this run was begun on`
  throw new EgoLensError('adapter/other-classes', message, {
    where: runPaths(directory).adapter,
    cure: 'evaluate it in the directory that it was trained in, or train here anew',
  })
}
