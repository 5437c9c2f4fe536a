import * as ops from '../ops.generated.js'
import type { Tensor } from '../tensor.js'
import { Module } from './module.js'

/** x Phi(x) (Hendrycks and Gimpel 2016), exact or by the tanh formula. */
export class GELU extends Module {
  constructor(readonly approximate: 'none' | 'tanh' = 'none') {
    super()
  }

  forward(x: Tensor): Tensor {
    return x.gelu(this.approximate)
  }
}

/** x sigmoid(1.702 x), which OpenAI's CLIP was trained with. */
export class QuickGELU extends Module {
  forward(x: Tensor): Tensor {
    return x.mul(x.mul(1.702).sigmoid())
  }
}

/** x sigmoid(x). */
export class SiLU extends Module {
  forward(x: Tensor): Tensor {
    return x.silu()
  }
}

export class ReLU extends Module {
  forward(x: Tensor): Tensor {
    return x.relu()
  }
}

/** x where positive, else slope times x. */
export class LeakyReLU extends Module {
  constructor(readonly slope = 0.01) {
    super()
  }

  forward(x: Tensor): Tensor {
    return ops.leaky_relu(x, this.slope)
  }
}

export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    return x.tanh()
  }
}

export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    return x.sigmoid()
  }
}
