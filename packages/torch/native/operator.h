// An operator of libtorch's dispatcher, with its schema prepared for fast conversion.
#pragma once

#include <string>
#include <vector>

#include "compat.h"

namespace egolens {

enum class Kind : uint8_t {
  tensor,
  scalar,
  integer,
  real,
  boolean,
  text,
  dtype,
  device,
  generator,
  tensors,
  optionalTensors,
  integers,
  reals,
  booleans,
  scalars,
  unsupported
};

struct Parameter {
  Kind kind;
  bool optional;
  int32_t repeat;  // the N of int[N]: one number stands for N equal ones
  bool hasDefault;
  c10::IValue fallback;
};

struct Operator {
  std::string name;  // "aten::add.Tensor"
  MaybeOperator handle;
  std::vector<Parameter> parameters;
};

}  // namespace egolens
