import { type Generator, ones, randn, scope, type Tensor, tensor, zeros } from '@egolens/torch'
import type { BlockWeights } from '../block.js'
import type { ClipConfig, TowerConfig } from '../config.js'
import { allTensors, type ClipWeights } from '../weights.js'

/**
 * Random weights for training, drawn as CLIP's authors drew theirs: standard deviations of width^-0.5, and less by
 * (2 layers)^-0.5 where a layer writes to the residual stream. The logit scale starts at ln(1 / 0.07).
 */
export function initialWeights(config: ClipConfig, generator: Generator): ClipWeights {
  const normal = (shape: number[], std: number): Tensor => randn(shape, { generator }).mul(std)
  const { vision, text } = config
  const patchWidth = 3 * vision.patch ** 2
  const weights = scope((): ClipWeights => {
    const made: ClipWeights = {
      vision: {
        patch: normal([vision.width, 3, vision.patch, vision.patch], patchWidth ** -0.5),
        classToken: normal([vision.width], vision.width ** -0.5),
        positions: normal([(vision.image / vision.patch) ** 2 + 1, vision.width], vision.width ** -0.5),
        preNorm: affineOne(vision.width),
        blocks: blocks(vision, normal),
        postNorm: affineOne(vision.width),
        projection: normal([config.width, vision.width], vision.width ** -0.5),
      },
      text: {
        tokens: normal([text.vocabulary, text.width], 0.02),
        positions: normal([text.context, text.width], 0.01),
        blocks: blocks(text, normal),
        finalNorm: affineOne(text.width),
        projection: normal([config.width, text.width], text.width ** -0.5),
      },
      logitScale: tensor(Math.log(1 / 0.07)),
    }
    for (const parameter of allTensors(made)) parameter.keep()
    return made
  })
  for (const parameter of allTensors(weights)) parameter.requiresGrad_(true)
  return weights
}

function affineOne(width: number) {
  return { weight: ones([width]), bias: zeros([width]) }
}

function blocks(tower: TowerConfig, normal: (shape: number[], std: number) => Tensor): BlockWeights[] {
  const { width, hidden, layers } = tower
  const inside = width ** -0.5
  const outward = inside * (2 * layers) ** -0.5
  const affine = (out: number, into: number, std: number) => ({ weight: normal([out, into], std), bias: zeros([out]) })
  return Array.from({ length: layers }, () => ({
    norm1: affineOne(width),
    qkv: affine(3 * width, width, inside),
    out: affine(width, width, outward),
    norm2: affineOne(width),
    fc1: affine(hidden, width, (2 * width) ** -0.5),
    fc2: affine(width, hidden, outward),
  }))
}
