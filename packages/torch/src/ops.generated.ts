// Written by scripts/generate-ops.mjs from the dispatcher's own schemas (libtorch 1.13.0); do not edit.
// One function for each operator overload: the operator's name, then the overload's.
import { addon, type Handle } from './addon.js'
import type { Device } from './device.js'
import type { DType } from './dtype.js'
import type { Generator } from './generator.js'
import { Tensor } from './tensor/core.js'

const handles = (tensors: readonly Tensor[]): Handle[] => tensors.map((tensor) => tensor.handle)
const maybeHandles = (tensors: readonly (Tensor | null)[]): (Handle | null)[] => tensors.map((tensor) => tensor?.handle ?? null)
const made = (list: Handle[]): Tensor[] => list.map((handle) => new Tensor(handle))

// arithmetic
const op_add_Tensor = addon.op('aten::add', 'Tensor')
/** aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor */
export function add_Tensor(self: Tensor, other: Tensor, alpha?: number | boolean): Tensor {
  return new Tensor(addon.call(op_add_Tensor, self.handle, other.handle, alpha) as number)
}
const op_add_Scalar = addon.op('aten::add', 'Scalar')
/** aten::add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor */
export function add_Scalar(self: Tensor, other: number | boolean, alpha?: number | boolean): Tensor {
  return new Tensor(addon.call(op_add_Scalar, self.handle, other, alpha) as number)
}
const op_add__Tensor = addon.op('aten::add_', 'Tensor')
/** aten::add_.Tensor(Tensor(a!) self, Tensor other, *, Scalar alpha=1) -> Tensor(a!) */
export function add__Tensor(self: Tensor, other: Tensor, alpha?: number | boolean): Tensor {
  addon.run(op_add__Tensor, self.handle, other.handle, alpha)
  return self
}
const op_add__Scalar = addon.op('aten::add_', 'Scalar')
/** aten::add_.Scalar(Tensor(a!) self, Scalar other, Scalar alpha=1) -> Tensor(a!) */
export function add__Scalar(self: Tensor, other: number | boolean, alpha?: number | boolean): Tensor {
  addon.run(op_add__Scalar, self.handle, other, alpha)
  return self
}
const op_sub_Tensor = addon.op('aten::sub', 'Tensor')
/** aten::sub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor */
export function sub_Tensor(self: Tensor, other: Tensor, alpha?: number | boolean): Tensor {
  return new Tensor(addon.call(op_sub_Tensor, self.handle, other.handle, alpha) as number)
}
const op_sub_Scalar = addon.op('aten::sub', 'Scalar')
/** aten::sub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor */
export function sub_Scalar(self: Tensor, other: number | boolean, alpha?: number | boolean): Tensor {
  return new Tensor(addon.call(op_sub_Scalar, self.handle, other, alpha) as number)
}
const op_sub__Tensor = addon.op('aten::sub_', 'Tensor')
/** aten::sub_.Tensor(Tensor(a!) self, Tensor other, *, Scalar alpha=1) -> Tensor(a!) */
export function sub__Tensor(self: Tensor, other: Tensor, alpha?: number | boolean): Tensor {
  addon.run(op_sub__Tensor, self.handle, other.handle, alpha)
  return self
}
const op_sub__Scalar = addon.op('aten::sub_', 'Scalar')
/** aten::sub_.Scalar(Tensor(a!) self, Scalar other, Scalar alpha=1) -> Tensor(a!) */
export function sub__Scalar(self: Tensor, other: number | boolean, alpha?: number | boolean): Tensor {
  addon.run(op_sub__Scalar, self.handle, other, alpha)
  return self
}
const op_rsub_Scalar = addon.op('aten::rsub', 'Scalar')
/** aten::rsub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor */
export function rsub_Scalar(self: Tensor, other: number | boolean, alpha?: number | boolean): Tensor {
  return new Tensor(addon.call(op_rsub_Scalar, self.handle, other, alpha) as number)
}
const op_mul_Tensor = addon.op('aten::mul', 'Tensor')
/** aten::mul.Tensor(Tensor self, Tensor other) -> Tensor */
export function mul_Tensor(self: Tensor, other: Tensor): Tensor {
  return new Tensor(addon.call(op_mul_Tensor, self.handle, other.handle) as number)
}
const op_mul_Scalar = addon.op('aten::mul', 'Scalar')
/** aten::mul.Scalar(Tensor self, Scalar other) -> Tensor */
export function mul_Scalar(self: Tensor, other: number | boolean): Tensor {
  return new Tensor(addon.call(op_mul_Scalar, self.handle, other) as number)
}
const op_mul__Tensor = addon.op('aten::mul_', 'Tensor')
/** aten::mul_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!) */
export function mul__Tensor(self: Tensor, other: Tensor): Tensor {
  addon.run(op_mul__Tensor, self.handle, other.handle)
  return self
}
const op_mul__Scalar = addon.op('aten::mul_', 'Scalar')
/** aten::mul_.Scalar(Tensor(a!) self, Scalar other) -> Tensor(a!) */
export function mul__Scalar(self: Tensor, other: number | boolean): Tensor {
  addon.run(op_mul__Scalar, self.handle, other)
  return self
}
const op_div_Tensor = addon.op('aten::div', 'Tensor')
/** aten::div.Tensor(Tensor self, Tensor other) -> Tensor */
export function div_Tensor(self: Tensor, other: Tensor): Tensor {
  return new Tensor(addon.call(op_div_Tensor, self.handle, other.handle) as number)
}
const op_div_Scalar = addon.op('aten::div', 'Scalar')
/** aten::div.Scalar(Tensor self, Scalar other) -> Tensor */
export function div_Scalar(self: Tensor, other: number | boolean): Tensor {
  return new Tensor(addon.call(op_div_Scalar, self.handle, other) as number)
}
const op_div__Tensor = addon.op('aten::div_', 'Tensor')
/** aten::div_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!) */
export function div__Tensor(self: Tensor, other: Tensor): Tensor {
  addon.run(op_div__Tensor, self.handle, other.handle)
  return self
}
const op_div__Scalar = addon.op('aten::div_', 'Scalar')
/** aten::div_.Scalar(Tensor(a!) self, Scalar other) -> Tensor(a!) */
export function div__Scalar(self: Tensor, other: number | boolean): Tensor {
  addon.run(op_div__Scalar, self.handle, other)
  return self
}
const op_div_Tensor_mode = addon.op('aten::div', 'Tensor_mode')
/** aten::div.Tensor_mode(Tensor self, Tensor other, *, str? rounding_mode) -> Tensor */
export function div_Tensor_mode(self: Tensor, other: Tensor, roundingMode?: string | null): Tensor {
  return new Tensor(addon.call(op_div_Tensor_mode, self.handle, other.handle, roundingMode) as number)
}
const op_div_Scalar_mode = addon.op('aten::div', 'Scalar_mode')
/** aten::div.Scalar_mode(Tensor self, Scalar other, *, str? rounding_mode) -> Tensor */
export function div_Scalar_mode(self: Tensor, other: number | boolean, roundingMode?: string | null): Tensor {
  return new Tensor(addon.call(op_div_Scalar_mode, self.handle, other, roundingMode) as number)
}
const op_remainder_Scalar = addon.op('aten::remainder', 'Scalar')
/** aten::remainder.Scalar(Tensor self, Scalar other) -> Tensor */
export function remainder_Scalar(self: Tensor, other: number | boolean): Tensor {
  return new Tensor(addon.call(op_remainder_Scalar, self.handle, other) as number)
}
const op_remainder_Tensor = addon.op('aten::remainder', 'Tensor')
/** aten::remainder.Tensor(Tensor self, Tensor other) -> Tensor */
export function remainder_Tensor(self: Tensor, other: Tensor): Tensor {
  return new Tensor(addon.call(op_remainder_Tensor, self.handle, other.handle) as number)
}
const op_pow_Tensor_Scalar = addon.op('aten::pow', 'Tensor_Scalar')
/** aten::pow.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor */
export function pow_Tensor_Scalar(self: Tensor, exponent: number | boolean): Tensor {
  return new Tensor(addon.call(op_pow_Tensor_Scalar, self.handle, exponent) as number)
}
const op_pow_Tensor_Tensor = addon.op('aten::pow', 'Tensor_Tensor')
/** aten::pow.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor */
export function pow_Tensor_Tensor(self: Tensor, exponent: Tensor): Tensor {
  return new Tensor(addon.call(op_pow_Tensor_Tensor, self.handle, exponent.handle) as number)
}
const op_pow_Scalar = addon.op('aten::pow', 'Scalar')
/** aten::pow.Scalar(Scalar self, Tensor exponent) -> Tensor */
export function pow_Scalar(self: number | boolean, exponent: Tensor): Tensor {
  return new Tensor(addon.call(op_pow_Scalar, self, exponent.handle) as number)
}
const op_neg = addon.op('aten::neg', '')
/** aten::neg(Tensor self) -> Tensor */
export function neg(self: Tensor): Tensor {
  return new Tensor(addon.call(op_neg, self.handle) as number)
}
const op_neg_ = addon.op('aten::neg_', '')
/** aten::neg_(Tensor(a!) self) -> Tensor(a!) */
export function neg_(self: Tensor): Tensor {
  addon.run(op_neg_, self.handle)
  return self
}
const op_abs = addon.op('aten::abs', '')
/** aten::abs(Tensor self) -> Tensor */
export function abs(self: Tensor): Tensor {
  return new Tensor(addon.call(op_abs, self.handle) as number)
}
const op_sign = addon.op('aten::sign', '')
/** aten::sign(Tensor self) -> Tensor */
export function sign(self: Tensor): Tensor {
  return new Tensor(addon.call(op_sign, self.handle) as number)
}
const op_reciprocal = addon.op('aten::reciprocal', '')
/** aten::reciprocal(Tensor self) -> Tensor */
export function reciprocal(self: Tensor): Tensor {
  return new Tensor(addon.call(op_reciprocal, self.handle) as number)
}
const op_square = addon.op('aten::square', '')
/** aten::square(Tensor self) -> Tensor */
export function square(self: Tensor): Tensor {
  return new Tensor(addon.call(op_square, self.handle) as number)
}
const op_lerp_Scalar = addon.op('aten::lerp', 'Scalar')
/** aten::lerp.Scalar(Tensor self, Tensor end, Scalar weight) -> Tensor */
export function lerp_Scalar(self: Tensor, end: Tensor, weight: number | boolean): Tensor {
  return new Tensor(addon.call(op_lerp_Scalar, self.handle, end.handle, weight) as number)
}
const op_lerp__Scalar = addon.op('aten::lerp_', 'Scalar')
/** aten::lerp_.Scalar(Tensor(a!) self, Tensor end, Scalar weight) -> Tensor(a!) */
export function lerp__Scalar(self: Tensor, end: Tensor, weight: number | boolean): Tensor {
  addon.run(op_lerp__Scalar, self.handle, end.handle, weight)
  return self
}
const op_lerp_Tensor = addon.op('aten::lerp', 'Tensor')
/** aten::lerp.Tensor(Tensor self, Tensor end, Tensor weight) -> Tensor */
export function lerp_Tensor(self: Tensor, end: Tensor, weight: Tensor): Tensor {
  return new Tensor(addon.call(op_lerp_Tensor, self.handle, end.handle, weight.handle) as number)
}
const op_addcmul = addon.op('aten::addcmul', '')
/** aten::addcmul(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor */
export function addcmul(self: Tensor, tensor1: Tensor, tensor2: Tensor, value?: number | boolean): Tensor {
  return new Tensor(addon.call(op_addcmul, self.handle, tensor1.handle, tensor2.handle, value) as number)
}
const op_addcmul_ = addon.op('aten::addcmul_', '')
/** aten::addcmul_(Tensor(a!) self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor(a!) */
export function addcmul_(self: Tensor, tensor1: Tensor, tensor2: Tensor, value?: number | boolean): Tensor {
  addon.run(op_addcmul_, self.handle, tensor1.handle, tensor2.handle, value)
  return self
}
const op_addcdiv = addon.op('aten::addcdiv', '')
/** aten::addcdiv(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor */
export function addcdiv(self: Tensor, tensor1: Tensor, tensor2: Tensor, value?: number | boolean): Tensor {
  return new Tensor(addon.call(op_addcdiv, self.handle, tensor1.handle, tensor2.handle, value) as number)
}
const op_addcdiv_ = addon.op('aten::addcdiv_', '')
/** aten::addcdiv_(Tensor(a!) self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor(a!) */
export function addcdiv_(self: Tensor, tensor1: Tensor, tensor2: Tensor, value?: number | boolean): Tensor {
  addon.run(op_addcdiv_, self.handle, tensor1.handle, tensor2.handle, value)
  return self
}
const op_fmod_Scalar = addon.op('aten::fmod', 'Scalar')
/** aten::fmod.Scalar(Tensor self, Scalar other) -> Tensor */
export function fmod_Scalar(self: Tensor, other: number | boolean): Tensor {
  return new Tensor(addon.call(op_fmod_Scalar, self.handle, other) as number)
}
const op_floor = addon.op('aten::floor', '')
/** aten::floor(Tensor self) -> Tensor */
export function floor(self: Tensor): Tensor {
  return new Tensor(addon.call(op_floor, self.handle) as number)
}
const op_ceil = addon.op('aten::ceil', '')
/** aten::ceil(Tensor self) -> Tensor */
export function ceil(self: Tensor): Tensor {
  return new Tensor(addon.call(op_ceil, self.handle) as number)
}
const op_round = addon.op('aten::round', '')
/** aten::round(Tensor self) -> Tensor */
export function round(self: Tensor): Tensor {
  return new Tensor(addon.call(op_round, self.handle) as number)
}
const op_trunc = addon.op('aten::trunc', '')
/** aten::trunc(Tensor self) -> Tensor */
export function trunc(self: Tensor): Tensor {
  return new Tensor(addon.call(op_trunc, self.handle) as number)
}

// pointwise
const op_exp = addon.op('aten::exp', '')
/** aten::exp(Tensor self) -> Tensor */
export function exp(self: Tensor): Tensor {
  return new Tensor(addon.call(op_exp, self.handle) as number)
}
const op_exp_ = addon.op('aten::exp_', '')
/** aten::exp_(Tensor(a!) self) -> Tensor(a!) */
export function exp_(self: Tensor): Tensor {
  addon.run(op_exp_, self.handle)
  return self
}
const op_expm1 = addon.op('aten::expm1', '')
/** aten::expm1(Tensor self) -> Tensor */
export function expm1(self: Tensor): Tensor {
  return new Tensor(addon.call(op_expm1, self.handle) as number)
}
const op_log = addon.op('aten::log', '')
/** aten::log(Tensor self) -> Tensor */
export function log(self: Tensor): Tensor {
  return new Tensor(addon.call(op_log, self.handle) as number)
}
const op_log2 = addon.op('aten::log2', '')
/** aten::log2(Tensor self) -> Tensor */
export function log2(self: Tensor): Tensor {
  return new Tensor(addon.call(op_log2, self.handle) as number)
}
const op_log10 = addon.op('aten::log10', '')
/** aten::log10(Tensor self) -> Tensor */
export function log10(self: Tensor): Tensor {
  return new Tensor(addon.call(op_log10, self.handle) as number)
}
const op_log1p = addon.op('aten::log1p', '')
/** aten::log1p(Tensor self) -> Tensor */
export function log1p(self: Tensor): Tensor {
  return new Tensor(addon.call(op_log1p, self.handle) as number)
}
const op_sqrt = addon.op('aten::sqrt', '')
/** aten::sqrt(Tensor self) -> Tensor */
export function sqrt(self: Tensor): Tensor {
  return new Tensor(addon.call(op_sqrt, self.handle) as number)
}
const op_sqrt_ = addon.op('aten::sqrt_', '')
/** aten::sqrt_(Tensor(a!) self) -> Tensor(a!) */
export function sqrt_(self: Tensor): Tensor {
  addon.run(op_sqrt_, self.handle)
  return self
}
const op_rsqrt = addon.op('aten::rsqrt', '')
/** aten::rsqrt(Tensor self) -> Tensor */
export function rsqrt(self: Tensor): Tensor {
  return new Tensor(addon.call(op_rsqrt, self.handle) as number)
}
const op_sin = addon.op('aten::sin', '')
/** aten::sin(Tensor self) -> Tensor */
export function sin(self: Tensor): Tensor {
  return new Tensor(addon.call(op_sin, self.handle) as number)
}
const op_cos = addon.op('aten::cos', '')
/** aten::cos(Tensor self) -> Tensor */
export function cos(self: Tensor): Tensor {
  return new Tensor(addon.call(op_cos, self.handle) as number)
}
const op_tan = addon.op('aten::tan', '')
/** aten::tan(Tensor self) -> Tensor */
export function tan(self: Tensor): Tensor {
  return new Tensor(addon.call(op_tan, self.handle) as number)
}
const op_asin = addon.op('aten::asin', '')
/** aten::asin(Tensor self) -> Tensor */
export function asin(self: Tensor): Tensor {
  return new Tensor(addon.call(op_asin, self.handle) as number)
}
const op_acos = addon.op('aten::acos', '')
/** aten::acos(Tensor self) -> Tensor */
export function acos(self: Tensor): Tensor {
  return new Tensor(addon.call(op_acos, self.handle) as number)
}
const op_atan = addon.op('aten::atan', '')
/** aten::atan(Tensor self) -> Tensor */
export function atan(self: Tensor): Tensor {
  return new Tensor(addon.call(op_atan, self.handle) as number)
}
const op_atan2 = addon.op('aten::atan2', '')
/** aten::atan2(Tensor self, Tensor other) -> Tensor */
export function atan2(self: Tensor, other: Tensor): Tensor {
  return new Tensor(addon.call(op_atan2, self.handle, other.handle) as number)
}
const op_sinh = addon.op('aten::sinh', '')
/** aten::sinh(Tensor self) -> Tensor */
export function sinh(self: Tensor): Tensor {
  return new Tensor(addon.call(op_sinh, self.handle) as number)
}
const op_cosh = addon.op('aten::cosh', '')
/** aten::cosh(Tensor self) -> Tensor */
export function cosh(self: Tensor): Tensor {
  return new Tensor(addon.call(op_cosh, self.handle) as number)
}
const op_tanh = addon.op('aten::tanh', '')
/** aten::tanh(Tensor self) -> Tensor */
export function tanh(self: Tensor): Tensor {
  return new Tensor(addon.call(op_tanh, self.handle) as number)
}
const op_erf = addon.op('aten::erf', '')
/** aten::erf(Tensor self) -> Tensor */
export function erf(self: Tensor): Tensor {
  return new Tensor(addon.call(op_erf, self.handle) as number)
}
const op_erfc = addon.op('aten::erfc', '')
/** aten::erfc(Tensor self) -> Tensor */
export function erfc(self: Tensor): Tensor {
  return new Tensor(addon.call(op_erfc, self.handle) as number)
}
const op_sigmoid = addon.op('aten::sigmoid', '')
/** aten::sigmoid(Tensor self) -> Tensor */
export function sigmoid(self: Tensor): Tensor {
  return new Tensor(addon.call(op_sigmoid, self.handle) as number)
}
const op_sigmoid_ = addon.op('aten::sigmoid_', '')
/** aten::sigmoid_(Tensor(a!) self) -> Tensor(a!) */
export function sigmoid_(self: Tensor): Tensor {
  addon.run(op_sigmoid_, self.handle)
  return self
}
const op_relu = addon.op('aten::relu', '')
/** aten::relu(Tensor self) -> Tensor */
export function relu(self: Tensor): Tensor {
  return new Tensor(addon.call(op_relu, self.handle) as number)
}
const op_relu_ = addon.op('aten::relu_', '')
/** aten::relu_(Tensor(a!) self) -> Tensor(a!) */
export function relu_(self: Tensor): Tensor {
  addon.run(op_relu_, self.handle)
  return self
}
const op_gelu = addon.op('aten::gelu', '')
/** aten::gelu(Tensor self, *, str approximate="none") -> Tensor */
export function gelu(self: Tensor, approximate?: string): Tensor {
  return new Tensor(addon.call(op_gelu, self.handle, approximate) as number)
}
const op_silu = addon.op('aten::silu', '')
/** aten::silu(Tensor self) -> Tensor */
export function silu(self: Tensor): Tensor {
  return new Tensor(addon.call(op_silu, self.handle) as number)
}
const op_silu_ = addon.op('aten::silu_', '')
/** aten::silu_(Tensor(a!) self) -> Tensor(a!) */
export function silu_(self: Tensor): Tensor {
  addon.run(op_silu_, self.handle)
  return self
}
const op_softplus = addon.op('aten::softplus', '')
/** aten::softplus(Tensor self, Scalar beta=1, Scalar threshold=20) -> Tensor */
export function softplus(self: Tensor, beta?: number | boolean, threshold?: number | boolean): Tensor {
  return new Tensor(addon.call(op_softplus, self.handle, beta, threshold) as number)
}
const op_hardswish = addon.op('aten::hardswish', '')
/** aten::hardswish(Tensor self) -> Tensor */
export function hardswish(self: Tensor): Tensor {
  return new Tensor(addon.call(op_hardswish, self.handle) as number)
}
const op_hardsigmoid = addon.op('aten::hardsigmoid', '')
/** aten::hardsigmoid(Tensor self) -> Tensor */
export function hardsigmoid(self: Tensor): Tensor {
  return new Tensor(addon.call(op_hardsigmoid, self.handle) as number)
}
const op_hardtanh = addon.op('aten::hardtanh', '')
/** aten::hardtanh(Tensor self, Scalar min_val=-1, Scalar max_val=1) -> Tensor */
export function hardtanh(self: Tensor, minVal?: number | boolean, maxVal?: number | boolean): Tensor {
  return new Tensor(addon.call(op_hardtanh, self.handle, minVal, maxVal) as number)
}
const op_leaky_relu = addon.op('aten::leaky_relu', '')
/** aten::leaky_relu(Tensor self, Scalar negative_slope=0.01) -> Tensor */
export function leaky_relu(self: Tensor, negativeSlope?: number | boolean): Tensor {
  return new Tensor(addon.call(op_leaky_relu, self.handle, negativeSlope) as number)
}
const op_elu = addon.op('aten::elu', '')
/** aten::elu(Tensor self, Scalar alpha=1, Scalar scale=1, Scalar input_scale=1) -> Tensor */
export function elu(self: Tensor, alpha?: number | boolean, scale?: number | boolean, inputScale?: number | boolean): Tensor {
  return new Tensor(addon.call(op_elu, self.handle, alpha, scale, inputScale) as number)
}
const op_mish = addon.op('aten::mish', '')
/** aten::mish(Tensor self) -> Tensor */
export function mish(self: Tensor): Tensor {
  return new Tensor(addon.call(op_mish, self.handle) as number)
}
const op_log_sigmoid = addon.op('aten::log_sigmoid', '')
/** aten::log_sigmoid(Tensor self) -> Tensor */
export function log_sigmoid(self: Tensor): Tensor {
  return new Tensor(addon.call(op_log_sigmoid, self.handle) as number)
}
const op_clamp = addon.op('aten::clamp', '')
/** aten::clamp(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor */
export function clamp(self: Tensor, min?: number | boolean | null, max?: number | boolean | null): Tensor {
  return new Tensor(addon.call(op_clamp, self.handle, min, max) as number)
}
const op_clamp_ = addon.op('aten::clamp_', '')
/** aten::clamp_(Tensor(a!) self, Scalar? min=None, Scalar? max=None) -> Tensor(a!) */
export function clamp_(self: Tensor, min?: number | boolean | null, max?: number | boolean | null): Tensor {
  addon.run(op_clamp_, self.handle, min, max)
  return self
}
const op_clamp_Tensor = addon.op('aten::clamp', 'Tensor')
/** aten::clamp.Tensor(Tensor self, Tensor? min=None, Tensor? max=None) -> Tensor */
export function clamp_Tensor(self: Tensor, min?: Tensor | null, max?: Tensor | null): Tensor {
  return new Tensor(addon.call(op_clamp_Tensor, self.handle, min?.handle, max?.handle) as number)
}
const op_clamp_min = addon.op('aten::clamp_min', '')
/** aten::clamp_min(Tensor self, Scalar min) -> Tensor */
export function clamp_min(self: Tensor, min: number | boolean): Tensor {
  return new Tensor(addon.call(op_clamp_min, self.handle, min) as number)
}
const op_clamp_max = addon.op('aten::clamp_max', '')
/** aten::clamp_max(Tensor self, Scalar max) -> Tensor */
export function clamp_max(self: Tensor, max: number | boolean): Tensor {
  return new Tensor(addon.call(op_clamp_max, self.handle, max) as number)
}
const op_minimum = addon.op('aten::minimum', '')
/** aten::minimum(Tensor self, Tensor other) -> Tensor */
export function minimum(self: Tensor, other: Tensor): Tensor {
  return new Tensor(addon.call(op_minimum, self.handle, other.handle) as number)
}
const op_maximum = addon.op('aten::maximum', '')
/** aten::maximum(Tensor self, Tensor other) -> Tensor */
export function maximum(self: Tensor, other: Tensor): Tensor {
  return new Tensor(addon.call(op_maximum, self.handle, other.handle) as number)
}
const op_nan_to_num = addon.op('aten::nan_to_num', '')
/** aten::nan_to_num(Tensor self, float? nan=None, float? posinf=None, float? neginf=None) -> Tensor */
export function nan_to_num(self: Tensor, nan?: number | null, posinf?: number | null, neginf?: number | null): Tensor {
  return new Tensor(addon.call(op_nan_to_num, self.handle, nan, posinf, neginf) as number)
}
const op_where_self = addon.op('aten::where', 'self')
/** aten::where.self(Tensor condition, Tensor self, Tensor other) -> Tensor */
export function where_self(condition: Tensor, self: Tensor, other: Tensor): Tensor {
  return new Tensor(addon.call(op_where_self, condition.handle, self.handle, other.handle) as number)
}
const op_masked_fill_Scalar = addon.op('aten::masked_fill', 'Scalar')
/** aten::masked_fill.Scalar(Tensor self, Tensor mask, Scalar value) -> Tensor */
export function masked_fill_Scalar(self: Tensor, mask: Tensor, value: number | boolean): Tensor {
  return new Tensor(addon.call(op_masked_fill_Scalar, self.handle, mask.handle, value) as number)
}
const op_masked_fill_Tensor = addon.op('aten::masked_fill', 'Tensor')
/** aten::masked_fill.Tensor(Tensor self, Tensor mask, Tensor value) -> Tensor */
export function masked_fill_Tensor(self: Tensor, mask: Tensor, value: Tensor): Tensor {
  return new Tensor(addon.call(op_masked_fill_Tensor, self.handle, mask.handle, value.handle) as number)
}
const op_masked_fill__Scalar = addon.op('aten::masked_fill_', 'Scalar')
/** aten::masked_fill_.Scalar(Tensor(a!) self, Tensor mask, Scalar value) -> Tensor(a!) */
export function masked_fill__Scalar(self: Tensor, mask: Tensor, value: number | boolean): Tensor {
  addon.run(op_masked_fill__Scalar, self.handle, mask.handle, value)
  return self
}

// comparison
const op_eq_Tensor = addon.op('aten::eq', 'Tensor')
/** aten::eq.Tensor(Tensor self, Tensor other) -> Tensor */
export function eq_Tensor(self: Tensor, other: Tensor): Tensor {
  return new Tensor(addon.call(op_eq_Tensor, self.handle, other.handle) as number)
}
const op_eq_Scalar = addon.op('aten::eq', 'Scalar')
/** aten::eq.Scalar(Tensor self, Scalar other) -> Tensor */
export function eq_Scalar(self: Tensor, other: number | boolean): Tensor {
  return new Tensor(addon.call(op_eq_Scalar, self.handle, other) as number)
}
const op_ne_Tensor = addon.op('aten::ne', 'Tensor')
/** aten::ne.Tensor(Tensor self, Tensor other) -> Tensor */
export function ne_Tensor(self: Tensor, other: Tensor): Tensor {
  return new Tensor(addon.call(op_ne_Tensor, self.handle, other.handle) as number)
}
const op_ne_Scalar = addon.op('aten::ne', 'Scalar')
/** aten::ne.Scalar(Tensor self, Scalar other) -> Tensor */
export function ne_Scalar(self: Tensor, other: number | boolean): Tensor {
  return new Tensor(addon.call(op_ne_Scalar, self.handle, other) as number)
}
const op_lt_Tensor = addon.op('aten::lt', 'Tensor')
/** aten::lt.Tensor(Tensor self, Tensor other) -> Tensor */
export function lt_Tensor(self: Tensor, other: Tensor): Tensor {
  return new Tensor(addon.call(op_lt_Tensor, self.handle, other.handle) as number)
}
const op_lt_Scalar = addon.op('aten::lt', 'Scalar')
/** aten::lt.Scalar(Tensor self, Scalar other) -> Tensor */
export function lt_Scalar(self: Tensor, other: number | boolean): Tensor {
  return new Tensor(addon.call(op_lt_Scalar, self.handle, other) as number)
}
const op_le_Tensor = addon.op('aten::le', 'Tensor')
/** aten::le.Tensor(Tensor self, Tensor other) -> Tensor */
export function le_Tensor(self: Tensor, other: Tensor): Tensor {
  return new Tensor(addon.call(op_le_Tensor, self.handle, other.handle) as number)
}
const op_le_Scalar = addon.op('aten::le', 'Scalar')
/** aten::le.Scalar(Tensor self, Scalar other) -> Tensor */
export function le_Scalar(self: Tensor, other: number | boolean): Tensor {
  return new Tensor(addon.call(op_le_Scalar, self.handle, other) as number)
}
const op_gt_Tensor = addon.op('aten::gt', 'Tensor')
/** aten::gt.Tensor(Tensor self, Tensor other) -> Tensor */
export function gt_Tensor(self: Tensor, other: Tensor): Tensor {
  return new Tensor(addon.call(op_gt_Tensor, self.handle, other.handle) as number)
}
const op_gt_Scalar = addon.op('aten::gt', 'Scalar')
/** aten::gt.Scalar(Tensor self, Scalar other) -> Tensor */
export function gt_Scalar(self: Tensor, other: number | boolean): Tensor {
  return new Tensor(addon.call(op_gt_Scalar, self.handle, other) as number)
}
const op_ge_Tensor = addon.op('aten::ge', 'Tensor')
/** aten::ge.Tensor(Tensor self, Tensor other) -> Tensor */
export function ge_Tensor(self: Tensor, other: Tensor): Tensor {
  return new Tensor(addon.call(op_ge_Tensor, self.handle, other.handle) as number)
}
const op_ge_Scalar = addon.op('aten::ge', 'Scalar')
/** aten::ge.Scalar(Tensor self, Scalar other) -> Tensor */
export function ge_Scalar(self: Tensor, other: number | boolean): Tensor {
  return new Tensor(addon.call(op_ge_Scalar, self.handle, other) as number)
}
const op_logical_and = addon.op('aten::logical_and', '')
/** aten::logical_and(Tensor self, Tensor other) -> Tensor */
export function logical_and(self: Tensor, other: Tensor): Tensor {
  return new Tensor(addon.call(op_logical_and, self.handle, other.handle) as number)
}
const op_logical_or = addon.op('aten::logical_or', '')
/** aten::logical_or(Tensor self, Tensor other) -> Tensor */
export function logical_or(self: Tensor, other: Tensor): Tensor {
  return new Tensor(addon.call(op_logical_or, self.handle, other.handle) as number)
}
const op_logical_xor = addon.op('aten::logical_xor', '')
/** aten::logical_xor(Tensor self, Tensor other) -> Tensor */
export function logical_xor(self: Tensor, other: Tensor): Tensor {
  return new Tensor(addon.call(op_logical_xor, self.handle, other.handle) as number)
}
const op_logical_not = addon.op('aten::logical_not', '')
/** aten::logical_not(Tensor self) -> Tensor */
export function logical_not(self: Tensor): Tensor {
  return new Tensor(addon.call(op_logical_not, self.handle) as number)
}
const op_isnan = addon.op('aten::isnan', '')
/** aten::isnan(Tensor self) -> Tensor */
export function isnan(self: Tensor): Tensor {
  return new Tensor(addon.call(op_isnan, self.handle) as number)
}
const op_isfinite = addon.op('aten::isfinite', '')
/** aten::isfinite(Tensor self) -> Tensor */
export function isfinite(self: Tensor): Tensor {
  return new Tensor(addon.call(op_isfinite, self.handle) as number)
}
const op_isinf = addon.op('aten::isinf', '')
/** aten::isinf(Tensor self) -> Tensor */
export function isinf(self: Tensor): Tensor {
  return new Tensor(addon.call(op_isinf, self.handle) as number)
}
const op_bitwise_and_Tensor = addon.op('aten::bitwise_and', 'Tensor')
/** aten::bitwise_and.Tensor(Tensor self, Tensor other) -> Tensor */
export function bitwise_and_Tensor(self: Tensor, other: Tensor): Tensor {
  return new Tensor(addon.call(op_bitwise_and_Tensor, self.handle, other.handle) as number)
}
const op_bitwise_or_Tensor = addon.op('aten::bitwise_or', 'Tensor')
/** aten::bitwise_or.Tensor(Tensor self, Tensor other) -> Tensor */
export function bitwise_or_Tensor(self: Tensor, other: Tensor): Tensor {
  return new Tensor(addon.call(op_bitwise_or_Tensor, self.handle, other.handle) as number)
}
const op_bitwise_not = addon.op('aten::bitwise_not', '')
/** aten::bitwise_not(Tensor self) -> Tensor */
export function bitwise_not(self: Tensor): Tensor {
  return new Tensor(addon.call(op_bitwise_not, self.handle) as number)
}
const op_equal = addon.op('aten::equal', '')
/** aten::equal(Tensor self, Tensor other) -> bool */
export function equal(self: Tensor, other: Tensor): boolean {
  return addon.call(op_equal, self.handle, other.handle) as boolean
}
const op_allclose = addon.op('aten::allclose', '')
/** aten::allclose(Tensor self, Tensor other, float rtol=1.0000000000000001e-05, float atol=1e-08, bool equal_nan=False) -> bool */
export function allclose(self: Tensor, other: Tensor, rtol?: number, atol?: number, equalNan?: boolean): boolean {
  return addon.call(op_allclose, self.handle, other.handle, rtol, atol, equalNan) as boolean
}
const op_isclose = addon.op('aten::isclose', '')
/** aten::isclose(Tensor self, Tensor other, float rtol=1.0000000000000001e-05, float atol=1e-08, bool equal_nan=False) -> Tensor */
export function isclose(self: Tensor, other: Tensor, rtol?: number, atol?: number, equalNan?: boolean): Tensor {
  return new Tensor(addon.call(op_isclose, self.handle, other.handle, rtol, atol, equalNan) as number)
}

// linear algebra
const op_mm = addon.op('aten::mm', '')
/** aten::mm(Tensor self, Tensor mat2) -> Tensor */
export function mm(self: Tensor, mat2: Tensor): Tensor {
  return new Tensor(addon.call(op_mm, self.handle, mat2.handle) as number)
}
const op_bmm = addon.op('aten::bmm', '')
/** aten::bmm(Tensor self, Tensor mat2) -> Tensor */
export function bmm(self: Tensor, mat2: Tensor): Tensor {
  return new Tensor(addon.call(op_bmm, self.handle, mat2.handle) as number)
}
const op_matmul = addon.op('aten::matmul', '')
/** aten::matmul(Tensor self, Tensor other) -> Tensor */
export function matmul(self: Tensor, other: Tensor): Tensor {
  return new Tensor(addon.call(op_matmul, self.handle, other.handle) as number)
}
const op_mv = addon.op('aten::mv', '')
/** aten::mv(Tensor self, Tensor vec) -> Tensor */
export function mv(self: Tensor, vec: Tensor): Tensor {
  return new Tensor(addon.call(op_mv, self.handle, vec.handle) as number)
}
const op_dot = addon.op('aten::dot', '')
/** aten::dot(Tensor self, Tensor tensor) -> Tensor */
export function dot(self: Tensor, tensor: Tensor): Tensor {
  return new Tensor(addon.call(op_dot, self.handle, tensor.handle) as number)
}
const op_outer = addon.op('aten::outer', '')
/** aten::outer(Tensor self, Tensor vec2) -> Tensor */
export function outer(self: Tensor, vec2: Tensor): Tensor {
  return new Tensor(addon.call(op_outer, self.handle, vec2.handle) as number)
}
const op_addmm = addon.op('aten::addmm', '')
/** aten::addmm(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor */
export function addmm(self: Tensor, mat1: Tensor, mat2: Tensor, beta?: number | boolean, alpha?: number | boolean): Tensor {
  return new Tensor(addon.call(op_addmm, self.handle, mat1.handle, mat2.handle, beta, alpha) as number)
}
const op_baddbmm = addon.op('aten::baddbmm', '')
/** aten::baddbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor */
export function baddbmm(self: Tensor, batch1: Tensor, batch2: Tensor, beta?: number | boolean, alpha?: number | boolean): Tensor {
  return new Tensor(addon.call(op_baddbmm, self.handle, batch1.handle, batch2.handle, beta, alpha) as number)
}
const op_addbmm = addon.op('aten::addbmm', '')
/** aten::addbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor */
export function addbmm(self: Tensor, batch1: Tensor, batch2: Tensor, beta?: number | boolean, alpha?: number | boolean): Tensor {
  return new Tensor(addon.call(op_addbmm, self.handle, batch1.handle, batch2.handle, beta, alpha) as number)
}
const op_einsum = addon.op('aten::einsum', '')
/** aten::einsum(str equation, Tensor[] tensors, *, int[]? path=None) -> Tensor */
export function einsum(equation: string, tensors: readonly Tensor[], path?: readonly number[] | null): Tensor {
  return new Tensor(addon.call(op_einsum, equation, handles(tensors), path) as number)
}
const op_linear = addon.op('aten::linear', '')
/** aten::linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor */
export function linear(input: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  return new Tensor(addon.call(op_linear, input.handle, weight.handle, bias?.handle) as number)
}
const op_linalg_vector_norm = addon.op('aten::linalg_vector_norm', '')
/** aten::linalg_vector_norm(Tensor self, Scalar ord=2, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor */
export function linalg_vector_norm(self: Tensor, ord?: number | boolean, dim?: readonly number[] | number | null, keepdim?: boolean, dtype?: DType | null): Tensor {
  return new Tensor(addon.call(op_linalg_vector_norm, self.handle, ord, dim, keepdim, dtype) as number)
}
const op_linalg_norm = addon.op('aten::linalg_norm', '')
/** aten::linalg_norm(Tensor self, Scalar? ord=None, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor */
export function linalg_norm(self: Tensor, ord?: number | boolean | null, dim?: readonly number[] | number | null, keepdim?: boolean, dtype?: DType | null): Tensor {
  return new Tensor(addon.call(op_linalg_norm, self.handle, ord, dim, keepdim, dtype) as number)
}
const op_linalg_inv = addon.op('aten::linalg_inv', '')
/** aten::linalg_inv(Tensor A) -> Tensor */
export function linalg_inv(A: Tensor): Tensor {
  return new Tensor(addon.call(op_linalg_inv, A.handle) as number)
}
const op_linalg_solve = addon.op('aten::linalg_solve', '')
/** aten::linalg_solve(Tensor A, Tensor B, *, bool left=True) -> Tensor */
export function linalg_solve(A: Tensor, B: Tensor, left?: boolean): Tensor {
  return new Tensor(addon.call(op_linalg_solve, A.handle, B.handle, left) as number)
}
const op_linalg_cholesky = addon.op('aten::linalg_cholesky', '')
/** aten::linalg_cholesky(Tensor self, *, bool upper=False) -> Tensor */
export function linalg_cholesky(self: Tensor, upper?: boolean): Tensor {
  return new Tensor(addon.call(op_linalg_cholesky, self.handle, upper) as number)
}
const op_linalg_svd = addon.op('aten::linalg_svd', '')
/** aten::linalg_svd(Tensor A, bool full_matrices=True, *, str? driver=None) -> (Tensor U, Tensor S, Tensor Vh) */
export function linalg_svd(A: Tensor, fullMatrices?: boolean, driver?: string | null): [Tensor, Tensor, Tensor] {
  return made(addon.call(op_linalg_svd, A.handle, fullMatrices, driver) as number[]) as [Tensor, Tensor, Tensor]
}
const op_linalg_qr = addon.op('aten::linalg_qr', '')
/** aten::linalg_qr(Tensor A, str mode="reduced") -> (Tensor Q, Tensor R) */
export function linalg_qr(A: Tensor, mode?: string): [Tensor, Tensor] {
  return made(addon.call(op_linalg_qr, A.handle, mode) as number[]) as [Tensor, Tensor]
}
const op_linalg_eigh = addon.op('aten::linalg_eigh', '')
/** aten::linalg_eigh(Tensor self, str UPLO="L") -> (Tensor eigenvalues, Tensor eigenvectors) */
export function linalg_eigh(self: Tensor, UPLO?: string): [Tensor, Tensor] {
  return made(addon.call(op_linalg_eigh, self.handle, UPLO) as number[]) as [Tensor, Tensor]
}
const op_cdist = addon.op('aten::cdist', '')
/** aten::cdist(Tensor x1, Tensor x2, float p=2., int? compute_mode=None) -> Tensor */
export function cdist(x1: Tensor, x2: Tensor, p?: number, computeMode?: number | null): Tensor {
  return new Tensor(addon.call(op_cdist, x1.handle, x2.handle, p, computeMode) as number)
}
const op_diag = addon.op('aten::diag', '')
/** aten::diag(Tensor self, int diagonal=0) -> Tensor */
export function diag(self: Tensor, diagonal?: number): Tensor {
  return new Tensor(addon.call(op_diag, self.handle, diagonal) as number)
}
const op_diagonal = addon.op('aten::diagonal', '')
/** aten::diagonal(Tensor(a) self, int offset=0, int dim1=0, int dim2=1) -> Tensor(a) */
export function diagonal(self: Tensor, offset?: number, dim1?: number, dim2?: number): Tensor {
  return new Tensor(addon.call(op_diagonal, self.handle, offset, dim1, dim2) as number)
}
const op_trace = addon.op('aten::trace', '')
/** aten::trace(Tensor self) -> Tensor */
export function trace(self: Tensor): Tensor {
  return new Tensor(addon.call(op_trace, self.handle) as number)
}

// reduction
const op_sum = addon.op('aten::sum', '')
/** aten::sum(Tensor self, *, ScalarType? dtype=None) -> Tensor */
export function sum(self: Tensor, dtype?: DType | null): Tensor {
  return new Tensor(addon.call(op_sum, self.handle, dtype) as number)
}
const op_sum_dim_IntList = addon.op('aten::sum', 'dim_IntList')
/** aten::sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor */
export function sum_dim_IntList(self: Tensor, dim?: readonly number[] | number | null, keepdim?: boolean, dtype?: DType | null): Tensor {
  return new Tensor(addon.call(op_sum_dim_IntList, self.handle, dim, keepdim, dtype) as number)
}
const op_mean = addon.op('aten::mean', '')
/** aten::mean(Tensor self, *, ScalarType? dtype=None) -> Tensor */
export function mean(self: Tensor, dtype?: DType | null): Tensor {
  return new Tensor(addon.call(op_mean, self.handle, dtype) as number)
}
const op_mean_dim = addon.op('aten::mean', 'dim')
/** aten::mean.dim(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor */
export function mean_dim(self: Tensor, dim?: readonly number[] | number | null, keepdim?: boolean, dtype?: DType | null): Tensor {
  return new Tensor(addon.call(op_mean_dim, self.handle, dim, keepdim, dtype) as number)
}
const op_prod = addon.op('aten::prod', '')
/** aten::prod(Tensor self, *, ScalarType? dtype=None) -> Tensor */
export function prod(self: Tensor, dtype?: DType | null): Tensor {
  return new Tensor(addon.call(op_prod, self.handle, dtype) as number)
}
const op_prod_dim_int = addon.op('aten::prod', 'dim_int')
/** aten::prod.dim_int(Tensor self, int dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor */
export function prod_dim_int(self: Tensor, dim: number, keepdim?: boolean, dtype?: DType | null): Tensor {
  return new Tensor(addon.call(op_prod_dim_int, self.handle, dim, keepdim, dtype) as number)
}
const op_amax = addon.op('aten::amax', '')
/** aten::amax(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor */
export function amax(self: Tensor, dim?: readonly number[] | number, keepdim?: boolean): Tensor {
  return new Tensor(addon.call(op_amax, self.handle, dim, keepdim) as number)
}
const op_amin = addon.op('aten::amin', '')
/** aten::amin(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor */
export function amin(self: Tensor, dim?: readonly number[] | number, keepdim?: boolean): Tensor {
  return new Tensor(addon.call(op_amin, self.handle, dim, keepdim) as number)
}
const op_argmax = addon.op('aten::argmax', '')
/** aten::argmax(Tensor self, int? dim=None, bool keepdim=False) -> Tensor */
export function argmax(self: Tensor, dim?: number | null, keepdim?: boolean): Tensor {
  return new Tensor(addon.call(op_argmax, self.handle, dim, keepdim) as number)
}
const op_argmin = addon.op('aten::argmin', '')
/** aten::argmin(Tensor self, int? dim=None, bool keepdim=False) -> Tensor */
export function argmin(self: Tensor, dim?: number | null, keepdim?: boolean): Tensor {
  return new Tensor(addon.call(op_argmin, self.handle, dim, keepdim) as number)
}
const op_max = addon.op('aten::max', '')
/** aten::max(Tensor self) -> Tensor */
export function max(self: Tensor): Tensor {
  return new Tensor(addon.call(op_max, self.handle) as number)
}
const op_max_dim = addon.op('aten::max', 'dim')
/** aten::max.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices) */
export function max_dim(self: Tensor, dim: number, keepdim?: boolean): [Tensor, Tensor] {
  return made(addon.call(op_max_dim, self.handle, dim, keepdim) as number[]) as [Tensor, Tensor]
}
const op_min = addon.op('aten::min', '')
/** aten::min(Tensor self) -> Tensor */
export function min(self: Tensor): Tensor {
  return new Tensor(addon.call(op_min, self.handle) as number)
}
const op_min_dim = addon.op('aten::min', 'dim')
/** aten::min.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices) */
export function min_dim(self: Tensor, dim: number, keepdim?: boolean): [Tensor, Tensor] {
  return made(addon.call(op_min_dim, self.handle, dim, keepdim) as number[]) as [Tensor, Tensor]
}
const op_std_correction = addon.op('aten::std', 'correction')
/** aten::std.correction(Tensor self, int[1]? dim, *, int? correction, bool keepdim=False) -> Tensor */
export function std_correction(self: Tensor, dim?: readonly number[] | number | null, correction?: number | null, keepdim?: boolean): Tensor {
  return new Tensor(addon.call(op_std_correction, self.handle, dim, correction, keepdim) as number)
}
const op_var_correction = addon.op('aten::var', 'correction')
/** aten::var.correction(Tensor self, int[1]? dim, *, int? correction, bool keepdim=False) -> Tensor */
export function var_correction(self: Tensor, dim?: readonly number[] | number | null, correction?: number | null, keepdim?: boolean): Tensor {
  return new Tensor(addon.call(op_var_correction, self.handle, dim, correction, keepdim) as number)
}
const op_norm_ScalarOpt_dim = addon.op('aten::norm', 'ScalarOpt_dim')
/** aten::norm.ScalarOpt_dim(Tensor self, Scalar? p, int[1] dim, bool keepdim=False) -> Tensor */
export function norm_ScalarOpt_dim(self: Tensor, p: number | boolean | null, dim: readonly number[] | number, keepdim?: boolean): Tensor {
  return new Tensor(addon.call(op_norm_ScalarOpt_dim, self.handle, p, dim, keepdim) as number)
}
const op_norm_Scalar = addon.op('aten::norm', 'Scalar')
/** aten::norm.Scalar(Tensor self, Scalar p=2) -> Tensor */
export function norm_Scalar(self: Tensor, p?: number | boolean): Tensor {
  return new Tensor(addon.call(op_norm_Scalar, self.handle, p) as number)
}
const op_any = addon.op('aten::any', '')
/** aten::any(Tensor self) -> Tensor */
export function any(self: Tensor): Tensor {
  return new Tensor(addon.call(op_any, self.handle) as number)
}
const op_any_dim = addon.op('aten::any', 'dim')
/** aten::any.dim(Tensor self, int dim, bool keepdim=False) -> Tensor */
export function any_dim(self: Tensor, dim: number, keepdim?: boolean): Tensor {
  return new Tensor(addon.call(op_any_dim, self.handle, dim, keepdim) as number)
}
const op_all = addon.op('aten::all', '')
/** aten::all(Tensor self) -> Tensor */
export function all(self: Tensor): Tensor {
  return new Tensor(addon.call(op_all, self.handle) as number)
}
const op_all_dim = addon.op('aten::all', 'dim')
/** aten::all.dim(Tensor self, int dim, bool keepdim=False) -> Tensor */
export function all_dim(self: Tensor, dim: number, keepdim?: boolean): Tensor {
  return new Tensor(addon.call(op_all_dim, self.handle, dim, keepdim) as number)
}
const op_cumsum = addon.op('aten::cumsum', '')
/** aten::cumsum(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor */
export function cumsum(self: Tensor, dim: number, dtype?: DType | null): Tensor {
  return new Tensor(addon.call(op_cumsum, self.handle, dim, dtype) as number)
}
const op_cumprod = addon.op('aten::cumprod', '')
/** aten::cumprod(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor */
export function cumprod(self: Tensor, dim: number, dtype?: DType | null): Tensor {
  return new Tensor(addon.call(op_cumprod, self.handle, dim, dtype) as number)
}
const op_logsumexp = addon.op('aten::logsumexp', '')
/** aten::logsumexp(Tensor self, int[1] dim, bool keepdim=False) -> Tensor */
export function logsumexp(self: Tensor, dim: readonly number[] | number, keepdim?: boolean): Tensor {
  return new Tensor(addon.call(op_logsumexp, self.handle, dim, keepdim) as number)
}
const op_topk = addon.op('aten::topk', '')
/** aten::topk(Tensor self, int k, int dim=-1, bool largest=True, bool sorted=True) -> (Tensor values, Tensor indices) */
export function topk(self: Tensor, k: number, dim?: number, largest?: boolean, sorted?: boolean): [Tensor, Tensor] {
  return made(addon.call(op_topk, self.handle, k, dim, largest, sorted) as number[]) as [Tensor, Tensor]
}
const op_sort = addon.op('aten::sort', '')
/** aten::sort(Tensor self, int dim=-1, bool descending=False) -> (Tensor values, Tensor indices) */
export function sort(self: Tensor, dim?: number, descending?: boolean): [Tensor, Tensor] {
  return made(addon.call(op_sort, self.handle, dim, descending) as number[]) as [Tensor, Tensor]
}
const op_sort_stable = addon.op('aten::sort', 'stable')
/** aten::sort.stable(Tensor self, *, bool? stable, int dim=-1, bool descending=False) -> (Tensor values, Tensor indices) */
export function sort_stable(self: Tensor, stable?: boolean | null, dim?: number, descending?: boolean): [Tensor, Tensor] {
  return made(addon.call(op_sort_stable, self.handle, stable, dim, descending) as number[]) as [Tensor, Tensor]
}
const op_argsort = addon.op('aten::argsort', '')
/** aten::argsort(Tensor self, int dim=-1, bool descending=False) -> Tensor */
export function argsort(self: Tensor, dim?: number, descending?: boolean): Tensor {
  return new Tensor(addon.call(op_argsort, self.handle, dim, descending) as number)
}
const op_median = addon.op('aten::median', '')
/** aten::median(Tensor self) -> Tensor */
export function median(self: Tensor): Tensor {
  return new Tensor(addon.call(op_median, self.handle) as number)
}
const op_median_dim = addon.op('aten::median', 'dim')
/** aten::median.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices) */
export function median_dim(self: Tensor, dim: number, keepdim?: boolean): [Tensor, Tensor] {
  return made(addon.call(op_median_dim, self.handle, dim, keepdim) as number[]) as [Tensor, Tensor]
}
const op_kthvalue = addon.op('aten::kthvalue', '')
/** aten::kthvalue(Tensor self, int k, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices) */
export function kthvalue(self: Tensor, k: number, dim?: number, keepdim?: boolean): [Tensor, Tensor] {
  return made(addon.call(op_kthvalue, self.handle, k, dim, keepdim) as number[]) as [Tensor, Tensor]
}
const op_bincount = addon.op('aten::bincount', '')
/** aten::bincount(Tensor self, Tensor? weights=None, int minlength=0) -> Tensor */
export function bincount(self: Tensor, weights?: Tensor | null, minlength?: number): Tensor {
  return new Tensor(addon.call(op_bincount, self.handle, weights?.handle, minlength) as number)
}
const op_nonzero = addon.op('aten::nonzero', '')
/** aten::nonzero(Tensor self) -> Tensor */
export function nonzero(self: Tensor): Tensor {
  return new Tensor(addon.call(op_nonzero, self.handle) as number)
}
const op_unique_dim = addon.op('aten::unique_dim', '')
/** aten::unique_dim(Tensor self, int dim, bool sorted=True, bool return_inverse=False, bool return_counts=False) -> (Tensor, Tensor, Tensor) */
export function unique_dim(self: Tensor, dim: number, sorted?: boolean, returnInverse?: boolean, returnCounts?: boolean): [Tensor, Tensor, Tensor] {
  return made(addon.call(op_unique_dim, self.handle, dim, sorted, returnInverse, returnCounts) as number[]) as [Tensor, Tensor, Tensor]
}
const op__unique2 = addon.op('aten::_unique2', '')
/** aten::_unique2(Tensor self, bool sorted=True, bool return_inverse=False, bool return_counts=False) -> (Tensor, Tensor, Tensor) */
export function _unique2(self: Tensor, sorted?: boolean, returnInverse?: boolean, returnCounts?: boolean): [Tensor, Tensor, Tensor] {
  return made(addon.call(op__unique2, self.handle, sorted, returnInverse, returnCounts) as number[]) as [Tensor, Tensor, Tensor]
}
const op_searchsorted_Tensor = addon.op('aten::searchsorted', 'Tensor')
/** aten::searchsorted.Tensor(Tensor sorted_sequence, Tensor self, *, bool out_int32=False, bool right=False, str? side=None, Tensor? sorter=None) -> Tensor */
export function searchsorted_Tensor(sortedSequence: Tensor, self: Tensor, outInt32?: boolean, right?: boolean, side?: string | null, sorter?: Tensor | null): Tensor {
  return new Tensor(addon.call(op_searchsorted_Tensor, sortedSequence.handle, self.handle, outInt32, right, side, sorter?.handle) as number)
}
const op_histc = addon.op('aten::histc', '')
/** aten::histc(Tensor self, int bins=100, Scalar min=0, Scalar max=0) -> Tensor */
export function histc(self: Tensor, bins?: number, min?: number | boolean, max?: number | boolean): Tensor {
  return new Tensor(addon.call(op_histc, self.handle, bins, min, max) as number)
}

// shape
const op_t = addon.op('aten::t', '')
/** aten::t(Tensor(a) self) -> Tensor(a) */
export function t(self: Tensor): Tensor {
  return new Tensor(addon.call(op_t, self.handle) as number)
}
const op_transpose_int = addon.op('aten::transpose', 'int')
/** aten::transpose.int(Tensor(a) self, int dim0, int dim1) -> Tensor(a) */
export function transpose_int(self: Tensor, dim0: number, dim1: number): Tensor {
  return new Tensor(addon.call(op_transpose_int, self.handle, dim0, dim1) as number)
}
const op_permute = addon.op('aten::permute', '')
/** aten::permute(Tensor(a) self, int[] dims) -> Tensor(a) */
export function permute(self: Tensor, dims: readonly number[]): Tensor {
  return new Tensor(addon.call(op_permute, self.handle, dims) as number)
}
const op_view = addon.op('aten::view', '')
/** aten::view(Tensor(a) self, SymInt[] size) -> Tensor(a) */
export function view(self: Tensor, size: readonly number[]): Tensor {
  return new Tensor(addon.call(op_view, self.handle, size) as number)
}
const op_reshape = addon.op('aten::reshape', '')
/** aten::reshape(Tensor(a) self, SymInt[] shape) -> Tensor(a) */
export function reshape(self: Tensor, shape: readonly number[]): Tensor {
  return new Tensor(addon.call(op_reshape, self.handle, shape) as number)
}
const op_flatten_using_ints = addon.op('aten::flatten', 'using_ints')
/** aten::flatten.using_ints(Tensor(a) self, int start_dim=0, int end_dim=-1) -> Tensor(a) */
export function flatten_using_ints(self: Tensor, startDim?: number, endDim?: number): Tensor {
  return new Tensor(addon.call(op_flatten_using_ints, self.handle, startDim, endDim) as number)
}
const op_unsqueeze = addon.op('aten::unsqueeze', '')
/** aten::unsqueeze(Tensor(a) self, int dim) -> Tensor(a) */
export function unsqueeze(self: Tensor, dim: number): Tensor {
  return new Tensor(addon.call(op_unsqueeze, self.handle, dim) as number)
}
const op_squeeze = addon.op('aten::squeeze', '')
/** aten::squeeze(Tensor(a) self) -> Tensor(a) */
export function squeeze(self: Tensor): Tensor {
  return new Tensor(addon.call(op_squeeze, self.handle) as number)
}
const op_squeeze_dim = addon.op('aten::squeeze', 'dim')
/** aten::squeeze.dim(Tensor(a) self, int dim) -> Tensor(a) */
export function squeeze_dim(self: Tensor, dim: number): Tensor {
  return new Tensor(addon.call(op_squeeze_dim, self.handle, dim) as number)
}
const op_expand = addon.op('aten::expand', '')
/** aten::expand(Tensor(a) self, SymInt[] size, *, bool implicit=False) -> Tensor(a) */
export function expand(self: Tensor, size: readonly number[], implicit?: boolean): Tensor {
  return new Tensor(addon.call(op_expand, self.handle, size, implicit) as number)
}
const op_repeat = addon.op('aten::repeat', '')
/** aten::repeat(Tensor self, SymInt[] repeats) -> Tensor */
export function repeat(self: Tensor, repeats: readonly number[]): Tensor {
  return new Tensor(addon.call(op_repeat, self.handle, repeats) as number)
}
const op_repeat_interleave_self_int = addon.op('aten::repeat_interleave', 'self_int')
/** aten::repeat_interleave.self_int(Tensor self, int repeats, int? dim=None, *, int? output_size=None) -> Tensor */
export function repeat_interleave_self_int(self: Tensor, repeats: number, dim?: number | null, outputSize?: number | null): Tensor {
  return new Tensor(addon.call(op_repeat_interleave_self_int, self.handle, repeats, dim, outputSize) as number)
}
const op_contiguous = addon.op('aten::contiguous', '')
/** aten::contiguous(Tensor(a) self, *, MemoryFormat memory_format=0) -> Tensor(a) */
export function contiguous(self: Tensor, memoryFormat?: null): Tensor {
  return new Tensor(addon.call(op_contiguous, self.handle, memoryFormat) as number)
}
const op_clone = addon.op('aten::clone', '')
/** aten::clone(Tensor self, *, MemoryFormat? memory_format=None) -> Tensor */
export function clone(self: Tensor, memoryFormat?: null): Tensor {
  return new Tensor(addon.call(op_clone, self.handle, memoryFormat) as number)
}
const op_detach = addon.op('aten::detach', '')
/** aten::detach(Tensor(a) self) -> Tensor(a) */
export function detach(self: Tensor): Tensor {
  return new Tensor(addon.call(op_detach, self.handle) as number)
}
const op_detach_ = addon.op('aten::detach_', '')
/** aten::detach_(Tensor(a!) self) -> Tensor(a!) */
export function detach_(self: Tensor): Tensor {
  addon.run(op_detach_, self.handle)
  return self
}
const op_alias = addon.op('aten::alias', '')
/** aten::alias(Tensor(a) self) -> Tensor(a) */
export function alias(self: Tensor): Tensor {
  return new Tensor(addon.call(op_alias, self.handle) as number)
}
const op_cat = addon.op('aten::cat', '')
/** aten::cat(Tensor[] tensors, int dim=0) -> Tensor */
export function cat(tensors: readonly Tensor[], dim?: number): Tensor {
  return new Tensor(addon.call(op_cat, handles(tensors), dim) as number)
}
const op_stack = addon.op('aten::stack', '')
/** aten::stack(Tensor[] tensors, int dim=0) -> Tensor */
export function stack(tensors: readonly Tensor[], dim?: number): Tensor {
  return new Tensor(addon.call(op_stack, handles(tensors), dim) as number)
}
const op_select_int = addon.op('aten::select', 'int')
/** aten::select.int(Tensor(a) self, int dim, int index) -> Tensor(a) */
export function select_int(self: Tensor, dim: number, index: number): Tensor {
  return new Tensor(addon.call(op_select_int, self.handle, dim, index) as number)
}
const op_narrow = addon.op('aten::narrow', '')
/** aten::narrow(Tensor(a) self, int dim, int start, int length) -> Tensor(a) */
export function narrow(self: Tensor, dim: number, start: number, length: number): Tensor {
  return new Tensor(addon.call(op_narrow, self.handle, dim, start, length) as number)
}
const op_slice_Tensor = addon.op('aten::slice', 'Tensor')
/** aten::slice.Tensor(Tensor(a) self, int dim=0, SymInt? start=None, SymInt? end=None, SymInt step=1) -> Tensor(a) */
export function slice_Tensor(self: Tensor, dim?: number, start?: number | null, end?: number | null, step?: number): Tensor {
  return new Tensor(addon.call(op_slice_Tensor, self.handle, dim, start, end, step) as number)
}
const op_index_select = addon.op('aten::index_select', '')
/** aten::index_select(Tensor self, int dim, Tensor index) -> Tensor */
export function index_select(self: Tensor, dim: number, index: Tensor): Tensor {
  return new Tensor(addon.call(op_index_select, self.handle, dim, index.handle) as number)
}
const op_gather = addon.op('aten::gather', '')
/** aten::gather(Tensor self, int dim, Tensor index, *, bool sparse_grad=False) -> Tensor */
export function gather(self: Tensor, dim: number, index: Tensor, sparseGrad?: boolean): Tensor {
  return new Tensor(addon.call(op_gather, self.handle, dim, index.handle, sparseGrad) as number)
}
const op_scatter_src = addon.op('aten::scatter', 'src')
/** aten::scatter.src(Tensor self, int dim, Tensor index, Tensor src) -> Tensor */
export function scatter_src(self: Tensor, dim: number, index: Tensor, src: Tensor): Tensor {
  return new Tensor(addon.call(op_scatter_src, self.handle, dim, index.handle, src.handle) as number)
}
const op_scatter_value = addon.op('aten::scatter', 'value')
/** aten::scatter.value(Tensor self, int dim, Tensor index, Scalar value) -> Tensor */
export function scatter_value(self: Tensor, dim: number, index: Tensor, value: number | boolean): Tensor {
  return new Tensor(addon.call(op_scatter_value, self.handle, dim, index.handle, value) as number)
}
const op_scatter__src = addon.op('aten::scatter_', 'src')
/** aten::scatter_.src(Tensor(a!) self, int dim, Tensor index, Tensor src) -> Tensor(a!) */
export function scatter__src(self: Tensor, dim: number, index: Tensor, src: Tensor): Tensor {
  addon.run(op_scatter__src, self.handle, dim, index.handle, src.handle)
  return self
}
const op_scatter__value = addon.op('aten::scatter_', 'value')
/** aten::scatter_.value(Tensor(a!) self, int dim, Tensor index, Scalar value) -> Tensor(a!) */
export function scatter__value(self: Tensor, dim: number, index: Tensor, value: number | boolean): Tensor {
  addon.run(op_scatter__value, self.handle, dim, index.handle, value)
  return self
}
const op_scatter_add = addon.op('aten::scatter_add', '')
/** aten::scatter_add(Tensor self, int dim, Tensor index, Tensor src) -> Tensor */
export function scatter_add(self: Tensor, dim: number, index: Tensor, src: Tensor): Tensor {
  return new Tensor(addon.call(op_scatter_add, self.handle, dim, index.handle, src.handle) as number)
}
const op_scatter_add_ = addon.op('aten::scatter_add_', '')
/** aten::scatter_add_(Tensor(a!) self, int dim, Tensor index, Tensor src) -> Tensor(a!) */
export function scatter_add_(self: Tensor, dim: number, index: Tensor, src: Tensor): Tensor {
  addon.run(op_scatter_add_, self.handle, dim, index.handle, src.handle)
  return self
}
const op_index_add = addon.op('aten::index_add', '')
/** aten::index_add(Tensor self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor */
export function index_add(self: Tensor, dim: number, index: Tensor, source: Tensor, alpha?: number | boolean): Tensor {
  return new Tensor(addon.call(op_index_add, self.handle, dim, index.handle, source.handle, alpha) as number)
}
const op_index_add_ = addon.op('aten::index_add_', '')
/** aten::index_add_(Tensor(a!) self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor(a!) */
export function index_add_(self: Tensor, dim: number, index: Tensor, source: Tensor, alpha?: number | boolean): Tensor {
  addon.run(op_index_add_, self.handle, dim, index.handle, source.handle, alpha)
  return self
}
const op_index_Tensor = addon.op('aten::index', 'Tensor')
/** aten::index.Tensor(Tensor self, Tensor?[] indices) -> Tensor */
export function index_Tensor(self: Tensor, indices: readonly (Tensor | null)[]): Tensor {
  return new Tensor(addon.call(op_index_Tensor, self.handle, maybeHandles(indices)) as number)
}
const op_index_put = addon.op('aten::index_put', '')
/** aten::index_put(Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor */
export function index_put(self: Tensor, indices: readonly (Tensor | null)[], values: Tensor, accumulate?: boolean): Tensor {
  return new Tensor(addon.call(op_index_put, self.handle, maybeHandles(indices), values.handle, accumulate) as number)
}
const op_index_put_ = addon.op('aten::index_put_', '')
/** aten::index_put_(Tensor(a!) self, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor(a!) */
export function index_put_(self: Tensor, indices: readonly (Tensor | null)[], values: Tensor, accumulate?: boolean): Tensor {
  addon.run(op_index_put_, self.handle, maybeHandles(indices), values.handle, accumulate)
  return self
}
const op_index_copy_ = addon.op('aten::index_copy_', '')
/** aten::index_copy_(Tensor(a!) self, int dim, Tensor index, Tensor source) -> Tensor(a!) */
export function index_copy_(self: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  addon.run(op_index_copy_, self.handle, dim, index.handle, source.handle)
  return self
}
const op_index_fill_int_Scalar = addon.op('aten::index_fill', 'int_Scalar')
/** aten::index_fill.int_Scalar(Tensor self, int dim, Tensor index, Scalar value) -> Tensor */
export function index_fill_int_Scalar(self: Tensor, dim: number, index: Tensor, value: number | boolean): Tensor {
  return new Tensor(addon.call(op_index_fill_int_Scalar, self.handle, dim, index.handle, value) as number)
}
const op_masked_select = addon.op('aten::masked_select', '')
/** aten::masked_select(Tensor self, Tensor mask) -> Tensor */
export function masked_select(self: Tensor, mask: Tensor): Tensor {
  return new Tensor(addon.call(op_masked_select, self.handle, mask.handle) as number)
}
const op_take_along_dim = addon.op('aten::take_along_dim', '')
/** aten::take_along_dim(Tensor self, Tensor indices, int? dim=None) -> Tensor */
export function take_along_dim(self: Tensor, indices: Tensor, dim?: number | null): Tensor {
  return new Tensor(addon.call(op_take_along_dim, self.handle, indices.handle, dim) as number)
}
const op_chunk = addon.op('aten::chunk', '')
/** aten::chunk(Tensor(a -> *) self, int chunks, int dim=0) -> Tensor(a)[] */
export function chunk(self: Tensor, chunks: number, dim?: number): Tensor[] {
  return made(addon.call(op_chunk, self.handle, chunks, dim) as number[])
}
const op_split_Tensor = addon.op('aten::split', 'Tensor')
/** aten::split.Tensor(Tensor(a -> *) self, int split_size, int dim=0) -> Tensor(a)[] */
export function split_Tensor(self: Tensor, splitSize: number, dim?: number): Tensor[] {
  return made(addon.call(op_split_Tensor, self.handle, splitSize, dim) as number[])
}
const op_split_with_sizes = addon.op('aten::split_with_sizes', '')
/** aten::split_with_sizes(Tensor(a -> *) self, int[] split_sizes, int dim=0) -> Tensor(a)[] */
export function split_with_sizes(self: Tensor, splitSizes: readonly number[], dim?: number): Tensor[] {
  return made(addon.call(op_split_with_sizes, self.handle, splitSizes, dim) as number[])
}
const op_unbind_int = addon.op('aten::unbind', 'int')
/** aten::unbind.int(Tensor(a -> *) self, int dim=0) -> Tensor(a)[] */
export function unbind_int(self: Tensor, dim?: number): Tensor[] {
  return made(addon.call(op_unbind_int, self.handle, dim) as number[])
}
const op_roll = addon.op('aten::roll', '')
/** aten::roll(Tensor self, int[1] shifts, int[1] dims=[]) -> Tensor */
export function roll(self: Tensor, shifts: readonly number[] | number, dims?: readonly number[] | number): Tensor {
  return new Tensor(addon.call(op_roll, self.handle, shifts, dims) as number)
}
const op_flip = addon.op('aten::flip', '')
/** aten::flip(Tensor self, int[] dims) -> Tensor */
export function flip(self: Tensor, dims: readonly number[]): Tensor {
  return new Tensor(addon.call(op_flip, self.handle, dims) as number)
}
const op_tril = addon.op('aten::tril', '')
/** aten::tril(Tensor self, int diagonal=0) -> Tensor */
export function tril(self: Tensor, diagonal?: number): Tensor {
  return new Tensor(addon.call(op_tril, self.handle, diagonal) as number)
}
const op_triu = addon.op('aten::triu', '')
/** aten::triu(Tensor self, int diagonal=0) -> Tensor */
export function triu(self: Tensor, diagonal?: number): Tensor {
  return new Tensor(addon.call(op_triu, self.handle, diagonal) as number)
}
const op_movedim_int = addon.op('aten::movedim', 'int')
/** aten::movedim.int(Tensor(a) self, int source, int destination) -> Tensor(a) */
export function movedim_int(self: Tensor, source: number, destination: number): Tensor {
  return new Tensor(addon.call(op_movedim_int, self.handle, source, destination) as number)
}
const op_unfold = addon.op('aten::unfold', '')
/** aten::unfold(Tensor(a) self, int dimension, int size, int step) -> Tensor(a) */
export function unfold(self: Tensor, dimension: number, size: number, step: number): Tensor {
  return new Tensor(addon.call(op_unfold, self.handle, dimension, size, step) as number)
}
const op_as_strided = addon.op('aten::as_strided', '')
/** aten::as_strided(Tensor(a) self, SymInt[] size, SymInt[] stride, SymInt? storage_offset=None) -> Tensor(a) */
export function as_strided(self: Tensor, size: readonly number[], stride: readonly number[], storageOffset?: number | null): Tensor {
  return new Tensor(addon.call(op_as_strided, self.handle, size, stride, storageOffset) as number)
}
const op_pixel_shuffle = addon.op('aten::pixel_shuffle', '')
/** aten::pixel_shuffle(Tensor self, int upscale_factor) -> Tensor */
export function pixel_shuffle(self: Tensor, upscaleFactor: number): Tensor {
  return new Tensor(addon.call(op_pixel_shuffle, self.handle, upscaleFactor) as number)
}
const op_constant_pad_nd = addon.op('aten::constant_pad_nd', '')
/** aten::constant_pad_nd(Tensor self, int[] pad, Scalar value=0) -> Tensor */
export function constant_pad_nd(self: Tensor, pad: readonly number[], value?: number | boolean): Tensor {
  return new Tensor(addon.call(op_constant_pad_nd, self.handle, pad, value) as number)
}
const op_reflection_pad1d = addon.op('aten::reflection_pad1d', '')
/** aten::reflection_pad1d(Tensor self, int[2] padding) -> Tensor */
export function reflection_pad1d(self: Tensor, padding: readonly number[] | number): Tensor {
  return new Tensor(addon.call(op_reflection_pad1d, self.handle, padding) as number)
}
const op_reflection_pad2d = addon.op('aten::reflection_pad2d', '')
/** aten::reflection_pad2d(Tensor self, int[4] padding) -> Tensor */
export function reflection_pad2d(self: Tensor, padding: readonly number[] | number): Tensor {
  return new Tensor(addon.call(op_reflection_pad2d, self.handle, padding) as number)
}
const op_replication_pad2d = addon.op('aten::replication_pad2d', '')
/** aten::replication_pad2d(Tensor self, int[4] padding) -> Tensor */
export function replication_pad2d(self: Tensor, padding: readonly number[] | number): Tensor {
  return new Tensor(addon.call(op_replication_pad2d, self.handle, padding) as number)
}
const op_one_hot = addon.op('aten::one_hot', '')
/** aten::one_hot(Tensor self, int num_classes=-1) -> Tensor */
export function one_hot(self: Tensor, numClasses?: number): Tensor {
  return new Tensor(addon.call(op_one_hot, self.handle, numClasses) as number)
}
const op_meshgrid_indexing = addon.op('aten::meshgrid', 'indexing')
/** aten::meshgrid.indexing(Tensor[] tensors, *, str indexing) -> Tensor[] */
export function meshgrid_indexing(tensors: readonly Tensor[], indexing: string): Tensor[] {
  return made(addon.call(op_meshgrid_indexing, handles(tensors), indexing) as number[])
}

// conversion
const op_to_dtype = addon.op('aten::to', 'dtype')
/** aten::to.dtype(Tensor(a) self, ScalarType dtype, bool non_blocking=False, bool copy=False, MemoryFormat? memory_format=None) -> Tensor(a) */
export function to_dtype(self: Tensor, dtype: DType, nonBlocking?: boolean, copy?: boolean, memoryFormat?: null): Tensor {
  return new Tensor(addon.call(op_to_dtype, self.handle, dtype, nonBlocking, copy, memoryFormat) as number)
}
const op_to_dtype_layout = addon.op('aten::to', 'dtype_layout')
/** aten::to.dtype_layout(Tensor(a) self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, bool non_blocking=False, bool copy=False, MemoryFormat? memory_format=None) -> Tensor(a) */
export function to_dtype_layout(self: Tensor, dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null, nonBlocking?: boolean, copy?: boolean, memoryFormat?: null): Tensor {
  return new Tensor(addon.call(op_to_dtype_layout, self.handle, dtype, layout, device, pinMemory, nonBlocking, copy, memoryFormat) as number)
}
const op__to_copy = addon.op('aten::_to_copy', '')
/** aten::_to_copy(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, bool non_blocking=False, MemoryFormat? memory_format=None) -> Tensor */
export function _to_copy(self: Tensor, dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null, nonBlocking?: boolean, memoryFormat?: null): Tensor {
  return new Tensor(addon.call(op__to_copy, self.handle, dtype, layout, device, pinMemory, nonBlocking, memoryFormat) as number)
}
const op_copy_ = addon.op('aten::copy_', '')
/** aten::copy_(Tensor(a!) self, Tensor src, bool non_blocking=False) -> Tensor(a!) */
export function copy_(self: Tensor, src: Tensor, nonBlocking?: boolean): Tensor {
  addon.run(op_copy_, self.handle, src.handle, nonBlocking)
  return self
}
const op_fill__Scalar = addon.op('aten::fill_', 'Scalar')
/** aten::fill_.Scalar(Tensor(a!) self, Scalar value) -> Tensor(a!) */
export function fill__Scalar(self: Tensor, value: number | boolean): Tensor {
  addon.run(op_fill__Scalar, self.handle, value)
  return self
}
const op_fill__Tensor = addon.op('aten::fill_', 'Tensor')
/** aten::fill_.Tensor(Tensor(a!) self, Tensor value) -> Tensor(a!) */
export function fill__Tensor(self: Tensor, value: Tensor): Tensor {
  addon.run(op_fill__Tensor, self.handle, value.handle)
  return self
}
const op_zero_ = addon.op('aten::zero_', '')
/** aten::zero_(Tensor(a!) self) -> Tensor(a!) */
export function zero_(self: Tensor): Tensor {
  addon.run(op_zero_, self.handle)
  return self
}
const op_set__source_Tensor = addon.op('aten::set_', 'source_Tensor')
/** aten::set_.source_Tensor(Tensor(a!) self, Tensor source) -> Tensor(a!) */
export function set__source_Tensor(self: Tensor, source: Tensor): Tensor {
  addon.run(op_set__source_Tensor, self.handle, source.handle)
  return self
}

// factories
const op_empty_memory_format = addon.op('aten::empty', 'memory_format')
/** aten::empty.memory_format(SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor */
export function empty_memory_format(size: readonly number[], dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null, memoryFormat?: null): Tensor {
  return new Tensor(addon.call(op_empty_memory_format, size, dtype, layout, device, pinMemory, memoryFormat) as number)
}
const op_empty_like = addon.op('aten::empty_like', '')
/** aten::empty_like(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor */
export function empty_like(self: Tensor, dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null, memoryFormat?: null): Tensor {
  return new Tensor(addon.call(op_empty_like, self.handle, dtype, layout, device, pinMemory, memoryFormat) as number)
}
const op_zeros = addon.op('aten::zeros', '')
/** aten::zeros(SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor */
export function zeros(size: readonly number[], dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null): Tensor {
  return new Tensor(addon.call(op_zeros, size, dtype, layout, device, pinMemory) as number)
}
const op_zeros_like = addon.op('aten::zeros_like', '')
/** aten::zeros_like(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor */
export function zeros_like(self: Tensor, dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null, memoryFormat?: null): Tensor {
  return new Tensor(addon.call(op_zeros_like, self.handle, dtype, layout, device, pinMemory, memoryFormat) as number)
}
const op_ones = addon.op('aten::ones', '')
/** aten::ones(SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor */
export function ones(size: readonly number[], dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null): Tensor {
  return new Tensor(addon.call(op_ones, size, dtype, layout, device, pinMemory) as number)
}
const op_ones_like = addon.op('aten::ones_like', '')
/** aten::ones_like(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor */
export function ones_like(self: Tensor, dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null, memoryFormat?: null): Tensor {
  return new Tensor(addon.call(op_ones_like, self.handle, dtype, layout, device, pinMemory, memoryFormat) as number)
}
const op_full = addon.op('aten::full', '')
/** aten::full(SymInt[] size, Scalar fill_value, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor */
export function full(size: readonly number[], fillValue: number | boolean, dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null): Tensor {
  return new Tensor(addon.call(op_full, size, fillValue, dtype, layout, device, pinMemory) as number)
}
const op_full_like = addon.op('aten::full_like', '')
/** aten::full_like(Tensor self, Scalar fill_value, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor */
export function full_like(self: Tensor, fillValue: number | boolean, dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null, memoryFormat?: null): Tensor {
  return new Tensor(addon.call(op_full_like, self.handle, fillValue, dtype, layout, device, pinMemory, memoryFormat) as number)
}
const op_arange_start_step = addon.op('aten::arange', 'start_step')
/** aten::arange.start_step(Scalar start, Scalar end, Scalar step=1, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor */
export function arange_start_step(start: number | boolean, end: number | boolean, step?: number | boolean, dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null): Tensor {
  return new Tensor(addon.call(op_arange_start_step, start, end, step, dtype, layout, device, pinMemory) as number)
}
const op_linspace = addon.op('aten::linspace', '')
/** aten::linspace(Scalar start, Scalar end, int steps, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor */
export function linspace(start: number | boolean, end: number | boolean, steps: number, dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null): Tensor {
  return new Tensor(addon.call(op_linspace, start, end, steps, dtype, layout, device, pinMemory) as number)
}
const op_eye = addon.op('aten::eye', '')
/** aten::eye(int n, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor */
export function eye(n: number, dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null): Tensor {
  return new Tensor(addon.call(op_eye, n, dtype, layout, device, pinMemory) as number)
}
const op_eye_m = addon.op('aten::eye', 'm')
/** aten::eye.m(int n, int m, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor */
export function eye_m(n: number, m: number, dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null): Tensor {
  return new Tensor(addon.call(op_eye_m, n, m, dtype, layout, device, pinMemory) as number)
}
const op_rand = addon.op('aten::rand', '')
/** aten::rand(int[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor */
export function rand(size: readonly number[], dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null): Tensor {
  return new Tensor(addon.call(op_rand, size, dtype, layout, device, pinMemory) as number)
}
const op_rand_generator = addon.op('aten::rand', 'generator')
/** aten::rand.generator(int[] size, *, Generator? generator, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor */
export function rand_generator(size: readonly number[], generator?: Generator | null, dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null): Tensor {
  return new Tensor(addon.call(op_rand_generator, size, generator?.handle, dtype, layout, device, pinMemory) as number)
}
const op_rand_like = addon.op('aten::rand_like', '')
/** aten::rand_like(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor */
export function rand_like(self: Tensor, dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null, memoryFormat?: null): Tensor {
  return new Tensor(addon.call(op_rand_like, self.handle, dtype, layout, device, pinMemory, memoryFormat) as number)
}
const op_randn = addon.op('aten::randn', '')
/** aten::randn(int[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor */
export function randn(size: readonly number[], dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null): Tensor {
  return new Tensor(addon.call(op_randn, size, dtype, layout, device, pinMemory) as number)
}
const op_randn_generator = addon.op('aten::randn', 'generator')
/** aten::randn.generator(int[] size, *, Generator? generator, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor */
export function randn_generator(size: readonly number[], generator?: Generator | null, dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null): Tensor {
  return new Tensor(addon.call(op_randn_generator, size, generator?.handle, dtype, layout, device, pinMemory) as number)
}
const op_randn_like = addon.op('aten::randn_like', '')
/** aten::randn_like(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor */
export function randn_like(self: Tensor, dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null, memoryFormat?: null): Tensor {
  return new Tensor(addon.call(op_randn_like, self.handle, dtype, layout, device, pinMemory, memoryFormat) as number)
}
const op_randint_low = addon.op('aten::randint', 'low')
/** aten::randint.low(int low, int high, int[] size, *, ScalarType? dtype=4, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor */
export function randint_low(low: number, high: number, size: readonly number[], dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null): Tensor {
  return new Tensor(addon.call(op_randint_low, low, high, size, dtype, layout, device, pinMemory) as number)
}
const op_randint_low_generator = addon.op('aten::randint', 'low_generator')
/** aten::randint.low_generator(int low, int high, int[] size, *, Generator? generator, ScalarType? dtype=4, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor */
export function randint_low_generator(low: number, high: number, size: readonly number[], generator?: Generator | null, dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null): Tensor {
  return new Tensor(addon.call(op_randint_low_generator, low, high, size, generator?.handle, dtype, layout, device, pinMemory) as number)
}
const op_randperm = addon.op('aten::randperm', '')
/** aten::randperm(int n, *, ScalarType? dtype=4, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor */
export function randperm(n: number, dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null): Tensor {
  return new Tensor(addon.call(op_randperm, n, dtype, layout, device, pinMemory) as number)
}
const op_randperm_generator = addon.op('aten::randperm', 'generator')
/** aten::randperm.generator(int n, *, Generator? generator, ScalarType? dtype=4, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor */
export function randperm_generator(n: number, generator?: Generator | null, dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null): Tensor {
  return new Tensor(addon.call(op_randperm_generator, n, generator?.handle, dtype, layout, device, pinMemory) as number)
}
const op_bernoulli = addon.op('aten::bernoulli', '')
/** aten::bernoulli(Tensor self, *, Generator? generator=None) -> Tensor */
export function bernoulli(self: Tensor, generator?: Generator | null): Tensor {
  return new Tensor(addon.call(op_bernoulli, self.handle, generator?.handle) as number)
}
const op_bernoulli_p = addon.op('aten::bernoulli', 'p')
/** aten::bernoulli.p(Tensor self, float p, *, Generator? generator=None) -> Tensor */
export function bernoulli_p(self: Tensor, p: number, generator?: Generator | null): Tensor {
  return new Tensor(addon.call(op_bernoulli_p, self.handle, p, generator?.handle) as number)
}
const op_bernoulli__float = addon.op('aten::bernoulli_', 'float')
/** aten::bernoulli_.float(Tensor(a!) self, float p=0.5, *, Generator? generator=None) -> Tensor(a!) */
export function bernoulli__float(self: Tensor, p?: number, generator?: Generator | null): Tensor {
  addon.run(op_bernoulli__float, self.handle, p, generator?.handle)
  return self
}
const op_normal_ = addon.op('aten::normal_', '')
/** aten::normal_(Tensor(a!) self, float mean=0., float std=1., *, Generator? generator=None) -> Tensor(a!) */
export function normal_(self: Tensor, mean?: number, std?: number, generator?: Generator | null): Tensor {
  addon.run(op_normal_, self.handle, mean, std, generator?.handle)
  return self
}
const op_uniform_ = addon.op('aten::uniform_', '')
/** aten::uniform_(Tensor(a!) self, float from=0., float to=1., *, Generator? generator=None) -> Tensor(a!) */
export function uniform_(self: Tensor, from?: number, to?: number, generator?: Generator | null): Tensor {
  addon.run(op_uniform_, self.handle, from, to, generator?.handle)
  return self
}
const op_exponential_ = addon.op('aten::exponential_', '')
/** aten::exponential_(Tensor(a!) self, float lambd=1., *, Generator? generator=None) -> Tensor(a!) */
export function exponential_(self: Tensor, lambd?: number, generator?: Generator | null): Tensor {
  addon.run(op_exponential_, self.handle, lambd, generator?.handle)
  return self
}
const op_multinomial = addon.op('aten::multinomial', '')
/** aten::multinomial(Tensor self, int num_samples, bool replacement=False, *, Generator? generator=None) -> Tensor */
export function multinomial(self: Tensor, numSamples: number, replacement?: boolean, generator?: Generator | null): Tensor {
  return new Tensor(addon.call(op_multinomial, self.handle, numSamples, replacement, generator?.handle) as number)
}
const op_random__from = addon.op('aten::random_', 'from')
/** aten::random_.from(Tensor(a!) self, int from, int? to, *, Generator? generator=None) -> Tensor(a!) */
export function random__from(self: Tensor, from: number, to?: number | null, generator?: Generator | null): Tensor {
  addon.run(op_random__from, self.handle, from, to, generator?.handle)
  return self
}
const op__efficientzerotensor = addon.op('aten::_efficientzerotensor', '')
/** aten::_efficientzerotensor(int[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor */
export function _efficientzerotensor(size: readonly number[], dtype?: DType | null, layout?: null, device?: Device | null, pinMemory?: boolean | null): Tensor {
  return new Tensor(addon.call(op__efficientzerotensor, size, dtype, layout, device, pinMemory) as number)
}

// network
const op_softmax_int = addon.op('aten::softmax', 'int')
/** aten::softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor */
export function softmax_int(self: Tensor, dim: number, dtype?: DType | null): Tensor {
  return new Tensor(addon.call(op_softmax_int, self.handle, dim, dtype) as number)
}
const op_log_softmax_int = addon.op('aten::log_softmax', 'int')
/** aten::log_softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor */
export function log_softmax_int(self: Tensor, dim: number, dtype?: DType | null): Tensor {
  return new Tensor(addon.call(op_log_softmax_int, self.handle, dim, dtype) as number)
}
const op__softmax = addon.op('aten::_softmax', '')
/** aten::_softmax(Tensor self, int dim, bool half_to_float) -> Tensor */
export function _softmax(self: Tensor, dim: number, halfToFloat: boolean): Tensor {
  return new Tensor(addon.call(op__softmax, self.handle, dim, halfToFloat) as number)
}
const op_layer_norm = addon.op('aten::layer_norm', '')
/** aten::layer_norm(Tensor input, int[] normalized_shape, Tensor? weight=None, Tensor? bias=None, float eps=1.0000000000000001e-05, bool cudnn_enable=True) -> Tensor */
export function layer_norm(input: Tensor, normalizedShape: readonly number[], weight?: Tensor | null, bias?: Tensor | null, eps?: number, cudnnEnable?: boolean): Tensor {
  return new Tensor(addon.call(op_layer_norm, input.handle, normalizedShape, weight?.handle, bias?.handle, eps, cudnnEnable) as number)
}
const op_native_layer_norm = addon.op('aten::native_layer_norm', '')
/** aten::native_layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight, Tensor? bias, float eps) -> (Tensor, Tensor, Tensor) */
export function native_layer_norm(input: Tensor, normalizedShape: readonly number[], weight: Tensor | null, bias: Tensor | null, eps: number): [Tensor, Tensor, Tensor] {
  return made(addon.call(op_native_layer_norm, input.handle, normalizedShape, weight?.handle, bias?.handle, eps) as number[]) as [Tensor, Tensor, Tensor]
}
const op_group_norm = addon.op('aten::group_norm', '')
/** aten::group_norm(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, float eps=1.0000000000000001e-05, bool cudnn_enabled=True) -> Tensor */
export function group_norm(input: Tensor, numGroups: number, weight?: Tensor | null, bias?: Tensor | null, eps?: number, cudnnEnabled?: boolean): Tensor {
  return new Tensor(addon.call(op_group_norm, input.handle, numGroups, weight?.handle, bias?.handle, eps, cudnnEnabled) as number)
}
const op_native_group_norm = addon.op('aten::native_group_norm', '')
/** aten::native_group_norm(Tensor input, Tensor? weight, Tensor? bias, SymInt N, SymInt C, SymInt HxW, int group, float eps) -> (Tensor, Tensor, Tensor) */
export function native_group_norm(input: Tensor, weight: Tensor | null, bias: Tensor | null, N: number, C: number, HxW: number, group: number, eps: number): [Tensor, Tensor, Tensor] {
  return made(addon.call(op_native_group_norm, input.handle, weight?.handle, bias?.handle, N, C, HxW, group, eps) as number[]) as [Tensor, Tensor, Tensor]
}
const op_instance_norm = addon.op('aten::instance_norm', '')
/** aten::instance_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool use_input_stats, float momentum, float eps, bool cudnn_enabled) -> Tensor */
export function instance_norm(input: Tensor, weight: Tensor | null, bias: Tensor | null, runningMean: Tensor | null, runningVar: Tensor | null, useInputStats: boolean, momentum: number, eps: number, cudnnEnabled: boolean): Tensor {
  return new Tensor(addon.call(op_instance_norm, input.handle, weight?.handle, bias?.handle, runningMean?.handle, runningVar?.handle, useInputStats, momentum, eps, cudnnEnabled) as number)
}
const op_batch_norm = addon.op('aten::batch_norm', '')
/** aten::batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training, float momentum, float eps, bool cudnn_enabled) -> Tensor */
export function batch_norm(input: Tensor, weight: Tensor | null, bias: Tensor | null, runningMean: Tensor | null, runningVar: Tensor | null, training: boolean, momentum: number, eps: number, cudnnEnabled: boolean): Tensor {
  return new Tensor(addon.call(op_batch_norm, input.handle, weight?.handle, bias?.handle, runningMean?.handle, runningVar?.handle, training, momentum, eps, cudnnEnabled) as number)
}
const op_embedding = addon.op('aten::embedding', '')
/** aten::embedding(Tensor weight, Tensor indices, int padding_idx=-1, bool scale_grad_by_freq=False, bool sparse=False) -> Tensor */
export function embedding(weight: Tensor, indices: Tensor, paddingIdx?: number, scaleGradByFreq?: boolean, sparse?: boolean): Tensor {
  return new Tensor(addon.call(op_embedding, weight.handle, indices.handle, paddingIdx, scaleGradByFreq, sparse) as number)
}
const op_embedding_bag = addon.op('aten::embedding_bag', '')
/** aten::embedding_bag(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq=False, int mode=0, bool sparse=False, Tensor? per_sample_weights=None, bool include_last_offset=False) -> (Tensor, Tensor, Tensor, Tensor) */
export function embedding_bag(weight: Tensor, indices: Tensor, offsets: Tensor, scaleGradByFreq?: boolean, mode?: number, sparse?: boolean, perSampleWeights?: Tensor | null, includeLastOffset?: boolean): [Tensor, Tensor, Tensor, Tensor] {
  return made(addon.call(op_embedding_bag, weight.handle, indices.handle, offsets.handle, scaleGradByFreq, mode, sparse, perSampleWeights?.handle, includeLastOffset) as number[]) as [Tensor, Tensor, Tensor, Tensor]
}
const op_cross_entropy_loss = addon.op('aten::cross_entropy_loss', '')
/** aten::cross_entropy_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, int ignore_index=-100, float label_smoothing=0.) -> Tensor */
export function cross_entropy_loss(self: Tensor, target: Tensor, weight?: Tensor | null, reduction?: number, ignoreIndex?: number, labelSmoothing?: number): Tensor {
  return new Tensor(addon.call(op_cross_entropy_loss, self.handle, target.handle, weight?.handle, reduction, ignoreIndex, labelSmoothing) as number)
}
const op_nll_loss = addon.op('aten::nll_loss', '')
/** aten::nll_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, int ignore_index=-100) -> Tensor */
export function nll_loss(self: Tensor, target: Tensor, weight?: Tensor | null, reduction?: number, ignoreIndex?: number): Tensor {
  return new Tensor(addon.call(op_nll_loss, self.handle, target.handle, weight?.handle, reduction, ignoreIndex) as number)
}
const op_nll_loss2d = addon.op('aten::nll_loss2d', '')
/** aten::nll_loss2d(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, int ignore_index=-100) -> Tensor */
export function nll_loss2d(self: Tensor, target: Tensor, weight?: Tensor | null, reduction?: number, ignoreIndex?: number): Tensor {
  return new Tensor(addon.call(op_nll_loss2d, self.handle, target.handle, weight?.handle, reduction, ignoreIndex) as number)
}
const op_mse_loss = addon.op('aten::mse_loss', '')
/** aten::mse_loss(Tensor self, Tensor target, int reduction=1) -> Tensor */
export function mse_loss(self: Tensor, target: Tensor, reduction?: number): Tensor {
  return new Tensor(addon.call(op_mse_loss, self.handle, target.handle, reduction) as number)
}
const op_l1_loss = addon.op('aten::l1_loss', '')
/** aten::l1_loss(Tensor self, Tensor target, int reduction=1) -> Tensor */
export function l1_loss(self: Tensor, target: Tensor, reduction?: number): Tensor {
  return new Tensor(addon.call(op_l1_loss, self.handle, target.handle, reduction) as number)
}
const op_smooth_l1_loss = addon.op('aten::smooth_l1_loss', '')
/** aten::smooth_l1_loss(Tensor self, Tensor target, int reduction=1, float beta=1.) -> Tensor */
export function smooth_l1_loss(self: Tensor, target: Tensor, reduction?: number, beta?: number): Tensor {
  return new Tensor(addon.call(op_smooth_l1_loss, self.handle, target.handle, reduction, beta) as number)
}
const op_huber_loss = addon.op('aten::huber_loss', '')
/** aten::huber_loss(Tensor self, Tensor target, int reduction=1, float delta=1.) -> Tensor */
export function huber_loss(self: Tensor, target: Tensor, reduction?: number, delta?: number): Tensor {
  return new Tensor(addon.call(op_huber_loss, self.handle, target.handle, reduction, delta) as number)
}
const op_binary_cross_entropy = addon.op('aten::binary_cross_entropy', '')
/** aten::binary_cross_entropy(Tensor self, Tensor target, Tensor? weight=None, int reduction=1) -> Tensor */
export function binary_cross_entropy(self: Tensor, target: Tensor, weight?: Tensor | null, reduction?: number): Tensor {
  return new Tensor(addon.call(op_binary_cross_entropy, self.handle, target.handle, weight?.handle, reduction) as number)
}
const op_binary_cross_entropy_with_logits = addon.op('aten::binary_cross_entropy_with_logits', '')
/** aten::binary_cross_entropy_with_logits(Tensor self, Tensor target, Tensor? weight=None, Tensor? pos_weight=None, int reduction=1) -> Tensor */
export function binary_cross_entropy_with_logits(self: Tensor, target: Tensor, weight?: Tensor | null, posWeight?: Tensor | null, reduction?: number): Tensor {
  return new Tensor(addon.call(op_binary_cross_entropy_with_logits, self.handle, target.handle, weight?.handle, posWeight?.handle, reduction) as number)
}
const op_kl_div = addon.op('aten::kl_div', '')
/** aten::kl_div(Tensor self, Tensor target, int reduction=1, *, bool log_target=False) -> Tensor */
export function kl_div(self: Tensor, target: Tensor, reduction?: number, logTarget?: boolean): Tensor {
  return new Tensor(addon.call(op_kl_div, self.handle, target.handle, reduction, logTarget) as number)
}
const op_cosine_similarity = addon.op('aten::cosine_similarity', '')
/** aten::cosine_similarity(Tensor x1, Tensor x2, int dim=1, float eps=1e-08) -> Tensor */
export function cosine_similarity(x1: Tensor, x2: Tensor, dim?: number, eps?: number): Tensor {
  return new Tensor(addon.call(op_cosine_similarity, x1.handle, x2.handle, dim, eps) as number)
}
const op_cosine_embedding_loss = addon.op('aten::cosine_embedding_loss', '')
/** aten::cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, float margin=0., int reduction=1) -> Tensor */
export function cosine_embedding_loss(input1: Tensor, input2: Tensor, target: Tensor, margin?: number, reduction?: number): Tensor {
  return new Tensor(addon.call(op_cosine_embedding_loss, input1.handle, input2.handle, target.handle, margin, reduction) as number)
}
const op_margin_ranking_loss = addon.op('aten::margin_ranking_loss', '')
/** aten::margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, float margin=0., int reduction=1) -> Tensor */
export function margin_ranking_loss(input1: Tensor, input2: Tensor, target: Tensor, margin?: number, reduction?: number): Tensor {
  return new Tensor(addon.call(op_margin_ranking_loss, input1.handle, input2.handle, target.handle, margin, reduction) as number)
}
const op_dropout = addon.op('aten::dropout', '')
/** aten::dropout(Tensor input, float p, bool train) -> Tensor */
export function dropout(input: Tensor, p: number, train: boolean): Tensor {
  return new Tensor(addon.call(op_dropout, input.handle, p, train) as number)
}
const op_native_dropout = addon.op('aten::native_dropout', '')
/** aten::native_dropout(Tensor input, float p, bool? train) -> (Tensor, Tensor) */
export function native_dropout(input: Tensor, p: number, train?: boolean | null): [Tensor, Tensor] {
  return made(addon.call(op_native_dropout, input.handle, p, train) as number[]) as [Tensor, Tensor]
}
const op_glu = addon.op('aten::glu', '')
/** aten::glu(Tensor self, int dim=-1) -> Tensor */
export function glu(self: Tensor, dim?: number): Tensor {
  return new Tensor(addon.call(op_glu, self.handle, dim) as number)
}
const op_prelu = addon.op('aten::prelu', '')
/** aten::prelu(Tensor self, Tensor weight) -> Tensor */
export function prelu(self: Tensor, weight: Tensor): Tensor {
  return new Tensor(addon.call(op_prelu, self.handle, weight.handle) as number)
}
const op_convolution = addon.op('aten::convolution', '')
/** aten::convolution(Tensor input, Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] dilation, bool transposed, int[] output_padding, int groups) -> Tensor */
export function convolution(input: Tensor, weight: Tensor, bias: Tensor | null, stride: readonly number[], padding: readonly number[], dilation: readonly number[], transposed: boolean, outputPadding: readonly number[], groups: number): Tensor {
  return new Tensor(addon.call(op_convolution, input.handle, weight.handle, bias?.handle, stride, padding, dilation, transposed, outputPadding, groups) as number)
}
const op_conv1d = addon.op('aten::conv1d', '')
/** aten::conv1d(Tensor input, Tensor weight, Tensor? bias=None, int[1] stride=[1], int[1] padding=[0], int[1] dilation=[1], int groups=1) -> Tensor */
export function conv1d(input: Tensor, weight: Tensor, bias?: Tensor | null, stride?: readonly number[] | number, padding?: readonly number[] | number, dilation?: readonly number[] | number, groups?: number): Tensor {
  return new Tensor(addon.call(op_conv1d, input.handle, weight.handle, bias?.handle, stride, padding, dilation, groups) as number)
}
const op_conv2d = addon.op('aten::conv2d', '')
/** aten::conv2d(Tensor input, Tensor weight, Tensor? bias=None, int[2] stride=1, int[2] padding=0, int[2] dilation=1, int groups=1) -> Tensor */
export function conv2d(input: Tensor, weight: Tensor, bias?: Tensor | null, stride?: readonly number[] | number, padding?: readonly number[] | number, dilation?: readonly number[] | number, groups?: number): Tensor {
  return new Tensor(addon.call(op_conv2d, input.handle, weight.handle, bias?.handle, stride, padding, dilation, groups) as number)
}
const op_conv3d = addon.op('aten::conv3d', '')
/** aten::conv3d(Tensor input, Tensor weight, Tensor? bias=None, int[3] stride=1, int[3] padding=0, int[3] dilation=1, int groups=1) -> Tensor */
export function conv3d(input: Tensor, weight: Tensor, bias?: Tensor | null, stride?: readonly number[] | number, padding?: readonly number[] | number, dilation?: readonly number[] | number, groups?: number): Tensor {
  return new Tensor(addon.call(op_conv3d, input.handle, weight.handle, bias?.handle, stride, padding, dilation, groups) as number)
}
const op_conv_transpose1d = addon.op('aten::conv_transpose1d', '')
/** aten::conv_transpose1d(Tensor input, Tensor weight, Tensor? bias=None, int[1] stride=[1], int[1] padding=[0], int[1] output_padding=[0], int groups=1, int[1] dilation=[1]) -> Tensor */
export function conv_transpose1d(input: Tensor, weight: Tensor, bias?: Tensor | null, stride?: readonly number[] | number, padding?: readonly number[] | number, outputPadding?: readonly number[] | number, groups?: number, dilation?: readonly number[] | number): Tensor {
  return new Tensor(addon.call(op_conv_transpose1d, input.handle, weight.handle, bias?.handle, stride, padding, outputPadding, groups, dilation) as number)
}
const op_conv_transpose2d_input = addon.op('aten::conv_transpose2d', 'input')
/** aten::conv_transpose2d.input(Tensor input, Tensor weight, Tensor? bias=None, int[2] stride=1, int[2] padding=0, int[2] output_padding=0, int groups=1, int[2] dilation=1) -> Tensor */
export function conv_transpose2d_input(input: Tensor, weight: Tensor, bias?: Tensor | null, stride?: readonly number[] | number, padding?: readonly number[] | number, outputPadding?: readonly number[] | number, groups?: number, dilation?: readonly number[] | number): Tensor {
  return new Tensor(addon.call(op_conv_transpose2d_input, input.handle, weight.handle, bias?.handle, stride, padding, outputPadding, groups, dilation) as number)
}
const op_conv_transpose3d_input = addon.op('aten::conv_transpose3d', 'input')
/** aten::conv_transpose3d.input(Tensor input, Tensor weight, Tensor? bias=None, int[3] stride=1, int[3] padding=0, int[3] output_padding=0, int groups=1, int[3] dilation=1) -> Tensor */
export function conv_transpose3d_input(input: Tensor, weight: Tensor, bias?: Tensor | null, stride?: readonly number[] | number, padding?: readonly number[] | number, outputPadding?: readonly number[] | number, groups?: number, dilation?: readonly number[] | number): Tensor {
  return new Tensor(addon.call(op_conv_transpose3d_input, input.handle, weight.handle, bias?.handle, stride, padding, outputPadding, groups, dilation) as number)
}
const op_avg_pool1d = addon.op('aten::avg_pool1d', '')
/** aten::avg_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=[0], bool ceil_mode=False, bool count_include_pad=True) -> Tensor */
export function avg_pool1d(self: Tensor, kernelSize: readonly number[] | number, stride?: readonly number[] | number, padding?: readonly number[] | number, ceilMode?: boolean, countIncludePad?: boolean): Tensor {
  return new Tensor(addon.call(op_avg_pool1d, self.handle, kernelSize, stride, padding, ceilMode, countIncludePad) as number)
}
const op_avg_pool2d = addon.op('aten::avg_pool2d', '')
/** aten::avg_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, bool ceil_mode=False, bool count_include_pad=True, int? divisor_override=None) -> Tensor */
export function avg_pool2d(self: Tensor, kernelSize: readonly number[] | number, stride?: readonly number[] | number, padding?: readonly number[] | number, ceilMode?: boolean, countIncludePad?: boolean, divisorOverride?: number | null): Tensor {
  return new Tensor(addon.call(op_avg_pool2d, self.handle, kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride) as number)
}
const op_avg_pool3d = addon.op('aten::avg_pool3d', '')
/** aten::avg_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, bool ceil_mode=False, bool count_include_pad=True, int? divisor_override=None) -> Tensor */
export function avg_pool3d(self: Tensor, kernelSize: readonly number[] | number, stride?: readonly number[] | number, padding?: readonly number[] | number, ceilMode?: boolean, countIncludePad?: boolean, divisorOverride?: number | null): Tensor {
  return new Tensor(addon.call(op_avg_pool3d, self.handle, kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride) as number)
}
const op_max_pool1d = addon.op('aten::max_pool1d', '')
/** aten::max_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=[0], int[1] dilation=[1], bool ceil_mode=False) -> Tensor */
export function max_pool1d(self: Tensor, kernelSize: readonly number[] | number, stride?: readonly number[] | number, padding?: readonly number[] | number, dilation?: readonly number[] | number, ceilMode?: boolean): Tensor {
  return new Tensor(addon.call(op_max_pool1d, self.handle, kernelSize, stride, padding, dilation, ceilMode) as number)
}
const op_max_pool2d = addon.op('aten::max_pool2d', '')
/** aten::max_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] dilation=1, bool ceil_mode=False) -> Tensor */
export function max_pool2d(self: Tensor, kernelSize: readonly number[] | number, stride?: readonly number[] | number, padding?: readonly number[] | number, dilation?: readonly number[] | number, ceilMode?: boolean): Tensor {
  return new Tensor(addon.call(op_max_pool2d, self.handle, kernelSize, stride, padding, dilation, ceilMode) as number)
}
const op_max_pool2d_with_indices = addon.op('aten::max_pool2d_with_indices', '')
/** aten::max_pool2d_with_indices(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] dilation=1, bool ceil_mode=False) -> (Tensor, Tensor) */
export function max_pool2d_with_indices(self: Tensor, kernelSize: readonly number[] | number, stride?: readonly number[] | number, padding?: readonly number[] | number, dilation?: readonly number[] | number, ceilMode?: boolean): [Tensor, Tensor] {
  return made(addon.call(op_max_pool2d_with_indices, self.handle, kernelSize, stride, padding, dilation, ceilMode) as number[]) as [Tensor, Tensor]
}
const op_max_pool3d = addon.op('aten::max_pool3d', '')
/** aten::max_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, int[3] dilation=1, bool ceil_mode=False) -> Tensor */
export function max_pool3d(self: Tensor, kernelSize: readonly number[] | number, stride?: readonly number[] | number, padding?: readonly number[] | number, dilation?: readonly number[] | number, ceilMode?: boolean): Tensor {
  return new Tensor(addon.call(op_max_pool3d, self.handle, kernelSize, stride, padding, dilation, ceilMode) as number)
}
const op_adaptive_avg_pool1d = addon.op('aten::adaptive_avg_pool1d', '')
/** aten::adaptive_avg_pool1d(Tensor self, int[1] output_size) -> Tensor */
export function adaptive_avg_pool1d(self: Tensor, outputSize: readonly number[] | number): Tensor {
  return new Tensor(addon.call(op_adaptive_avg_pool1d, self.handle, outputSize) as number)
}
const op_adaptive_avg_pool2d = addon.op('aten::adaptive_avg_pool2d', '')
/** aten::adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor */
export function adaptive_avg_pool2d(self: Tensor, outputSize: readonly number[] | number): Tensor {
  return new Tensor(addon.call(op_adaptive_avg_pool2d, self.handle, outputSize) as number)
}
const op_adaptive_avg_pool3d = addon.op('aten::adaptive_avg_pool3d', '')
/** aten::adaptive_avg_pool3d(Tensor self, int[3] output_size) -> Tensor */
export function adaptive_avg_pool3d(self: Tensor, outputSize: readonly number[] | number): Tensor {
  return new Tensor(addon.call(op_adaptive_avg_pool3d, self.handle, outputSize) as number)
}
const op_adaptive_max_pool2d = addon.op('aten::adaptive_max_pool2d', '')
/** aten::adaptive_max_pool2d(Tensor self, int[2] output_size) -> (Tensor, Tensor) */
export function adaptive_max_pool2d(self: Tensor, outputSize: readonly number[] | number): [Tensor, Tensor] {
  return made(addon.call(op_adaptive_max_pool2d, self.handle, outputSize) as number[]) as [Tensor, Tensor]
}
const op_im2col = addon.op('aten::im2col', '')
/** aten::im2col(Tensor self, int[2] kernel_size, int[2] dilation, int[2] padding, int[2] stride) -> Tensor */
export function im2col(self: Tensor, kernelSize: readonly number[] | number, dilation: readonly number[] | number, padding: readonly number[] | number, stride: readonly number[] | number): Tensor {
  return new Tensor(addon.call(op_im2col, self.handle, kernelSize, dilation, padding, stride) as number)
}
const op_col2im = addon.op('aten::col2im', '')
/** aten::col2im(Tensor self, SymInt[2] output_size, int[2] kernel_size, int[2] dilation, int[2] padding, int[2] stride) -> Tensor */
export function col2im(self: Tensor, outputSize: readonly number[] | number, kernelSize: readonly number[] | number, dilation: readonly number[] | number, padding: readonly number[] | number, stride: readonly number[] | number): Tensor {
  return new Tensor(addon.call(op_col2im, self.handle, outputSize, kernelSize, dilation, padding, stride) as number)
}
const op_upsample_nearest2d = addon.op('aten::upsample_nearest2d', '')
/** aten::upsample_nearest2d(Tensor self, SymInt[2] output_size, float? scales_h=None, float? scales_w=None) -> Tensor */
export function upsample_nearest2d(self: Tensor, outputSize: readonly number[] | number, scalesH?: number | null, scalesW?: number | null): Tensor {
  return new Tensor(addon.call(op_upsample_nearest2d, self.handle, outputSize, scalesH, scalesW) as number)
}
const op_upsample_nearest1d = addon.op('aten::upsample_nearest1d', '')
/** aten::upsample_nearest1d(Tensor self, SymInt[1] output_size, float? scales=None) -> Tensor */
export function upsample_nearest1d(self: Tensor, outputSize: readonly number[] | number, scales?: number | null): Tensor {
  return new Tensor(addon.call(op_upsample_nearest1d, self.handle, outputSize, scales) as number)
}
const op_upsample_nearest3d = addon.op('aten::upsample_nearest3d', '')
/** aten::upsample_nearest3d(Tensor self, SymInt[3] output_size, float? scales_d=None, float? scales_h=None, float? scales_w=None) -> Tensor */
export function upsample_nearest3d(self: Tensor, outputSize: readonly number[] | number, scalesD?: number | null, scalesH?: number | null, scalesW?: number | null): Tensor {
  return new Tensor(addon.call(op_upsample_nearest3d, self.handle, outputSize, scalesD, scalesH, scalesW) as number)
}
const op_upsample_linear1d = addon.op('aten::upsample_linear1d', '')
/** aten::upsample_linear1d(Tensor self, SymInt[1] output_size, bool align_corners, float? scales=None) -> Tensor */
export function upsample_linear1d(self: Tensor, outputSize: readonly number[] | number, alignCorners: boolean, scales?: number | null): Tensor {
  return new Tensor(addon.call(op_upsample_linear1d, self.handle, outputSize, alignCorners, scales) as number)
}
const op_upsample_bilinear2d = addon.op('aten::upsample_bilinear2d', '')
/** aten::upsample_bilinear2d(Tensor self, SymInt[2] output_size, bool align_corners, float? scales_h=None, float? scales_w=None) -> Tensor */
export function upsample_bilinear2d(self: Tensor, outputSize: readonly number[] | number, alignCorners: boolean, scalesH?: number | null, scalesW?: number | null): Tensor {
  return new Tensor(addon.call(op_upsample_bilinear2d, self.handle, outputSize, alignCorners, scalesH, scalesW) as number)
}
const op_upsample_bicubic2d = addon.op('aten::upsample_bicubic2d', '')
/** aten::upsample_bicubic2d(Tensor self, SymInt[2] output_size, bool align_corners, float? scales_h=None, float? scales_w=None) -> Tensor */
export function upsample_bicubic2d(self: Tensor, outputSize: readonly number[] | number, alignCorners: boolean, scalesH?: number | null, scalesW?: number | null): Tensor {
  return new Tensor(addon.call(op_upsample_bicubic2d, self.handle, outputSize, alignCorners, scalesH, scalesW) as number)
}
const op_upsample_trilinear3d = addon.op('aten::upsample_trilinear3d', '')
/** aten::upsample_trilinear3d(Tensor self, SymInt[3] output_size, bool align_corners, float? scales_d=None, float? scales_h=None, float? scales_w=None) -> Tensor */
export function upsample_trilinear3d(self: Tensor, outputSize: readonly number[] | number, alignCorners: boolean, scalesD?: number | null, scalesH?: number | null, scalesW?: number | null): Tensor {
  return new Tensor(addon.call(op_upsample_trilinear3d, self.handle, outputSize, alignCorners, scalesD, scalesH, scalesW) as number)
}
const op__upsample_bilinear2d_aa = addon.op('aten::_upsample_bilinear2d_aa', '')
/** aten::_upsample_bilinear2d_aa(Tensor self, SymInt[2] output_size, bool align_corners, float? scales_h=None, float? scales_w=None) -> Tensor */
export function _upsample_bilinear2d_aa(self: Tensor, outputSize: readonly number[] | number, alignCorners: boolean, scalesH?: number | null, scalesW?: number | null): Tensor {
  return new Tensor(addon.call(op__upsample_bilinear2d_aa, self.handle, outputSize, alignCorners, scalesH, scalesW) as number)
}
const op__upsample_bicubic2d_aa = addon.op('aten::_upsample_bicubic2d_aa', '')
/** aten::_upsample_bicubic2d_aa(Tensor self, SymInt[2] output_size, bool align_corners, float? scales_h=None, float? scales_w=None) -> Tensor */
export function _upsample_bicubic2d_aa(self: Tensor, outputSize: readonly number[] | number, alignCorners: boolean, scalesH?: number | null, scalesW?: number | null): Tensor {
  return new Tensor(addon.call(op__upsample_bicubic2d_aa, self.handle, outputSize, alignCorners, scalesH, scalesW) as number)
}
const op_grid_sampler_2d = addon.op('aten::grid_sampler_2d', '')
/** aten::grid_sampler_2d(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool align_corners) -> Tensor */
export function grid_sampler_2d(input: Tensor, grid: Tensor, interpolationMode: number, paddingMode: number, alignCorners: boolean): Tensor {
  return new Tensor(addon.call(op_grid_sampler_2d, input.handle, grid.handle, interpolationMode, paddingMode, alignCorners) as number)
}
const op_affine_grid_generator = addon.op('aten::affine_grid_generator', '')
/** aten::affine_grid_generator(Tensor theta, int[] size, bool align_corners) -> Tensor */
export function affine_grid_generator(theta: Tensor, size: readonly number[], alignCorners: boolean): Tensor {
  return new Tensor(addon.call(op_affine_grid_generator, theta.handle, size, alignCorners) as number)
}

// foreach
const op__foreach_add_Scalar = addon.op('aten::_foreach_add', 'Scalar')
/** aten::_foreach_add.Scalar(Tensor[] self, Scalar scalar) -> Tensor[] */
export function _foreach_add_Scalar(self: readonly Tensor[], scalar: number | boolean): Tensor[] {
  return made(addon.call(op__foreach_add_Scalar, handles(self), scalar) as number[])
}
const op__foreach_add__Scalar = addon.op('aten::_foreach_add_', 'Scalar')
/** aten::_foreach_add_.Scalar(Tensor(a!)[] self, Scalar scalar) -> () */
export function _foreach_add__Scalar(self: readonly Tensor[], scalar: number | boolean): void {
  addon.call(op__foreach_add__Scalar, handles(self), scalar)
}
const op__foreach_add_List = addon.op('aten::_foreach_add', 'List')
/** aten::_foreach_add.List(Tensor[] self, Tensor[] other, *, Scalar alpha=1) -> Tensor[] */
export function _foreach_add_List(self: readonly Tensor[], other: readonly Tensor[], alpha?: number | boolean): Tensor[] {
  return made(addon.call(op__foreach_add_List, handles(self), handles(other), alpha) as number[])
}
const op__foreach_add__List = addon.op('aten::_foreach_add_', 'List')
/** aten::_foreach_add_.List(Tensor(a!)[] self, Tensor[] other, *, Scalar alpha=1) -> () */
export function _foreach_add__List(self: readonly Tensor[], other: readonly Tensor[], alpha?: number | boolean): void {
  addon.call(op__foreach_add__List, handles(self), handles(other), alpha)
}
const op__foreach_sub__List = addon.op('aten::_foreach_sub_', 'List')
/** aten::_foreach_sub_.List(Tensor(a!)[] self, Tensor[] other, *, Scalar alpha=1) -> () */
export function _foreach_sub__List(self: readonly Tensor[], other: readonly Tensor[], alpha?: number | boolean): void {
  addon.call(op__foreach_sub__List, handles(self), handles(other), alpha)
}
const op__foreach_mul_Scalar = addon.op('aten::_foreach_mul', 'Scalar')
/** aten::_foreach_mul.Scalar(Tensor[] self, Scalar scalar) -> Tensor[] */
export function _foreach_mul_Scalar(self: readonly Tensor[], scalar: number | boolean): Tensor[] {
  return made(addon.call(op__foreach_mul_Scalar, handles(self), scalar) as number[])
}
const op__foreach_mul__Scalar = addon.op('aten::_foreach_mul_', 'Scalar')
/** aten::_foreach_mul_.Scalar(Tensor(a!)[] self, Scalar scalar) -> () */
export function _foreach_mul__Scalar(self: readonly Tensor[], scalar: number | boolean): void {
  addon.call(op__foreach_mul__Scalar, handles(self), scalar)
}
const op__foreach_mul_List = addon.op('aten::_foreach_mul', 'List')
/** aten::_foreach_mul.List(Tensor[] self, Tensor[] other) -> Tensor[] */
export function _foreach_mul_List(self: readonly Tensor[], other: readonly Tensor[]): Tensor[] {
  return made(addon.call(op__foreach_mul_List, handles(self), handles(other)) as number[])
}
const op__foreach_mul__List = addon.op('aten::_foreach_mul_', 'List')
/** aten::_foreach_mul_.List(Tensor(a!)[] self, Tensor[] other) -> () */
export function _foreach_mul__List(self: readonly Tensor[], other: readonly Tensor[]): void {
  addon.call(op__foreach_mul__List, handles(self), handles(other))
}
const op__foreach_mul__ScalarList = addon.op('aten::_foreach_mul_', 'ScalarList')
/** aten::_foreach_mul_.ScalarList(Tensor(a!)[] self, Scalar[] scalars) -> () */
export function _foreach_mul__ScalarList(self: readonly Tensor[], scalars: readonly (number | boolean)[]): void {
  addon.call(op__foreach_mul__ScalarList, handles(self), scalars)
}
const op__foreach_div_Scalar = addon.op('aten::_foreach_div', 'Scalar')
/** aten::_foreach_div.Scalar(Tensor[] self, Scalar scalar) -> Tensor[] */
export function _foreach_div_Scalar(self: readonly Tensor[], scalar: number | boolean): Tensor[] {
  return made(addon.call(op__foreach_div_Scalar, handles(self), scalar) as number[])
}
const op__foreach_div__Scalar = addon.op('aten::_foreach_div_', 'Scalar')
/** aten::_foreach_div_.Scalar(Tensor(a!)[] self, Scalar scalar) -> () */
export function _foreach_div__Scalar(self: readonly Tensor[], scalar: number | boolean): void {
  addon.call(op__foreach_div__Scalar, handles(self), scalar)
}
const op__foreach_div__List = addon.op('aten::_foreach_div_', 'List')
/** aten::_foreach_div_.List(Tensor(a!)[] self, Tensor[] other) -> () */
export function _foreach_div__List(self: readonly Tensor[], other: readonly Tensor[]): void {
  addon.call(op__foreach_div__List, handles(self), handles(other))
}
const op__foreach_div__ScalarList = addon.op('aten::_foreach_div_', 'ScalarList')
/** aten::_foreach_div_.ScalarList(Tensor(a!)[] self, Scalar[] scalars) -> () */
export function _foreach_div__ScalarList(self: readonly Tensor[], scalars: readonly (number | boolean)[]): void {
  addon.call(op__foreach_div__ScalarList, handles(self), scalars)
}
const op__foreach_sqrt = addon.op('aten::_foreach_sqrt', '')
/** aten::_foreach_sqrt(Tensor[] self) -> Tensor[] */
export function _foreach_sqrt(self: readonly Tensor[]): Tensor[] {
  return made(addon.call(op__foreach_sqrt, handles(self)) as number[])
}
const op__foreach_sqrt_ = addon.op('aten::_foreach_sqrt_', '')
/** aten::_foreach_sqrt_(Tensor(a!)[] self) -> () */
export function _foreach_sqrt_(self: readonly Tensor[]): void {
  addon.call(op__foreach_sqrt_, handles(self))
}
const op__foreach_neg = addon.op('aten::_foreach_neg', '')
/** aten::_foreach_neg(Tensor[] self) -> Tensor[] */
export function _foreach_neg(self: readonly Tensor[]): Tensor[] {
  return made(addon.call(op__foreach_neg, handles(self)) as number[])
}
const op__foreach_addcmul__Scalar = addon.op('aten::_foreach_addcmul_', 'Scalar')
/** aten::_foreach_addcmul_.Scalar(Tensor(a!)[] self, Tensor[] tensor1, Tensor[] tensor2, Scalar value=1) -> () */
export function _foreach_addcmul__Scalar(self: readonly Tensor[], tensor1: readonly Tensor[], tensor2: readonly Tensor[], value?: number | boolean): void {
  addon.call(op__foreach_addcmul__Scalar, handles(self), handles(tensor1), handles(tensor2), value)
}
const op__foreach_addcdiv__Scalar = addon.op('aten::_foreach_addcdiv_', 'Scalar')
/** aten::_foreach_addcdiv_.Scalar(Tensor(a!)[] self, Tensor[] tensor1, Tensor[] tensor2, Scalar value=1) -> () */
export function _foreach_addcdiv__Scalar(self: readonly Tensor[], tensor1: readonly Tensor[], tensor2: readonly Tensor[], value?: number | boolean): void {
  addon.call(op__foreach_addcdiv__Scalar, handles(self), handles(tensor1), handles(tensor2), value)
}
const op__foreach_addcdiv__ScalarList = addon.op('aten::_foreach_addcdiv_', 'ScalarList')
/** aten::_foreach_addcdiv_.ScalarList(Tensor(a!)[] self, Tensor[] tensor1, Tensor[] tensor2, Scalar[] scalars) -> () */
export function _foreach_addcdiv__ScalarList(self: readonly Tensor[], tensor1: readonly Tensor[], tensor2: readonly Tensor[], scalars: readonly (number | boolean)[]): void {
  addon.call(op__foreach_addcdiv__ScalarList, handles(self), handles(tensor1), handles(tensor2), scalars)
}
const op__foreach_norm_Scalar = addon.op('aten::_foreach_norm', 'Scalar')
/** aten::_foreach_norm.Scalar(Tensor[] self, Scalar ord=2) -> Tensor[] */
export function _foreach_norm_Scalar(self: readonly Tensor[], ord?: number | boolean): Tensor[] {
  return made(addon.call(op__foreach_norm_Scalar, handles(self), ord) as number[])
}
const op__foreach_zero_ = addon.op('aten::_foreach_zero_', '')
/** aten::_foreach_zero_(Tensor(a!)[] self) -> () */
export function _foreach_zero_(self: readonly Tensor[]): void {
  addon.call(op__foreach_zero_, handles(self))
}
const op__foreach_abs = addon.op('aten::_foreach_abs', '')
/** aten::_foreach_abs(Tensor[] self) -> Tensor[] */
export function _foreach_abs(self: readonly Tensor[]): Tensor[] {
  return made(addon.call(op__foreach_abs, handles(self)) as number[])
}
const op__foreach_maximum__List = addon.op('aten::_foreach_maximum_', 'List')
/** aten::_foreach_maximum_.List(Tensor(a!)[] self, Tensor[] other) -> () */
export function _foreach_maximum__List(self: readonly Tensor[], other: readonly Tensor[]): void {
  addon.call(op__foreach_maximum__List, handles(self), handles(other))
}
