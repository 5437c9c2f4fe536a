// JavaScript values to dispatcher values by an operator's schema, and back.
#pragma once

#include "environment.h"

namespace egolens {

// Pushes argument `index` of the call as parameter `position` of `op`.
void pushArgument(std::vector<c10::IValue>& stack, Arguments& args, size_t index, const Operator& op, size_t position);

// One result as itself, several as an array; tensors become handles and the stack is left empty.
napi_value resultValue(Environment& environment, std::vector<c10::IValue>& stack);

napi_value scalarValue(napi_env env, const c10::Scalar& scalar);
at::ScalarType readDtype(napi_env env, napi_value value);
const char* dtypeName(at::ScalarType type);

}  // namespace egolens
