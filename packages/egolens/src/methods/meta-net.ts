import type { Generator, Tensor } from '@egolens/torch'
import { nn } from '@egolens/torch'
import { EgoLensError } from '../errors.js'

/** The map from the adapter's width to the joint space: `mlp16` is the public code's, `none` the paper's. */
export const metaNetKinds = ['mlp16', 'mlp16-signed', 'linear', 'none'] as const
export type MetaNetKind = (typeof metaNetKinds)[number]

/** Linear(d, d/16), ReLU, Linear(d/16, D), and a last ReLU that makes the X-MIC-vector non-negative. */
export class MetaNet extends nn.Module {
  readonly linear1: nn.Linear
  readonly linear2: nn.Linear
  readonly finalReLU: boolean

  constructor(from: number, to: number, { finalReLU, generator }: { finalReLU: boolean; generator: Generator }) {
    super()
    const hidden = Math.max(1, Math.floor(from / 16))
    this.linear1 = new nn.Linear(from, hidden, { generator })
    this.linear2 = new nn.Linear(hidden, to, { generator })
    this.finalReLU = finalReLU
  }

  /** [B, d] -> [B, D] */
  forward(x: Tensor): Tensor {
    const out = this.linear2.forward(this.linear1.forward(x).relu())
    return this.finalReLU ? out.relu() : out
  }
}

/** @throws EgoLensError for `none` between spaces of different widths */
export function createMetaNet(kind: MetaNetKind, from: number, to: number, generator: Generator) {
  if (kind === 'linear') return new nn.Linear(from, to, { generator })
  if (kind !== 'none') return new MetaNet(from, to, { finalReLU: kind === 'mlp16', generator })
  if (from === to) return new nn.Identity()
  throw new EgoLensError(
    'method/width-mismatch',
    `metaNet "none" adds a vector of ${from} numbers to class vectors of ${to}`,
    { where: 'options.metaNet', cure: 'choose mlp16 or linear, or a context encoder of the same width' },
  )
}
