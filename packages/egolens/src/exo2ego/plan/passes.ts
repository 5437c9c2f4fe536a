import { usedLayers, visualTokens } from '../../mllm/visual/index.js'
import { mappedGrid } from '../model/build.js'
import type { View } from '../model/model.js'
import { isMapped, trainedOf, viewsOf, visualLength } from '../recipe.parts.js'
import type { StageRecipe } from '../recipe.schema.js'
import type { PartName } from '../stages/index.js'
import { connectorCost } from './costs/connector.js'
import { type Cost, type LayerCost, type ProductBytes, WIDE } from './costs/cost.js'
import { headCost, languageCost } from './costs/language.js'
import { mappingCost } from './costs/mapping.js'
import { patchCost, towerCost } from './costs/tower.js'
import type { Sizes } from './sizes.js'

/** A pass of a record through a network. */
export interface NetworkPass extends Cost {
  name: string
  /** Gradients of its weights are found. */
  trained: boolean
  /** Gradients go on to what came before. */
  below: boolean
  /** It is of those that are computed a second time under checkpointing. */
  taped: boolean
}

/** What one record takes on its way through a stage. */
export interface Passes {
  passes: NetworkPass[]
  /** What the losses beside L_VTG keep, in bytes. */
  losses: number
  logits: LayerCost
  /** Visual tokens that the language model reads of a record. */
  visual: number
}

export interface TextTokens {
  /** Of a record's text. */
  text: number
  /** Of these, those that are learnt. */
  targets: number
}

/**
 * Lists the passes of a record through the networks of a stage, in the order of its `forward` (stages/).
 *
 * @param fused attention in the language model is one operator of libtorch
 */
export function passesOf(recipe: StageRecipe, sizes: Sizes, tokens: TextTokens, fused: boolean): Passes {
  const { model, stage } = recipe
  const { language } = sizes
  const networks = networksOf(recipe, sizes)
  const { bytes, trains } = networks
  const mapped = isMapped(recipe)
  const views = viewsOf(recipe)
  const seen = [
    ...views.flatMap(networks.tower),
    ...(views.length > 0 ? [networks.connector('x', trains(views[0]!))] : []),
    ...(mapped ? mappedPasses(recipe, networks) : []),
  ]
  const read = visualLength(recipe, sizes.vision.image / sizes.vision.patch, sizes.connector)
  const lora = trains('lora') ? model.lora : undefined
  const llm: NetworkPass = {
    name: 'language model',
    ...languageCost(language, { tokens: read + tokens.text, bytes, lora, fused }),
    ...{ trained: false, below: lora !== undefined || seen.some((pass) => pass.trained), taped: true },
  }
  const losses = mapped && stage === 'guidance' ? lossBytes(recipe, networks.features) : 0
  return { passes: [...seen, llm], losses, logits: headCost(language, tokens.targets, bytes), visual: read }
}

/** F(x), what cycle consistency adds, and the connector behind it, or of y where the mapping is behind it. */
function mappedPasses({ stage, losses, model }: StageRecipe, { mapping, connector, trains }: Networks): NetworkPass[] {
  const [guided, behind] = [stage === 'guidance', model.mapping.where === 'post_connector']
  const cycle = guided && losses.ccl!.weight! > 0
  return [
    ...(guided && behind ? [connector('y', trains('exo'))] : []),
    mapping('F(x)', 'mapping'),
    ...(cycle ? [mapping('G(y)', 'inverse'), mapping('F(G(y))', 'mapping'), mapping('G(F(x))', 'inverse')] : []),
    ...(behind ? [] : [connector('F(x)', trains('mapping'))]),
  ]
}

/** Four features for cycle consistency; for KL both views', their logarithms as shares, and the shares of one. */
const lossBytes = ({ losses: { kl, ccl } }: StageRecipe, features: number): number =>
  features * ((ccl!.weight! > 0 ? 4 : 0) + (kl!.weight! > 0 ? 5 : 0))

type Networks = ReturnType<typeof networksOf>

/** What a pass through each network takes, by the recipe's sizes and by what it trains. */
function networksOf(recipe: StageRecipe, { vision, language, connector }: Sizes) {
  const { model, training, stage } = recipe
  const { frames } = model
  const bytes: ProductBytes = training.precision === 'bfloat16' ? 2 : 4
  const trained = trainedOf(recipe)
  const trains = (part: PartName) => trained.includes(part)
  const side = vision.image / vision.patch
  const widths = { vision: vision.width, language: language.width }
  const length = visualTokens(frames, side, connector)
  const grid = mappedGrid({ grid: side, config: vision }, { ...model, connector }, widths)
  const mapFrames = model.mapping.where === 'post_connector' ? length / grid.side ** 2 : frames
  return {
    bytes,
    length,
    trains,
    /** Bytes of the features that are mapped, in float32. */
    features: mapFrames * grid.side ** 2 * grid.width * WIDE,
    tower: (view: View): NetworkPass[] => [
      { ...one(`${view} patches`, patchCost(vision, frames, bytes)), trained: trains(view) },
      {
        name: `${view} tower`,
        ...towerCost(vision, usedLayers(vision, model.selectLayer), frames, bytes),
        // A frozen teacher is run without gradients, and keeps nothing.
        ...{ trained: trains(view), below: false, taped: trains(view) || !(stage === 'guidance' && view === 'exo') },
      },
    ],
    connector: (of: string, below: boolean): NetworkPass => ({
      name: `connector of ${of}`,
      ...connectorCost(widths, connector, { frames, side, bytes }),
      ...{ trained: trains('connector'), below, taped: true },
    }),
    mapping: (name: string, part: 'mapping' | 'inverse'): NetworkPass => ({
      ...one(name, mappingCost(grid, model.mapping, mapFrames, bytes)),
      ...{ trained: trains(part), below: true },
    }),
  }
}

/** A network that is one piece. */
const one = (name: string, layer: LayerCost): NetworkPass => ({
  ...{ name, layers: [layer], output: layer.input, trained: false, below: false, taped: false },
})
