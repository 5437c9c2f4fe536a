import { ops, tensor } from '../index.js'
import {
  type Case,
  checkGradients,
  distinct,
  normal,
  on,
  one,
  positive,
  small,
  three,
  two,
  unary,
} from './test-support.js'

const arithmetic: Case[] = [
  ['add.Tensor', two((a, b) => ops.add_Tensor(a, b, 0.7)), () => [normal(2, 3), normal(3)]],
  on(
    'add.Scalar',
    (x) => ops.add_Scalar(x, 2.5),
    () => normal(2, 3),
  ),
  ['sub.Tensor', two((a, b) => ops.sub_Tensor(a, b, 0.7)), () => [normal(2, 1), normal(2, 3)]],
  on(
    'sub.Scalar',
    (x) => ops.sub_Scalar(x, 2.5),
    () => normal(2, 3),
  ),
  on(
    'rsub.Scalar',
    (x) => ops.rsub_Scalar(x, 2.5),
    () => normal(2, 3),
  ),
  ['mul.Tensor', two((a, b) => ops.mul_Tensor(a, b)), () => [normal(2, 3), normal(2, 1)]],
  on(
    'mul.Scalar',
    (x) => ops.mul_Scalar(x, -1.5),
    () => normal(2, 3),
  ),
  ['div.Tensor', two((a, b) => ops.div_Tensor(a, b)), () => [normal(2, 3), positive(3)]],
  on(
    'div.Scalar',
    (x) => ops.div_Scalar(x, 3),
    () => normal(2, 3),
  ),
  ['remainder.Scalar', one((x) => ops.remainder_Scalar(x, 10)), () => [positive(2, 3)]],
  ['remainder.Tensor', two((a, b) => ops.remainder_Tensor(a, b.add(9))), () => [positive(3), positive(3)]],
  on(
    'div.Scalar_mode',
    (x) => ops.div_Scalar_mode(x, 0.7, 'floor'),
    () => distinct(2, 3),
  ),
  ['div.Tensor_mode', two((a, b) => ops.div_Tensor_mode(a, b, 'trunc')), () => [distinct(3), positive(3)]],
  ['fmod.Scalar', one((x) => ops.fmod_Scalar(x, 10)), () => [positive(2, 3)]],
  on(
    'pow.Tensor_Scalar',
    (x) => ops.pow_Tensor_Scalar(x, 2.5),
    () => positive(2, 3),
  ),
  ['pow.Tensor_Tensor', two((a, b) => ops.pow_Tensor_Tensor(a, b)), () => [positive(2, 3), normal(3)]],
  on(
    'pow.Scalar',
    (x) => ops.pow_Scalar(1.7, x),
    () => normal(2, 3),
  ),
  ['lerp.Scalar', two((a, b) => ops.lerp_Scalar(a, b, 0.3)), () => [normal(3), normal(3)]],
  ['lerp.Tensor', three((a, b, w) => ops.lerp_Tensor(a, b, w)), () => [normal(3), normal(3), normal(3)]],
  ['addcmul', three((a, b, c) => ops.addcmul(a, b, c, 0.5)), () => [normal(3), normal(3), normal(3)]],
  ['addcdiv', three((a, b, c) => ops.addcdiv(a, b, c, 0.5)), () => [normal(3), normal(3), positive(3)]],
  ['in-place chain', two((a, b) => a.mul(2).add_(b, 3).mul_(b).sub_(a).div_(4)), () => [normal(3), normal(3)]],
  ...unary(['neg', 'abs', 'square', 'sign', 'floor', 'ceil', 'round', 'trunc'], distinct),
  ...unary(['reciprocal'], positive),
]

const pointwise: Case[] = [
  ...unary(['exp', 'expm1', 'sin', 'cos', 'atan', 'sinh', 'cosh', 'tanh', 'erf', 'erfc', 'sigmoid'], normal),
  ...unary(['gelu', 'silu', 'softplus', 'mish', 'log_sigmoid'], normal),
  ...unary(['log', 'log2', 'log10', 'log1p', 'sqrt', 'rsqrt'], positive),
  ...unary(['asin', 'acos', 'tan'], small),
  ...unary(['relu', 'hardswish', 'hardsigmoid', 'hardtanh', 'leaky_relu', 'elu', 'nan_to_num'], distinct),
  on(
    'gelu tanh',
    (x) => ops.gelu(x, 'tanh'),
    () => normal(2, 3),
  ),
  ['atan2', two((a, b) => ops.atan2(a, b)), () => [normal(3), positive(3)]],
  on(
    'clamp',
    (x) => ops.clamp(x, -0.4, 0.5),
    () => distinct(2, 3),
  ),
  on(
    'clamp_min',
    (x) => ops.clamp_min(x, 0.01),
    () => distinct(2, 3),
  ),
  on(
    'clamp_max',
    (x) => ops.clamp_max(x, 0.01),
    () => distinct(2, 3),
  ),
  [
    'clamp.Tensor',
    three((a, b, c) => ops.clamp_Tensor(a, b, c)),
    () => [distinct(3), small(3).sub(2), small(3).add(2)],
  ],
  ['minimum', two((a, b) => ops.minimum(a, b)), () => [distinct(3), normal(3)]],
  ['maximum', two((a, b) => ops.maximum(a, b)), () => [distinct(3), normal(3)]],
  [
    'where.self',
    two((a, b) => ops.where_self(tensor([1, 0, 1], { dtype: 'bool' }), a, b)),
    () => [normal(3), normal(3)],
  ],
  on(
    'masked_fill.Scalar',
    (x) => ops.masked_fill_Scalar(x, tensor([1, 0, 0], { dtype: 'bool' }), 2),
    () => normal(2, 3),
  ),
  [
    'masked_fill.Tensor',
    two((a, b) => ops.masked_fill_Tensor(a, tensor([1, 0, 0], { dtype: 'bool' }), b)),
    () => [normal(2, 3), normal()],
  ],
]

checkGradients('arithmetic', arithmetic)
checkGradients('pointwise', pointwise)
