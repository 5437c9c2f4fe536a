// Arguments, results, errors: what every native function shares.
#include "environment.h"

#include <c10/util/Exception.h>

#include <new>

namespace egolens {

Environment& Environment::of(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return *static_cast<Environment*>(data);
}

void BufferKeeper::release(napi_ref reference) {
  std::lock_guard<std::mutex> lock(mutex);
  if (env == nullptr) return;
  if (std::this_thread::get_id() == thread) {
    napi_delete_reference(env, reference);
  } else {
    waiting.push_back(reference);
  }
}

void BufferKeeper::collect() {
  std::lock_guard<std::mutex> lock(mutex);
  for (napi_ref reference : waiting) napi_delete_reference(env, reference);
  waiting.clear();
}

void BufferKeeper::close() {
  collect();
  std::lock_guard<std::mutex> lock(mutex);
  env = nullptr;
}

void fail(const char* code, std::string message, std::string op) {
  throw Failure{code, std::move(message), std::move(op)};
}

void throwFailure(Environment& environment, const Failure& failure) {
  napi_env env = environment.env;
  napi_value errorClass = nullptr;
  napi_value error = nullptr;
  if (environment.errorClass != nullptr) napi_get_reference_value(env, environment.errorClass, &errorClass);
  if (errorClass == nullptr) {
    napi_throw_error(env, failure.code.c_str(), failure.message.c_str());
    return;
  }
  napi_value arguments[3] = {textValue(env, failure.code), textValue(env, failure.message),
                             failure.op.empty() ? undefinedValue(env) : textValue(env, failure.op)};
  if (napi_new_instance(env, errorClass, 3, arguments, &error) == napi_ok) napi_throw(env, error);
}

napi_value guarded(napi_env env, napi_callback_info info, const char* name, Body body) {
  try {
    Arguments args(env, info);
    return body(args);
  } catch (const Failure& failure) {
    throwFailure(Environment::of(env), failure);
  } catch (const c10::Error& error) {
    throwFailure(Environment::of(env), {"OperatorFailed", std::string(name) + ": " + error.what_without_backtrace(), name});
  } catch (const std::bad_alloc&) {
    throwFailure(Environment::of(env), {"OutOfMemory", std::string(name) + ": out of memory", name});
  } catch (const std::exception& error) {
    throwFailure(Environment::of(env), {"OperatorFailed", std::string(name) + ": " + error.what(), name});
  }
  return nullptr;
}

Arguments::Arguments(napi_env env, napi_callback_info info) : env_(env) {
  void* data = nullptr;
  napi_get_cb_info(env, info, &count_, values_, nullptr, &data);
  environment_ = static_cast<Environment*>(data);
  if (count_ > capacity) count_ = capacity;
}

napi_value Arguments::operator[](size_t index) const {
  return index < count_ ? values_[index] : undefinedValue(env_);
}

bool Arguments::isNullish(size_t index) const {
  if (index >= count_) return true;
  napi_valuetype type;
  napi_typeof(env_, values_[index], &type);
  return type == napi_undefined || type == napi_null;
}

double Arguments::number(size_t index) const {
  double value = 0;
  if (index >= count_ || napi_get_value_double(env_, values_[index], &value) != napi_ok) {
    fail("BadArgument", "argument " + std::to_string(index) + " must be a number");
  }
  return value;
}

int64_t Arguments::integer(size_t index) const {
  const double value = number(index);
  if (!isWhole(value)) fail("BadArgument", "argument " + std::to_string(index) + " must be a whole number");
  return static_cast<int64_t>(value);
}

bool Arguments::boolean(size_t index) const {
  bool value = false;
  if (index >= count_ || napi_get_value_bool(env_, values_[index], &value) != napi_ok) {
    fail("BadArgument", "argument " + std::to_string(index) + " must be a boolean");
  }
  return value;
}

std::string readText(napi_env env, napi_value value) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) {
    fail("BadArgument", "a string is expected");
  }
  std::string text(length, '\0');
  napi_get_value_string_utf8(env, value, &text[0], length + 1, &length);
  return text;
}

std::string Arguments::text(size_t index) const { return readText(env_, (*this)[index]); }

std::vector<int64_t> Arguments::integers(size_t index) const {
  uint32_t length = 0;
  if (napi_get_array_length(env_, (*this)[index], &length) != napi_ok) {
    fail("BadArgument", "argument " + std::to_string(index) + " must be an array of whole numbers");
  }
  std::vector<int64_t> values(length);
  for (uint32_t i = 0; i < length; ++i) {
    napi_value element;
    double number = 0;
    napi_get_element(env_, values_[index], i, &element);
    if (napi_get_value_double(env_, element, &number) != napi_ok || !isWhole(number)) {
      fail("BadArgument", "argument " + std::to_string(index) + " must be an array of whole numbers");
    }
    values[i] = static_cast<int64_t>(number);
  }
  return values;
}

static at::Tensor tensorOf(Environment& environment, napi_value value, const char* op) {
  double handle = 0;
  if (napi_get_value_double(environment.env, value, &handle) != napi_ok) {
    fail("BadArgument", std::string(op) + ": a tensor is expected", op);
  }
  at::Tensor* tensor = environment.tensors.find(handle);
  if (tensor == nullptr) fail("TensorDisposed", std::string(op) + ": the tensor was disposed before this call", op);
  return *tensor;
}

at::Tensor Arguments::tensor(size_t index, const char* op) const { return tensorOf(*environment_, (*this)[index], op); }

std::vector<at::Tensor> Arguments::tensors(size_t index, const char* op) const {
  uint32_t length = 0;
  if (napi_get_array_length(env_, (*this)[index], &length) != napi_ok) {
    fail("BadArgument", std::string(op) + ": an array of tensors is expected", op);
  }
  std::vector<at::Tensor> list;
  list.reserve(length);
  for (uint32_t i = 0; i < length; ++i) {
    napi_value element;
    napi_get_element(env_, values_[index], i, &element);
    list.push_back(tensorOf(*environment_, element, op));
  }
  return list;
}

napi_value undefinedValue(napi_env env) {
  napi_value value;
  napi_get_undefined(env, &value);
  return value;
}

napi_value nullValue(napi_env env) {
  napi_value value;
  napi_get_null(env, &value);
  return value;
}

napi_value numberValue(napi_env env, double number) {
  napi_value value;
  napi_create_double(env, number, &value);
  return value;
}

napi_value booleanValue(napi_env env, bool boolean) {
  napi_value value;
  napi_get_boolean(env, boolean, &value);
  return value;
}

napi_value textValue(napi_env env, const std::string& text) {
  napi_value value;
  napi_create_string_utf8(env, text.data(), text.size(), &value);
  return value;
}

napi_value integersValue(napi_env env, c10::ArrayRef<int64_t> values) {
  napi_value array;
  napi_create_array_with_length(env, values.size(), &array);
  for (size_t i = 0; i < values.size(); ++i) {
    napi_set_element(env, array, static_cast<uint32_t>(i), numberValue(env, static_cast<double>(values[i])));
  }
  return array;
}

napi_value tensorValue(Environment& environment, at::Tensor tensor) {
  if (!tensor.defined()) return nullValue(environment.env);
  const double handle = environment.tensors.add(std::move(tensor));
  if (handle == 0) fail("OutOfMemory", "more than 16 million tensors are live: dispose them, or work inside scope()");
  return numberValue(environment.env, handle);
}

}  // namespace egolens
