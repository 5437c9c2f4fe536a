import { F, nn, type Tensor, tensor } from '@egolens/torch'
import type { LabelSets } from '../datasets/types.js'
import { cosines } from './closed-form.js'
import { coOp, tiedByContexts } from './coop.js'
import { PromptedFrames, towerOf, towerType } from './prompted-frames.js'
import type { ClassVectors } from './text.js'
import type { Batch, Method, MethodDefinition, Output, Setting } from './types.js'
import { viewOf } from './video-vector.js'
import { type VitaClipOptions, vitaClipOptions, vitaClipTraining } from './vita-clip.options.js'
import { FramePrompts } from './vita-clip.prompts.js'

/**
 * Vita-CLIP: prompts inside the frozen image tower carry what happens between frames, learned vectors stand in the class
 * texts (Wasim et al., CVPR 2023, section 3). X-MIC compares itself with it (Tables 1 to 3).
 *
 * @example
 * const method = createMethod('vita-clip', {}, { backbone, components: ['noun'], generator, frames: 8 })
 * const { logits } = method.forward(batch, method.classes(labels)) // batch.pixels.full: [B, 8, 3, 224, 224]
 */
export const vitaClip: MethodDefinition<VitaClipOptions> = {
  name: 'vita-clip',
  label: 'Vita-CLIP',
  title: 'Vita-CLIP: prompts between the layers of both towers, for video',
  paper: 'Wasim et al., Vita-CLIP: Video and text adaptive CLIP via Multimodal Prompting, CVPR 2023',
  options: vitaClipOptions,
  training: () => vitaClipTraining,
  tiedBy: tiedByContexts,
  create: (options, setting) => new VitaClip(options, setting),
}

class VitaClip implements Method<ClassVectors> {
  readonly name = 'vita-clip'
  readonly classesTrain = true
  readonly transfersToNewLabels: boolean
  readonly components: Method['components']
  readonly needs: Method['needs']
  readonly module: VitaClipModule
  /** The text side is CoOp's. */
  private readonly texts: Method<ClassVectors>
  private readonly frames: PromptedFrames

  constructor(
    private readonly options: VitaClipOptions,
    setting: Setting,
  ) {
    this.texts = coOp.create(coOp.options.parse(textOptions(options)), setting) as Method<ClassVectors>
    this.transfersToNewLabels = this.texts.transfersToNewLabels
    this.components = setting.components
    this.needs = { clip: 'pixels', views: [options.view], context: [], text: 'tokens', frames: setting.frames }
    this.module = new VitaClipModule(options, setting, this.texts.module)
    this.frames = new PromptedFrames(options, setting.frames)
  }

  classes(labels: LabelSets): ClassVectors {
    return this.texts.classes(labels)
  }

  /** Cosines of the mean frame with the class texts, times the logit scale. */
  forward(batch: Batch, classes: ClassVectors): Output {
    const { visual, logitScale } = this.module
    const pixels = viewOf(batch.pixels, this.options.view, 'pixels')
    const video = F.normalize(this.frames.encode(pixels, (clips) => visual.forward(clips)))
    const output: Output = { logits: {} }
    for (const component of this.components) {
      output.logits[component] = cosines(classes[component]!, video).mul(logitScale.exp())
    }
    return output
  }

  backward(loss: Tensor): void {
    this.texts.backward!(loss)
    this.frames.backward()
  }

  diagnostics(): Record<string, number> {
    return { logitScale: Math.exp(this.module.logitScale.item()) }
  }
}

function textOptions(options: VitaClipOptions) {
  const { textVectors, classToken, classSpecific, fullStop, classChunk, recompute, sharePrefix } = options
  return { contextTokens: textVectors, classToken, classSpecific, fullStop, classChunk, recompute, sharePrefix }
}

class VitaClipModule extends nn.Module {
  readonly visual: FramePrompts
  readonly logitScale: Tensor

  constructor(
    options: VitaClipOptions,
    { backbone, frames, generator }: Setting,
    readonly text: nn.Module,
  ) {
    super()
    const tower = towerOf(backbone, 'Vita-CLIP')
    this.visual = new FramePrompts(options, { tower, frames, generator, toTower: towerType(backbone) })
    const initial = options.temperature === 'clip' ? backbone.logitScale : -Math.log(options.temperature)
    this.logitScale =
      options.logitScale === 'trainable'
        ? this.parameter('logitScale', tensor(initial))
        : this.buffer('logitScale', tensor(initial))
  }
}
