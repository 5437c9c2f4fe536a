import { EgoLensError } from '../errors.js'
import type { EgoPromptOptions } from './egoprompt.options.js'
import type { Setting } from './types.js'

/**
 * @throws EgoLensError `method/options` for what needs two components where there is one, `method/width-mismatch`
 * where heads do not divide the width
 */
export function checkComponents(options: EgoPromptOptions, { backbone, components }: Setting): void {
  const { attendTo, pair, heads, fusionHeads } = options
  if (components.length < 2) {
    const alone = (option: string, cure: string) =>
      new EgoLensError('method/options', `it needs verbs and nouns, and only ${components[0]}s are trained`, {
        where: `options.${option}`,
        cure: `train component: both, or set it to ${cure}`,
      })
    if (attendTo === 'other') throw alone('attendTo', 'both')
    if (pair === 'verb_noun') throw alone('pair', 'key_value')
  }
  const { width } = backbone.image
  for (const [option, count] of Object.entries({ heads, fusionHeads })) {
    if (width % count === 0) continue
    throw new EgoLensError('method/width-mismatch', `${count} heads do not divide features of ${width} numbers`, {
      where: `options.${option}`,
    })
  }
}
