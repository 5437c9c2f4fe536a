import { EgoLensError } from '../errors.js'
import { connectorOptions } from '../mllm/visual/index.js'
import { type Located, locate } from '../training/recipe.errors.js'
import { differences } from '../training/run-directory.js'
import { guidanceOptions } from './losses/index.js'
import type { StageRecipe } from './recipe.schema.js'
import { stages } from './stages/index.js'

/**
 * What a schema cannot say: values that do not go together.
 *
 * @throws EgoLensError `recipe/no-start`, `recipe/no-view`, `recipe/blind`, `recipe/no-effect`
 */
export function refuseUnfit(recipe: StageRecipe, located: Located): void {
  const stage = stages[recipe.stage]
  if (stage.after && !recipe.from && recipe.model.base === undefined && stage.after !== 'initialization') {
    throw new EgoLensError('recipe/no-start', `${stage.title} goes on from another stage, and the recipe names none`, {
      where: locate(['stage'], located),
      cure: `set \`from\` to the run of ${stages[stage.after].title}`,
    })
  }
  if (recipe.stage === 'initialization' && !recipe.data.view) {
    throw new EgoLensError('recipe/no-view', 'initialization trains the image tower of one view, and none is named', {
      where: locate(['data'], located),
      cure: 'set data.view to ego or exo',
    })
  }
  if (recipe.model.blind && recipe.stage !== 'practice') {
    throw new EgoLensError(
      'recipe/blind',
      `${stage.title} is about what is seen: nothing of it is left without a video`,
      {
        where: locate(['model', 'blind'], located),
        cure: 'set model.blind in a recipe of practice',
      },
    )
  }
  const idle = idleOf(recipe)[0]
  if (!idle) return
  throw new EgoLensError('recipe/no-effect', `${idle.key} has no effect here: ${idle.why}`, {
    where: locate(idle.key.split('.'), located),
    cure: 'leave it out',
  })
}

interface Idle {
  key: string
  why: string
}

/**
 * Keys that were given and change nothing. A recipe that a run has written down has all keys, so that one which is as it
 * would be without being said counts as not given.
 */
function idleOf({ stage, losses, model, data }: StageRecipe): Idle[] {
  const idle: Idle[] = []
  const given = (usual: object, found: object, root: string, why: string) => {
    for (const difference of differences(usual, found, root)) idle.push({ key: difference.split(' ')[0]!, why })
  }
  const mapped = stage === 'guidance' && model.concat !== 'none'
  if (!mapped) {
    const why = stage === 'guidance' ? 'model.concat is none, so that nothing is mapped' : 'it is of the stage guidance'
    given(guidanceOptions.parse({}), losses, 'losses', why)
    given({ guidance: 'mapped' }, { guidance: model.guidance }, 'model', why)
  }
  if (model.base !== undefined) {
    given(connectorOptions.parse({}), model.connector, 'model.connector', 'model.base has a connector of its own')
  }
  if (stage !== 'initialization' && data.captions) {
    idle.push({ key: 'data.captions', why: 'it is of the stage initialization' })
  }
  return idle
}
