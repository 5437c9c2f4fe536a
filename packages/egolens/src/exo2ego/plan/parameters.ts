import { nn } from '@egolens/torch'
import { CausalLM } from '../../mllm/index.js'
import { ClipVisionTower, StcConnector } from '../../mllm/visual/index.js'
import { assemble } from '../model/build.js'
import { partState, partsOf } from '../model/parts.js'
import { partsOfRecipe, trainedOf } from '../recipe.parts.js'
import type { StageRecipe } from '../recipe.schema.js'
import type { PartName } from '../stages/index.js'
import type { Sizes } from './sizes.js'

/** Parameters of a part, and whether the stage trains them. */
export interface PartSize {
  part: PartName | 'llm'
  parameters: number
  trained: boolean
}

/** Counts the parameters of a stage's networks: these are made where tensors have a shape and no memory. */
export function countParameters(recipe: StageRecipe, { language, vision, connector }: Sizes): PartSize[] {
  const parts = partsOfRecipe(recipe)
  const trained = trainedOf(recipe)
  const drawn = { device: 'meta' }
  const model = nn.init.skip(() => {
    const tower = () => new ClipVisionTower(vision, { ...drawn, selectLayer: recipe.model.selectLayer })
    const loaded = {
      llm: new CausalLM(language, drawn),
      vision: { grid: vision.image / vision.patch, config: vision },
      towers: {
        ...(parts.includes('ego') ? { ego: tower() } : {}),
        ...(parts.includes('exo') ? { exo: tower() } : {}),
      },
      connector: new StcConnector({ vision: vision.width, language: language.width }, connector, drawn),
    }
    return assemble(recipe.model, { parts, loaded, drawn })
  })
  try {
    const sizes = partsOf(model).map((part) => ({
      part,
      parameters: total(partState(model, part)),
      trained: trained.includes(part),
    }))
    const low = sizes.find(({ part }) => part === 'lora')?.parameters ?? 0
    return [...sizes, { part: 'llm', parameters: total(model.llm.stateDict()) - low, trained: false }]
  } finally {
    model.dispose()
  }
}

const total = (state: Record<string, { numel: number }>): number =>
  Object.values(state).reduce((all, { numel }) => all + numel, 0)
