import { type DType, noGrad, scope, type Tensor } from '@egolens/torch'
import type { Affine } from '../clip/block.js'
import { allFolded } from '../clip/layers.js'
import { openAiSource } from '../clip/openai.js'
import { readText, type TextWeights, textTensors } from '../clip/weights.js'
import { queryScaled } from '../query-scaled.js'
import type { WeightSource } from '../source.js'
import type { AttentionWeights, SpaceTimeWeights } from './block.js'
import type { LavilaConfig } from './config.js'

export interface TimeSformerWeights {
  /** [W, 3, patch, patch], without a bias */
  patch: Tensor
  /** [1, 1, W] */
  classToken: Tensor
  /** [1, 1 + patches, W] */
  positions: Tensor
  /** [1, frames, W] */
  times: Tensor
  preNorm: Affine
  blocks: SpaceTimeWeights[]
  norm: Affine
  /** [W, joint width] */
  projection: Tensor
}

export interface LavilaWeights {
  vision: TimeSformerWeights
  text: TextWeights
  /** [], a logarithm */
  logitScale: Tensor
}

/** Reads a source into the forward pass's own structure, the image tower as `dtype`. The tensors live until disposed. */
export function bindLavila(source: WeightSource, config: LavilaConfig, dtype: DType): LavilaWeights {
  return noGrad(() =>
    scope(() => {
      const read = (name: string) => source.tensor(name).to(dtype)
      const bound: LavilaWeights = {
        vision: {
          patch: read('visual.patch_embed.proj.weight'),
          classToken: read('visual.cls_token'),
          positions: read('visual.pos_embed'),
          times: source.tensor('visual.temporal_embed').to('float32'),
          preNorm: affine(read, 'visual.ln_pre'),
          blocks: Array.from({ length: config.vision.layers }, (_, i) => scope(() => layer(source, config, i, dtype))),
          norm: affine(read, 'visual.norm'),
          projection: read('image_projection'),
        },
        // The text tower is CLIP's, under OpenAI's names.
        text: readText(openAiSource(source), config, allFolded),
        logitScale: source.tensor('logit_scale').to('float32'),
      }
      for (const tensor of lavilaTensors(bound)) tensor.keep()
      return bound
    }),
  )
}

/** Every tensor of the structure. */
export function lavilaTensors({ vision, text, logitScale }: LavilaWeights): Tensor[] {
  const { patch, classToken, positions, times, projection, preNorm, norm, blocks } = vision
  const affines = [preNorm, norm, ...blocks.flatMap(affinesOf)]
  const own = [patch, classToken, positions, times, projection]
  return [...own, ...affines.flatMap(({ weight, bias }) => [weight, bias]), ...textTensors(text), logitScale]
}

type Read = (name: string) => Tensor

function affine(read: Read, name: string): Affine {
  return { weight: read(`${name}.weight`), bias: read(`${name}.bias`) }
}

/** With the scale of query-key products and QuickGELU's 1.702 in the weights: x sigmoid(1.702 x) = silu(1.702 x) / 1.702. */
function layer(source: WeightSource, { vision }: LavilaConfig, i: number, dtype: DType): SpaceTimeWeights {
  const of = (part: string) => affine((name) => source.tensor(name).to('float32'), `visual.blocks.${i}.${part}`)
  const cast = ({ weight, bias }: Affine): Affine => ({ weight: weight.to(dtype), bias: bias.to(dtype) })
  const attention = (name: string): AttentionWeights => ({
    qkv: cast(queryScaled([of(`${name}.qkv`)], (vision.width / vision.heads) ** -0.5)),
    out: cast(of(`${name}.proj`)),
  })
  const [fc1, fc2] = [of('mlp.fc1'), of('mlp.fc2')]
  return {
    norm1: cast(of('norm1')),
    space: attention('attn'),
    norm2: cast(of('norm2')),
    fc1: cast({ weight: fc1.weight.mul(1.702), bias: fc1.bias.mul(1.702) }),
    fc2: cast({ weight: fc2.weight.mul(1 / 1.702), bias: fc2.bias }),
    norm3: cast(of('norm3')),
    time: attention('timeattn'),
  }
}

const affinesOf = ({ norm1, space, norm2, fc1, fc2, norm3, time }: SpaceTimeWeights): Affine[] => [
  ...[norm1, space.qkv, space.out, norm2, fc1, fc2, norm3, time.qkv, time.out],
]
