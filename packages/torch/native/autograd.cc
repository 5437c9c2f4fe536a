// Gradients: backward, grad of outputs by inputs, grad mode. No JavaScript runs inside the engine.
#include <torch/csrc/autograd/autograd.h>

#include "environment.h"

namespace egolens {
namespace {

// backward(handle, gradient | null, retainGraph, createGraph)
EGOLENS_FUNCTION(backward) {
  std::vector<at::Tensor> gradients;
  if (!args.isNullish(1)) gradients.push_back(args.tensor(1, "backward"));
  torch::autograd::backward({args.tensor(0, "backward")}, gradients, args.boolean(2), args.boolean(3));
  return nullptr;
}

// grad(outputs, inputs, gradOutputs | null, retainGraph, createGraph, allowUnused)
EGOLENS_FUNCTION(grad) {
  Environment& environment = args.environment();
  const auto outputs = args.tensors(0, "grad");
  const auto inputs = args.tensors(1, "grad");
  std::vector<at::Tensor> seeds;
  if (!args.isNullish(2)) {
    uint32_t length = 0;
    napi_get_array_length(args.env(), args[2], &length);
    for (uint32_t i = 0; i < length; ++i) {
      napi_value element;
      double handle = 0;
      napi_get_element(args.env(), args[2], i, &element);
      if (napi_get_value_double(args.env(), element, &handle) != napi_ok) {
        seeds.emplace_back();
        continue;
      }
      at::Tensor* seed = environment.tensors.find(handle);
      if (seed == nullptr) fail("TensorDisposed", "grad: a gradient of the outputs was disposed before this call", "grad");
      seeds.push_back(*seed);
    }
  }
  auto results = torch::autograd::grad(outputs, inputs, seeds, args.boolean(3), args.boolean(4), args.boolean(5));
  napi_value array;
  napi_create_array_with_length(args.env(), results.size(), &array);
  for (size_t i = 0; i < results.size(); ++i) {
    napi_set_element(args.env(), array, static_cast<uint32_t>(i), tensorValue(environment, std::move(results[i])));
  }
  return array;
}

EGOLENS_FUNCTION(gradOf) { return tensorValue(args.environment(), args.tensor(0, "grad").grad()); }

EGOLENS_FUNCTION(setGrad) {
  at::Tensor tensor = args.tensor(0, "grad");
  const at::Tensor gradient = args.isNullish(1) ? at::Tensor() : args.tensor(1, "grad");
  if (gradient.defined() && (gradient.sizes() != tensor.sizes() || gradient.scalar_type() != tensor.scalar_type() ||
                             gradient.device() != tensor.device())) {
    fail("BadArgument", "grad: a gradient must have the shape, the dtype and the device of its tensor", "grad");
  }
  tensor.mutable_grad() = gradient;
  return nullptr;
}

EGOLENS_FUNCTION(requiresGrad) { return booleanValue(args.env(), args.tensor(0, "requiresGrad").requires_grad()); }

EGOLENS_FUNCTION(setRequiresGrad) {
  const at::Tensor tensor = args.tensor(0, "requiresGrad_");
  const bool wanted = args.boolean(1);
  if (wanted && !c10::isFloatingType(tensor.scalar_type()) && !c10::isComplexType(tensor.scalar_type())) {
    fail("BadArgument", "requiresGrad_: only tensors of a floating dtype can require gradients", "requiresGrad_");
  }
  if (!wanted && !tensor.is_leaf()) {
    fail("BadArgument", "requiresGrad_: a result of differentiable operators cannot stop requiring gradients; use detach()",
         "requiresGrad_");
  }
  tensor.set_requires_grad(wanted);
  return nullptr;
}

EGOLENS_FUNCTION(isLeaf) { return booleanValue(args.env(), args.tensor(0, "isLeaf").is_leaf()); }

EGOLENS_FUNCTION(gradEnabled) { return booleanValue(args.env(), at::GradMode::is_enabled()); }

// setGradEnabled(enabled): returns what it was.
EGOLENS_FUNCTION(setGradEnabled) {
  const bool before = at::GradMode::is_enabled();
  const bool wanted = args.boolean(0);
  at::GradMode::set_enabled(wanted);
  // Inside autocast(), a weight's cast that was made without recording would cut the weight off from its gradient.
  if (wanted && !before) at::autocast::clear_cache();
  return booleanValue(args.env(), before);
}

}  // namespace

const std::vector<Export>& autogradExports() {
  static const std::vector<Export> list = {{"backward", backward},
                                           {"grad", grad},
                                           {"gradOf", gradOf},
                                           {"setGrad", setGrad},
                                           {"requiresGrad", requiresGrad},
                                           {"setRequiresGrad", setRequiresGrad},
                                           {"isLeaf", isLeaf},
                                           {"gradEnabled", gradEnabled},
                                           {"setGradEnabled", setGradEnabled}};
  return list;
}

}  // namespace egolens
