import { Generator, memory, randn, scope, type Tensor } from '@egolens/torch'
import { describe, expect, it } from 'vitest'
import { applyLora } from '../../../mllm/index.js'
import { tinyLanguages, tinyModel } from '../../../mllm/language/language.testing.js'
import { ClipVisionTower, connectorOptions, StcConnector, type VisionConfig } from '../../../mllm/visual/index.js'
import { Mapping, mappingOptions } from '../../mapping/index.js'
import { connectorCost } from './connector.js'
import { type LayerCost, sum } from './cost.js'
import { languageCost } from './language.js'
import { mappingCost } from './mapping.js'
import { towerCost } from './tower.js'

const generator = new Generator(1)

/** Bytes that are alive after layers were run, as a share of what was counted. */
function share(run: () => Tensor, layers: readonly LayerCost[], output: number): number {
  return scope(() => {
    const before = memory().bytes
    run()
    const found = memory().bytes - before
    return found / (sum(layers.map(({ kept }) => kept)) - layers[0]!.input + output)
  })
}

const through = (layers: readonly { forward(x: Tensor): Tensor }[], x: Tensor) =>
  scope(() => layers.reduce((tokens, layer) => layer.forward(tokens), x))

describe('what layers keep, counted, and in the engine', () => {
  it('of the image tower', () => {
    scope(() => {
      const config: VisionConfig = {
        ...{ width: 32, layers: 4, heads: 4, hidden: 128, activation: 'quick_gelu' },
        ...{ eps: 1e-5, image: 64, patch: 4 },
      }
      using tower = new ClipVisionTower(config, { generator })
      const x = tower.embed(randn([4, 3, 64, 64], { generator }))
      const { layers } = towerCost(config, 3, 4, 4)
      const found = share(() => through(tower.layers, x), layers, 4 * 257 * 32 * 4)
      expect(found).toBeGreaterThan(0.85)
      expect(found).toBeLessThan(1.15)
    })
  })

  it('of the connector', () => {
    scope(() => {
      const [widths, options] = [{ vision: 16, language: 32 }, connectorOptions.parse({ depth: 2 })]
      using connector = new StcConnector(widths, options, { generator })
      const x = connector.maps(randn([1, 8, 256, 16], { generator, requiresGrad: true }))
      const { layers, output } = connectorCost(widths, options, { frames: 8, side: 16, bytes: 4 })
      const found = share(() => through(connector.layers, x), layers, output)
      expect(found).toBeGreaterThan(0.85)
      expect(found).toBeLessThan(1.15)
    })
  })

  it.each(['resnet9', 'mlp'] as const)('of the mapping %s', (arch) => {
    scope(() => {
      const [grid, options] = [{ width: 64, side: 16 }, mappingOptions.parse({ arch, ngf: 16 })]
      using mapping = new Mapping(grid, options, { generator })
      const x = randn([1, 8, 256, 64], { generator, requiresGrad: true })
      const cost = mappingCost(grid, options, 8, 4)
      const found = share(() => mapping.forward(x), [cost], 8 * 256 * 64 * 4)
      expect(found).toBeGreaterThan(0.7)
      expect(found).toBeLessThan(1.3)
    })
  })

  it.each([undefined, { r: 4, alpha: 8, dropout: 0.1 }])('of the language model with low-rank layers %j', (lora) => {
    scope(() => {
      const config = { ...tinyLanguages.mistral, context: 512 }
      using model = tinyModel(config)
      if (lora) applyLora(model, lora, { generator })
      model.train()
      const x = randn([1, 400, config.width], { generator, requiresGrad: true })
      const layers = model.layersIn(model.pass(x))
      const cost = languageCost(config, { tokens: 400, bytes: 4, lora, fused: false })
      const found = share(() => through(layers, x), cost.layers, 400 * config.width * 4)
      expect(found).toBeGreaterThan(0.85)
      expect(found).toBeLessThan(1.15)
    })
  })
})
