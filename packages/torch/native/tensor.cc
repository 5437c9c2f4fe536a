// What a tensor is (shape, dtype, device) and its way from and to JavaScript's buffers.
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cstring>

#include "convert.h"
#include "environment.h"

namespace egolens {
namespace {

EGOLENS_FUNCTION(release) {
  args.environment().tensors.remove(args.number(0));
  return nullptr;
}

// releaseMany(handles: Float64Array, count): the end of a scope.
EGOLENS_FUNCTION(releaseMany) {
  Environment& environment = args.environment();
  void* data = nullptr;
  size_t length = 0;
  napi_typedarray_type type;
  if (napi_get_typedarray_info(args.env(), args[0], &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != napi_float64_array) {
    fail("BadArgument", "a Float64Array of handles is expected");
  }
  const auto* handles = static_cast<const double*>(data);
  const auto count = std::min(length, static_cast<size_t>(std::max<int64_t>(0, args.integer(1))));
  for (size_t i = 0; i < count; ++i) environment.tensors.remove(handles[i]);
  environment.buffers->collect();
  return nullptr;
}

EGOLENS_FUNCTION(isLive) { return booleanValue(args.env(), args.environment().tensors.find(args.number(0)) != nullptr); }

EGOLENS_FUNCTION(shape) { return integersValue(args.env(), args.tensor(0, "shape").sizes()); }

EGOLENS_FUNCTION(strides) { return integersValue(args.env(), args.tensor(0, "strides").strides()); }

EGOLENS_FUNCTION(numel) { return numberValue(args.env(), static_cast<double>(args.tensor(0, "numel").numel())); }

EGOLENS_FUNCTION(ndim) { return numberValue(args.env(), static_cast<double>(args.tensor(0, "ndim").dim())); }

EGOLENS_FUNCTION(dtype) { return numberValue(args.env(), static_cast<double>(args.tensor(0, "dtype").scalar_type())); }

EGOLENS_FUNCTION(device) { return textValue(args.env(), args.tensor(0, "device").device().str()); }

EGOLENS_FUNCTION(isContiguous) { return booleanValue(args.env(), args.tensor(0, "isContiguous").is_contiguous()); }

EGOLENS_FUNCTION(item) {
  const at::Tensor tensor = args.tensor(0, "item");
  if (tensor.numel() != 1) {
    fail("BadArgument", "item: the tensor has " + std::to_string(tensor.numel()) + " elements, one is needed", "item");
  }
  return scalarValue(args.env(), tensor.item());
}

// read(handle): an ArrayBuffer with a contiguous copy of the elements.
EGOLENS_FUNCTION(read) {
  const at::Tensor tensor = args.tensor(0, "toTypedArray").detach().cpu().contiguous();
  void* data = nullptr;
  napi_value buffer;
  if (napi_create_arraybuffer(args.env(), tensor.nbytes(), &data, &buffer) != napi_ok) {
    fail("OutOfMemory", "toTypedArray: no memory for " + std::to_string(tensor.nbytes()) + " bytes", "toTypedArray");
  }
  if (tensor.nbytes() > 0) std::memcpy(data, tensor.data_ptr(), tensor.nbytes());
  return buffer;
}

// view(handle): an ArrayBuffer over the tensor's own memory, which it keeps alive.
EGOLENS_FUNCTION(view) {
  const at::Tensor tensor = args.tensor(0, "dataView");
  if (!tensor.device().is_cpu() || !tensor.is_contiguous()) {
    fail("BadArgument", "dataView: the tensor must be contiguous and on the CPU; toTypedArray() copies any tensor", "dataView");
  }
  napi_value buffer;
  if (tensor.nbytes() == 0) {
    void* data = nullptr;
    napi_create_arraybuffer(args.env(), 0, &data, &buffer);
    return buffer;
  }
  auto* owner = new at::Tensor(tensor);
  const auto finalize = [](napi_env, void*, void* hint) { delete static_cast<at::Tensor*>(hint); };
  if (napi_create_external_arraybuffer(args.env(), tensor.data_ptr(), tensor.nbytes(), finalize, owner, &buffer) != napi_ok) {
    delete owner;
    fail("BadArgument", "dataView: this JavaScript engine has no external buffers; use toTypedArray()", "dataView");
  }
  return buffer;
}

int64_t product(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) {
    if (size < 0) fail("BadArgument", "fromTypedArray: a size is negative", "fromTypedArray");
    if (__builtin_mul_overflow(count, size, &count)) {
      fail("BadArgument", "fromTypedArray: the shape is too large", "fromTypedArray");
    }
  }
  return count;
}

// fromData(typedArray, shape, dtype, copy): without copy the tensor keeps the JavaScript buffer referenced.
EGOLENS_FUNCTION(fromData) {
  Environment& environment = args.environment();
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  napi_value buffer;
  size_t offset = 0;
  if (napi_get_typedarray_info(args.env(), args[0], &type, &length, &data, &buffer, &offset) != napi_ok) {
    fail("BadArgument", "fromTypedArray: the data is no typed array", "fromTypedArray");
  }
  const std::vector<int64_t> shape = args.integers(1);
  const auto options = at::TensorOptions().dtype(readDtype(args.env(), args[2]));
  const int64_t count = product(shape);
  if (static_cast<int64_t>(length) != count) {
    fail("BadArgument",
         "fromTypedArray: the shape needs " + std::to_string(count) + " elements, the array has " + std::to_string(length),
         "fromTypedArray");
  }
  environment.buffers->collect();
  if (count == 0 || args.boolean(3)) {
    at::Tensor tensor = at::empty(shape, options);
    if (count > 0) std::memcpy(tensor.data_ptr(), data, tensor.nbytes());
    return tensorValue(environment, std::move(tensor));
  }
  napi_ref reference;
  napi_create_reference(args.env(), args[0], 1, &reference);
  auto keeper = environment.buffers;
  return tensorValue(environment, at::from_blob(
                                      data, shape, [keeper, reference](void*) { keeper->release(reference); }, options));
}

}  // namespace

const std::vector<Export>& tensorExports() {
  static const std::vector<Export> list = {
      {"release", release}, {"releaseMany", releaseMany}, {"isLive", isLive},
      {"shape", shape},     {"strides", strides},         {"numel", numel},
      {"ndim", ndim},       {"dtype", dtype},             {"device", device},
      {"item", item},       {"isContiguous", isContiguous}, {"read", read},
      {"view", view},       {"fromData", fromData}};
  return list;
}

}  // namespace egolens
