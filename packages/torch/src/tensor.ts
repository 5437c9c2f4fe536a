// The class with all its methods: each family adds its own to the class of tensor/core.ts.
import './tensor/arithmetic.js'
import './tensor/comparison.js'
import './tensor/conversion.js'
import './tensor/indexing.js'
import './tensor/linear-algebra.js'
import './tensor/pointwise.js'
import './tensor/reduction.js'
import './tensor/shape.js'

export type { Operand } from './tensor/arithmetic.js'
export type { NestedNumbers } from './tensor/conversion.js'
export { Tensor } from './tensor/core.js'
