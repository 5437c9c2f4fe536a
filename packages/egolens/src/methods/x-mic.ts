import type { Generator, Tensor } from '@egolens/torch'
import { empty, F, nn, stack, tensor } from '@egolens/torch'
import type { Component } from '../datasets/types.js'
import { runBlocks, TransformerBlock } from './blocks.js'
import { conditionedCosines } from './closed-form.js'
import { createMetaNet } from './meta-net.js'
import { type ClassVectors, encodeClasses } from './text.js'
import type { Batch, Method, MethodDefinition, Output, Setting } from './types.js'
import { videoVector, viewOf } from './video-vector.js'
import { needsSpatial, needsTemporal, viewsOf } from './x-mic.checks.js'
import { type XMicOptions, xMicOptions, xMicTraining } from './x-mic.options.js'

/**
 * X-MIC: a video is turned into one vector that is added to every frozen class vector, so that each video has a
 * text classifier of its own (Kukleva et al., CVPR 2024, section 3.2).
 *
 * @example
 * const method = createMethod('x-mic', { preset: 'code' }, { backbone, components: ['noun'], generator, frames: 16 })
 * const classes = method.classes(dataset.labels)
 * const { logits } = method.forward(batch, classes) // logits.noun: [B, K]
 */
export const xMic: MethodDefinition<XMicOptions> = {
  name: 'x-mic',
  label: 'X-MIC',
  title: 'X-MIC: every video conditions the class texts with a vector of its own',
  paper: 'Kukleva et al., X-MIC: Cross-Modal Instance Conditioning for Egocentric Action Generalization, CVPR 2024',
  options: xMicOptions,
  training: (options) => xMicTraining[options.preset],
  create: (options, setting) => new XMic(options, setting),
}

class XMic implements Method<ClassVectors> {
  readonly name = 'x-mic'
  readonly transfersToNewLabels = true
  readonly classesTrain = false
  readonly components: Component[]
  readonly needs: Method['needs']
  readonly module: XMicModule

  constructor(
    private readonly options: XMicOptions,
    private readonly setting: Setting,
  ) {
    const { components, frames } = setting
    const views = viewsOf(options)
    this.components = components
    this.needs = { clip: 'features', views: [options.classifyFeature], context: views, text: 'embeddings', frames }
    this.module = new XMicModule(options, setting)
  }

  /** e_t: every class through the frozen text tower, once. */
  classes(labels: Parameters<Method['classes']>[0]): ClassVectors {
    return encodeClasses(this.setting.backbone.text, labels, this.components, this.options.prompt)
  }

  /** Equation 1: cosines of the video e_v with its own adapted classifier, times the logit scale. */
  forward(batch: Batch, classes: ClassVectors): Output {
    const { classifyFeature, frameNorm, norms } = this.options
    const { adapter, lambda, logitScale } = this.module

    const video = videoVector(viewOf(batch.features, classifyFeature, 'image'), frameNorm) // e_v: [B, D]
    const frames = this.needs.context.map((view) => viewOf(batch.context, view, 'context')) // x_v: [B, N, d] a view
    const vector = adapter.forward(norms.includes('n1') ? frames.map((x) => F.normalize(x)) : frames) // a_v: [B, D]
    const condition = (norms.includes('n2') ? F.normalize(vector) : vector).mul(lambda)

    const output: Output = { logits: {} }
    for (const component of this.components) {
      const texts = classes[component]! // e_t: [K, D]
      const adapted = conditionedCosines(norms.includes('n3') ? F.normalize(texts) : texts, condition, video)
      output.logits[component] = adapted.mul(logitScale.exp())
    }
    return output
  }

  diagnostics(): Record<string, number> {
    return { lambda: this.module.lambda.item(), logitScale: Math.exp(this.module.logitScale.item()) }
  }
}

/** All that is trained: the adapter A, the logit scale and, if asked, lambda. */
class XMicModule extends nn.Module {
  readonly adapter: VideoAdapter
  readonly lambda: Tensor
  readonly logitScale: Tensor

  constructor(options: XMicOptions, { backbone, frames, generator }: Setting) {
    super()
    const widths = { from: backbone.context.width, to: backbone.text.width }
    this.adapter = new VideoAdapter(options, widths, frames, generator)
    const scalar = (name: string, value: number, trains: boolean) =>
      trains ? this.parameter(name, tensor(value)) : this.buffer(name, tensor(value))
    this.lambda = scalar('lambda', options.lambda, options.learnLambda)
    this.logitScale = scalar('logitScale', backbone.logitScale, options.logitScale === 'trainable')
  }
}

/** The ego-spatio-temporal attention module, Figure 3. */
class VideoAdapter extends nn.Module {
  private readonly pooling: XMicOptions['pooling']
  /** b_S: attention between the hand crop and the full frame of one moment. */
  private readonly spatial: TransformerBlock[]
  /** b_T: attention between moments. */
  private readonly temporal: TransformerBlock[]
  /** Added to every moment before b_T: [N, d]. */
  private readonly positions?: Tensor
  private readonly metaNet: { forward(x: Tensor): Tensor }

  constructor(options: XMicOptions, widths: { from: number; to: number }, frames: number, generator: Generator) {
    super()
    const { heads, mlpRatio, metaNet, spatialLayers, temporalLayers } = options
    const blocks = (count: number) =>
      Array.from({ length: count }, () => new TransformerBlock(widths.from, { heads, mlpRatio, generator }))
    this.pooling = options.input === 'both' || options.pooling !== 'space-time' ? options.pooling : 'time'
    this.spatial = blocks(needsSpatial(this.pooling) ? spatialLayers : 0)
    this.temporal = blocks(needsTemporal(this.pooling) ? temporalLayers : 0)
    if (this.pooling !== 'space-joint' && this.temporal.length > 0) {
      this.positions = this.parameter('positions', nn.init.normal_(empty([frames, widths.from]), 0, 0.01, generator))
    }
    this.metaNet = createMetaNet(metaNet, widths.from, widths.to, generator)
  }

  /** views: hand crops and full frames, [B, N, d] each -> the X-MIC-vector a_v, [B, D]. */
  forward(views: Tensor[]): Tensor {
    return this.metaNet.forward(this.aggregate(stack(views, 2)))
  }

  /** [B, N, V, d] -> [B, d]; the paper's way is the first, the others are ablations. */
  private aggregate(x: Tensor): Tensor {
    switch (this.pooling) {
      case 'space-time': // equations 2 and 3
        return this.overTime(this.overViews(x).mean(2))
      case 'space-joint':
        return runBlocks(this.temporal, this.overViews(x).flatten(1, 2)).mean(1)
      case 'space':
        return this.overViews(x).mean([1, 2])
      case 'time':
        return this.overTime(x.mean(2))
      case 'joint':
        return runBlocks(this.temporal, x.add(this.positions!.unsqueeze(1)).flatten(1, 2)).mean(1)
      case 'mean':
        return x.mean([1, 2])
      case 'max':
        return x.amax([1, 2])
    }
  }

  /** b_S within each moment: [B, N, V, d] -> [B, N, V, d]. */
  private overViews(x: Tensor): Tensor {
    return runBlocks(this.spatial, x.flatten(0, 1)).view(x.shape)
  }

  /** b_T across moments, then the mean: [B, N, d] -> [B, d]. */
  private overTime(x: Tensor): Tensor {
    return runBlocks(this.temporal, x.add(this.positions!)).mean(1)
  }
}
