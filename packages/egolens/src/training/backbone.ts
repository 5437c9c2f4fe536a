import { resolveCompute } from '../encoders/compute.js'
import { loadDualEncoder, loadImageEncoder } from '../encoders/registry.js'
import type { Compute } from '../encoders/types.js'
import { EgoLensError } from '../errors.js'
import type { Backbone } from '../methods/types.js'
import type { Recipe } from './recipe.schema.js'

/** What of a recipe, or of an adapter, decides the frozen models. */
export interface BackboneChoice {
  backbone: Pick<Recipe['backbone'], 'clip' | 'context' | 'longTexts'>
  features: { compute: Compute | 'auto' } & Pick<Recipe['features'], 'window'>
}

/**
 * Opens the frozen models: a CLIP, or another model with a joint space, and the encoder of the adapter path.
 *
 * @throws EgoLensError `weights/not-found` and others of `loadDualEncoder`; `encoder/one-frame` where windows are
 * described and no encoder sees any
 */
export async function openBackbone({ backbone, features }: BackboneChoice): Promise<Backbone> {
  const { window } = features
  const options = { compute: resolveCompute(features.compute), window }
  const { image, text, logitScale } = await loadDualEncoder(backbone.clip, {
    ...options,
    longTexts: backbone.longTexts,
  })
  const context = backbone.context ? await loadImageEncoder(backbone.context, options) : image
  if (window && !image.window && !context.window) {
    throw new EgoLensError('encoder/one-frame', `${image.name} sees one frame at a time`, {
      where: 'features.window',
      cure: 'leave it out, or take an encoder of windows such as LaViLa',
    })
  }
  return { image, text, logitScale, context }
}
