import { nn, scope, type Tensor } from '@egolens/torch'

/**
 * Two linear layers with GELU between them, for each token alone: the mapping of Exo2Ego's ablation of the nine
 * residual blocks (Table 7, row 5). [..., W] -> [..., W].
 */
export class MlpMapping extends nn.Module {
  readonly fc1: nn.Linear
  readonly fc2: nn.Linear

  constructor(width: number, layer: nn.LayerOptions = {}) {
    super()
    this.fc1 = new nn.Linear(width, width, layer)
    this.fc2 = new nn.Linear(width, width, layer)
  }

  forward(tokens: Tensor): Tensor {
    return scope(() => this.fc2.forward(this.fc1.forward(tokens).gelu()))
  }
}
