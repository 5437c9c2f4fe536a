import type { Generator, Tensor } from '@egolens/torch'
import { cat, empty, eye, F, full, nn, noGrad, scope, stack, zeros } from '@egolens/torch'
import type { Component } from '../datasets/types.js'
import { fullPrecision } from './closed-form.js'
import {
  frequencyLoss,
  meanCosine,
  orthogonalityLoss,
  penalised,
  pullLoss,
  softUsage,
  usageEntropy,
} from './egoprompt.criteria.js'
import { sphericalMeans, spreadOut } from './egoprompt.keys.js'
import type { EgoPromptOptions } from './egoprompt.options.js'

/** What component representations were decomposed into. C components, B clips, M pairs, N chosen. */
export interface Decomposition {
  /** Queries q_c at unit length, [C, B, d]. */
  queries: Tensor
  /** Their cosines with all keys, [C, B, M]. */
  scores: Tensor
  /** The pairs that were chosen, [C, B, N] int64. */
  chosen: Tensor
  /** Their weights, which sum to 1 and carry the gradient to keys and queries, [C, B, N]. */
  weights: Tensor
}

/**
 * The Unified Prompt Pool: pairs that verbs and nouns share. A component representation asks with q_c = W_q LN(r_c)
 * and is decomposed into the N pairs whose keys are nearest by cosine, as in L2P (Wang et al., CVPR 2022, section 4.2).
 * The abstract names the pool and the decomposition; this form of them is a reconstruction.
 */
export class PromptPool extends nn.Module {
  /** k_m: [M, d] */
  readonly keys: Tensor
  /** p_m of `key_value` pairs: [M, L_p, d] */
  readonly values?: Tensor
  /** p_m^v and p_m^n of `verb_noun` pairs, [M, L_p, d] each. */
  readonly verb?: Tensor
  readonly noun?: Tensor
  /** type_c, added to a prompt to say for whom it stands: [C, d] */
  readonly types?: Tensor
  readonly norm: nn.LayerNorm
  /** W_q, one for all components or one each. */
  readonly query?: nn.Linear[]
  /** Running share of the choices of training that fell on a pair, and of the soft usage: [M] each. */
  readonly frequency: Tensor
  readonly usage: Tensor
  /** Running count of the choices that the cosines alone would make, as a test does; begins at 0: [M] */
  readonly preferred: Tensor
  /** 1 once k-means has set the keys. */
  readonly placed?: Tensor
  private seenPlaced = false

  constructor(
    private readonly options: EgoPromptOptions,
    private readonly components: Component[],
    width: number,
    generator: Generator,
  ) {
    super()
    const { poolSize: M, promptLength: L, pair, keyInit } = options
    const normal = (name: string, shape: number[]) =>
      this.parameter(name, nn.init.normal_(empty(shape), 0, 0.02, generator))
    this.keys = normal('keys', [M, width])
    if (keyInit === 'orthogonal') spreadOut(this.keys)
    if (keyInit === 'kmeans') this.placed = this.buffer('placed', zeros([]))
    if (pair === 'key_value') this.values = normal('values', [M, L, width])
    else for (const component of components) this[component] = normal(component, [M, L, width])
    if (options.types) this.types = normal('types', [components.length, width])
    this.norm = new nn.LayerNorm(width)
    if (options.query !== 'none') this.query = this.queryMaps(width, generator)
    this.frequency = this.buffer('frequency', full([M], 1 / M))
    this.usage = this.buffer('usage', full([M], 1 / M))
    this.preferred = this.buffer('preferred', zeros([M]))
  }

  /** @param own r_c of each component, [C, B, d] */
  decompose(own: Tensor): Decomposition {
    return fullPrecision(() => {
      const queries = F.normalize(this.ask(this.norm.forward(own)))
      this.placeKeys(queries)
      const scores = queries.matmul(F.normalize(this.keys).t())
      const { topN, poolTemperature } = this.options
      const chosen = noGrad(() => {
        const judged = this.training ? penalised(scores, this.frequency, this.options) : scores
        return judged.topk(topN, -1)[1]
      })
      if (this.training) this.count(scores, chosen)
      const weights = scores.gather(-1, chosen).div(poolTemperature).softmax(-1)
      return { queries, scores, chosen, weights }
    })
  }

  /** Prompts with their types, as each component finds them: [C, M, P, d], P = L_p or, of two prompts, 2 L_p. */
  prompts(): Tensor {
    const { types } = this
    if (this.values) {
      const each = this.values.unsqueeze(0)
      return types ? each.add(types.unsqueeze(1).unsqueeze(1)) : each.expand([this.components.length, -1, -1, -1])
    }
    const typed = (component: Component, c: number) =>
      types ? this[component]!.add(types.select(0, c)) : this[component]!
    const both = cat(this.components.map(typed), 1)
    return stack(this.components.map(() => both))
  }

  /** L_freq, L_orth and L_pull, those that are on, times their weights. */
  losses({ queries, scores, chosen }: Decomposition): Record<string, Tensor> {
    const { freq, freqTemperature, freqWeight, orthWeight, orthOn, pullWeight, pullTo } = this.options
    return fullPrecision(() => {
      const losses: Record<string, Tensor> = {}
      if ((freq === 'kl' || freq === 'l2') && freqWeight > 0) {
        losses.freq = frequencyLoss(softUsage(scores, freqTemperature), freq).mul(freqWeight)
      }
      if (orthWeight > 0) losses.orth = orthogonalityLoss(this.keys, this.rows(), orthOn).mul(orthWeight)
      if (pullWeight > 0) {
        const pulled = pullTo === 'both' ? scores : queries.detach().matmul(F.normalize(this.keys).t())
        losses.pull = pullLoss(pulled, chosen).mul(pullWeight)
      }
      return losses
    })
  }

  /**
   * Both criteria as they stand, whether they are trained for or not. `usageEntropy` is of the choices that a test would
   * make, as the penalty makes those of training even whatever the keys are like; `penalisedEntropy` is of those.
   */
  diagnostics(): Record<string, number> {
    const kind = this.options.freq === 'l2' ? 'l2' : 'kl'
    return noGrad(() =>
      scope(() => ({
        usageEntropy: usageEntropy(shares(this.preferred)).item(),
        penalisedEntropy: usageEntropy(this.frequency).item(),
        promptCosine: meanCosine(this.rows()).item(),
        frequencyLoss: frequencyLoss(this.usage, kind).item(),
        orthogonalityLoss: orthogonalityLoss(this.keys, this.rows()).item(),
      })),
    )
  }

  /** W_q of normalised representations, [C, B, d]. */
  private ask(own: Tensor): Tensor {
    const maps = this.query
    if (!maps) return own
    return maps.length === 1 ? maps[0]!.forward(own) : stack(maps.map((map, c) => map.forward(own.select(0, c))))
  }

  private queryMaps(width: number, generator: Generator): nn.Linear[] {
    const names = this.options.query === 'own' ? this.components.map((component) => `query ${component}`) : ['query']
    return names.map((name) => {
      const map = this.register(name, new nn.Linear(width, width, { bias: false, generator }))
      noGrad(() => scope(() => void map.weight.copy_(eye(width))))
      return map
    })
  }

  /** Every pair's prompts as one row: [M, L_p d] or [M, 2 L_p d]. */
  private rows(): Tensor {
    if (this.values) return this.values.flatten(1)
    return cat(
      this.components.map((component) => this[component]!.flatten(1)),
      1,
    )
  }

  private count(scores: Tensor, chosen: Tensor): void {
    const { decay, freqTemperature } = this.options
    noGrad(() =>
      scope(() => {
        const countsOf = (pairs: Tensor) => pairs.flatten().bincount(null, this.frequency.numel).float()
        const follow = (running: Tensor, now: Tensor) => void running.mul_(decay).add_(now.mul(1 - decay))
        follow(this.frequency, countsOf(chosen).div(chosen.numel))
        follow(this.usage, softUsage(scores, freqTemperature))
        this.preferred.mul_(decay).add_(countsOf(scores.topk(this.options.topN, -1)[1]))
      }),
    )
  }

  /** Keys begin as the means of the first batch's queries, where the options say so; a resumed run has them already. */
  private placeKeys(queries: Tensor): void {
    if (!this.placed || !this.training || this.seenPlaced) return
    this.seenPlaced = true
    noGrad(() =>
      scope(() => {
        if (this.placed!.item() !== 0) return
        const means = sphericalMeans(queries.flatten(0, 1), this.keys.shape[0]!)
        this.keys.narrow(0, 0, means.shape[0]!).copy_(means)
        this.placed!.fill_(1)
      }),
    )
  }
}

/** Counts as shares; even ones where nothing was counted. */
const shares = (counts: Tensor): Tensor => {
  const total = counts.sum()
  return total.item() > 0 ? counts.div(total) : full([counts.numel], 1 / counts.numel)
}
