import { EgoLensError } from '../errors.js'
import { readAdapterInfo } from './adapter.js'
import { componentsOf, type Recipe } from './recipe.js'
import { differences, runPaths } from './run-directory.js'

/**
 * Holds a run's adapter against its recipe: numbers would be told of the one and be those of the other.
 * @throws EgoLensError `adapter/other-recipe` naming what differs: method, options, encoders, frames, hand boxes
 */
export async function checkAdapter(directory: string, recipe: Recipe): Promise<void> {
  const { method, options, components, backbone, features } = await readAdapterInfo(directory)
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
  if (other.length === 0) return
  const message = `the adapter was not trained with this run's recipe: ${other.join(', ')}`
  throw new EgoLensError('adapter/other-recipe', message, {
    where: runPaths(directory).adapter,
    cure: 'evaluate it in the directory that it was trained in, or train this recipe',
  })
}
