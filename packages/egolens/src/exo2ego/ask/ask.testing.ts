import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nn, noGrad, safetensors, scope, type Tensor } from '@egolens/torch'
import { tinyConfig } from '../../encoders/clip/clip.testing.js'
import { CausalLM, ClipVisionTower, checkpointPrefix, loadLanguageTokenizer, StcConnector } from '../../mllm/index.js'
import { formatLanguageConfig } from '../../mllm/language/config.js'
import { fillByFormula, tinyLanguages } from '../../mllm/language/language.testing.js'
import { fillByName } from '../../mllm/visual/golden.testing.js'
import { type Built, buildModel } from '../model/build.js'
import type { PartName, StageName } from '../stages/index.js'
import { saveOutput } from '../training/output.js'
import type { TinyStages } from '../training/stage.testing.js'

/** Writes what a stage would have come to, and gives the model before it was written. */
export async function tinyRun(
  tiny: TinyStages,
  dir: string,
  { stage = 'practice' as StageName, parts = ['ego', 'connector', 'mapping', 'lora'] as PartName[], system = '' } = {},
): Promise<Built> {
  const recipe = { ...tiny.recipe('preparation', { model: { system } }), stage }
  const built = await buildModel(recipe.model, { parts, seed: 3 })
  const { model } = built
  noGrad(() =>
    scope(() => {
      for (const [name, tensor] of model.lora?.namedParameters() ?? []) {
        // B begins at zero, and would change nothing.
        if (name.includes('lora_B')) tensor.copy_(tensor.add(0.05))
      }
    }),
  )
  model.requiresGrad_(false).eval()
  await saveOutput(dir, model, { recipe, trained: parts, frozen: {} })
  return built
}

/** Writes a VideoLLaMA2 checkpoint of the tiny stages' language model's size. */
export async function tinyCheckpoint(
  tiny: TinyStages,
  dir: string,
  change: (tensors: Record<string, Tensor>) => void = () => {},
): Promise<void> {
  await mkdir(dir, { recursive: true })
  const llm = join(tiny.dir, 'llm')
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) await cp(join(llm, name), join(dir, name))
  const vocabulary = (await loadLanguageTokenizer(llm)).size
  const config = { ...tinyLanguages.mistral, vocabulary, context: 256 }
  const size = { ...tinyConfig.vision, width: 64, heads: 1, hidden: 128, image: 32, patch: 8 }
  const json = {
    ...{ ...formatLanguageConfig(config), model_type: 'videollama2_mistral' },
    ...{ mm_projector_type: 'stc_connector', mm_hidden_size: 64, num_frames: 4 },
  }
  await writeFile(join(dir, 'config.json'), JSON.stringify(json))
  scope(() => {
    using language = nn.init.skip(() => new CausalLM(config))
    fillByFormula(language)
    using tower = fillByName(new ClipVisionTower(size, { selectLayer: -1 }))
    using connector = fillByName(new StcConnector({ vision: 64, language: config.width }))
    const named = (prefix: string, state: Record<string, Tensor>) =>
      Object.entries(state).map(([name, tensor]) => [prefix + name, tensor] as const)
    const tensors: Record<string, Tensor> = Object.fromEntries([
      ...named('', language.stateDict()),
      ...named(checkpointPrefix.vision, tower.stateDict()),
      ...named(checkpointPrefix.connector, connector.stateDict()),
    ])
    change(tensors)
    safetensors.save(join(dir, 'model.safetensors'), tensors)
  })
}
