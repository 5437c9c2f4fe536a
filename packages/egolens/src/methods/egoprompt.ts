import type { Tensor } from '@egolens/torch'
import { F, nn, stack, tensor } from '@egolens/torch'
import type { Component, LabelSets } from '../datasets/types.js'
import type { View } from '../features/types.js'
import { conditionedCosines, cosines } from './closed-form.js'
import { checkComponents } from './egoprompt.checks.js'
import { ComponentPrompts, VideoHeads } from './egoprompt.components.js'
import { PatternFusion } from './egoprompt.fusion.js'
import { type EgoPromptOptions, egoPromptOptions, egoPromptTraining } from './egoprompt.options.js'
import { PromptPool } from './egoprompt.pool.js'
import type { ClassVectors } from './text.js'
import type { Batch, Method, MethodDefinition, Output, Setting, Stage } from './types.js'
import { viewOf } from './video-vector.js'

/** Stage names, as the log has them. */
const FIRST = 'component prompts'
const SECOND = 'prompt pool'

/**
 * EgoPrompt: prompts of their own for verbs and nouns first, then a pool of prompt pairs that both are decomposed
 * into, whose patterns meet by attention (Lyu et al., 2025). Its abstract is all that is public here; what it leaves
 * open is a reconstruction with an option for each choice, listed in docs/egoprompt.md.
 *
 * @example
 * const method = createMethod('egoprompt', {}, { backbone, components: ['verb', 'noun'], generator, frames: 16 })
 * method.enter!('component prompts') // the first stage; the last one if it is not told
 * const { logits, aux } = method.forward(batch, method.classes(dataset.labels))
 */
export const egoPrompt: MethodDefinition<EgoPromptOptions> = {
  name: 'egoprompt',
  label: 'EgoPrompt',
  title: 'EgoPrompt: verbs and nouns share a pool of prompt pairs and meet in it (reconstructed from the abstract)',
  paper: 'Lyu et al., EgoPrompt: Prompt Learning for Egocentric Action Recognition, arXiv 2508.03266, 2025',
  options: egoPromptOptions,
  training: () => egoPromptTraining,
  create: (options, setting) => new EgoPrompt(options, setting),
}

class EgoPrompt implements Method<ClassVectors> {
  readonly name = 'egoprompt'
  readonly transfersToNewLabels = true
  readonly components: Component[]
  readonly needs: Method['needs']
  readonly module: EgoPromptModule
  readonly stages: Stage[]
  private stage: string

  constructor(
    private readonly options: EgoPromptOptions,
    setting: Setting,
  ) {
    checkComponents(options, setting)
    const views: View[] = options.input === 'both' ? ['hand', 'full'] : [options.input]
    this.components = setting.components
    this.needs = { clip: 'features', views, context: [], text: 'tokens', frames: setting.frames }
    this.module = new EgoPromptModule(options, views.length * setting.frames, setting)
    this.stages = stagesOf(options)
    this.stage = this.stages.at(-1)!.name
  }

  get classesTrain(): boolean {
    const { stages, promptScale } = this.options
    return this.stage === FIRST || stages === 'joint' || promptScale > 0
  }

  enter(stage: string): void {
    this.stage = stage
  }

  classes(labels: LabelSets): ClassVectors {
    return this.module.prompts.encode(labels, this.components)
  }

  forward(batch: Batch, classes: ClassVectors): Output {
    const own = this.represent(batch) // r_c: [C, B, d]
    if (this.stage === FIRST) return { logits: this.score(own, classes) }

    const { pool, fusion } = this.module
    const decomposition = pool?.decompose(own)
    const fused = fusion!.forward(own, pool?.prompts(), decomposition)
    const logits = this.score(own, classes, fused)
    return pool && this.module.training ? { logits, aux: pool.losses(decomposition!) } : { logits }
  }

  backward(loss: Tensor): void {
    loss.backward()
    this.module.prompts.backward()
  }

  /** Of the second stage: usage and variety of the pool, and how much of it each component takes. */
  diagnostics(): Record<string, number> {
    const { pool, fusion } = this.module
    if (this.stage === FIRST || !fusion) return {}
    const found: Record<string, number> = { ...pool?.diagnostics() }
    for (const [name, strength] of Object.entries({ gamma: fusion.gamma, gammaText: fusion.gammaText })) {
      const values = (strength?.tolist() ?? []) as number[]
      for (const [c, value] of values.entries()) found[`${name} ${this.components[c]}`] = value
    }
    return found
  }

  /** What each component's video head makes of the frames. */
  private represent({ features }: Batch): Tensor {
    const { frameNorm } = this.options
    const views = this.needs.views.map((view) => viewOf(features, view, 'image'))
    const frames = views.length === 1 ? views[0]! : stack(views, 2).flatten(1, 2) // one moment's views side by side
    const tokens = frameNorm === 'l2' ? F.normalize(frames) : frames
    return stack(this.components.map((component) => this.module.heads.represent(component, tokens)))
  }

  /** s cos(r_c + gamma_c fused_c, E_c), and with fused patterns on the text side the same of adapted class vectors. */
  private score(own: Tensor, classes: ClassVectors, fused?: Tensor): Output['logits'] {
    const { fusion, logitScale } = this.module
    const [gamma, gammaText] = [fusion?.gamma, fusion?.gammaText]
    const scale = logitScale.exp()
    const logits: Output['logits'] = {}
    for (const [c, component] of this.components.entries()) {
      const texts = classes[component]!
      const given = (strength: Tensor) => fused!.select(0, c).mul(strength.select(0, c))
      const plain = own.select(0, c)
      const video = F.normalize(fused && gamma ? plain.add(given(gamma)) : plain)
      const found = fused && gammaText ? conditionedCosines(texts, given(gammaText), video) : cosines(texts, video)
      logits[component] = found.mul(scale)
    }
    return logits
  }
}

class EgoPromptModule extends nn.Module {
  readonly prompts: ComponentPrompts
  readonly heads: VideoHeads
  readonly pool?: PromptPool
  readonly fusion?: PatternFusion
  /** As a logarithm. */
  readonly logitScale: Tensor

  constructor(options: EgoPromptOptions, tokens: number, setting: Setting) {
    super()
    const { backbone, components, generator } = setting
    const { width } = backbone.image
    this.prompts = new ComponentPrompts(options, setting)
    this.heads = new VideoHeads(options, tokens, setting)
    this.logitScale = tensor(backbone.logitScale)
    if (options.logitScale === 'trainable') this.parameter('logitScale', this.logitScale)
    else this.buffer('logitScale', this.logitScale, { persistent: false })
    if (options.stages === 'first') return
    if (options.pool) this.pool = new PromptPool(options, components, width, generator)
    this.fusion = new PatternFusion(options, components.length, width, generator)
  }
}

/** The first trains prompts and heads; the second pool and fusion, and the others as far as the options let it. */
function stagesOf({ stages, firstShare, promptScale, headScale }: EgoPromptOptions): Stage[] {
  const isFirst = (name: string) => /^(prompts|heads|logitScale)\b/.test(name)
  const second = (name: string) =>
    name.startsWith('prompts.') ? promptScale : name.startsWith('heads.') ? headScale : 1
  if (stages === 'first') return [{ name: FIRST, share: 1, scale: () => 1 }]
  if (stages === 'joint') return [{ name: SECOND, share: 1, scale: () => 1 }]
  return [
    { name: FIRST, share: firstShare, scale: (name) => (isFirst(name) ? 1 : 0) },
    { name: SECOND, share: 1 - firstShare, scale: second },
  ]
}
