#include "convert.h"

#include <algorithm>

namespace egolens {
namespace {

const char* wanted(Kind kind) {
  switch (kind) {
    case Kind::tensor:
      return "a tensor";
    case Kind::scalar:
      return "a number or a boolean";
    case Kind::integer:
      return "a whole number";
    case Kind::real:
      return "a number";
    case Kind::boolean:
      return "a boolean";
    case Kind::text:
      return "a string";
    case Kind::dtype:
      return "a dtype";
    case Kind::device:
      return "a device";
    case Kind::generator:
      return "a Generator";
    case Kind::tensors:
      return "an array of tensors";
    case Kind::optionalTensors:
      return "an array of tensors or null";
    case Kind::integers:
      return "an array of whole numbers";
    case Kind::reals:
      return "an array of numbers";
    case Kind::booleans:
      return "an array of booleans";
    case Kind::scalars:
      return "an array of numbers";
    default:
      return "a type that JavaScript cannot give";
  }
}

struct Place {
  const Operator& op;
  size_t position;

  std::string argument() const { return op.handle->schema().arguments()[position].name(); }

  [[noreturn]] void mismatch(Kind kind) const {
    fail("BadArgument", op.name + ": argument '" + argument() + "' must be " + wanted(kind), op.name);
  }
  [[noreturn]] void disposed() const {
    fail("TensorDisposed",
         op.name + ": the tensor given as '" + argument() +
             "' was disposed before this call; return it from its scope, or keep() it",
         op.name);
  }
};

c10::Scalar readScalar(napi_env env, napi_value value, const Place& place, Kind kind) {
  double number = 0;
  if (napi_get_value_double(env, value, &number) == napi_ok) {
    return isWhole(number) ? c10::Scalar(static_cast<int64_t>(number)) : c10::Scalar(number);
  }
  bool boolean = false;
  if (napi_get_value_bool(env, value, &boolean) == napi_ok) return c10::Scalar(boolean);
  int64_t big = 0;
  bool lossless = false;
  if (napi_get_value_bigint_int64(env, value, &big, &lossless) == napi_ok && lossless) return c10::Scalar(big);
  place.mismatch(kind);
}

int64_t readInteger(napi_env env, napi_value value, const Place& place, Kind kind) {
  double number = 0;
  if (napi_get_value_double(env, value, &number) == napi_ok && isWhole(number)) return static_cast<int64_t>(number);
  int64_t big = 0;
  bool lossless = false;
  if (napi_get_value_bigint_int64(env, value, &big, &lossless) == napi_ok && lossless) return big;
  place.mismatch(kind);
}

double readReal(napi_env env, napi_value value, const Place& place, Kind kind) {
  double number = 0;
  if (napi_get_value_double(env, value, &number) != napi_ok) place.mismatch(kind);
  return number;
}

bool readBoolean(napi_env env, napi_value value, const Place& place, Kind kind) {
  bool boolean = false;
  if (napi_get_value_bool(env, value, &boolean) != napi_ok) place.mismatch(kind);
  return boolean;
}

const at::Tensor& readTensor(Environment& environment, napi_value value, const Place& place, Kind kind) {
  double handle = 0;
  if (napi_get_value_double(environment.env, value, &handle) != napi_ok) place.mismatch(kind);
  at::Tensor* tensor = environment.tensors.find(handle);
  if (tensor == nullptr) place.disposed();
  return *tensor;
}

bool isNullish(napi_env env, napi_value value) {
  napi_valuetype type;
  napi_typeof(env, value, &type);
  return type == napi_undefined || type == napi_null;
}

template <typename Element>
c10::List<Element> emptyList() {
  return c10::List<Element>();
}

// Reads each element of an array; a single number stands for a list where the schema says int[N].
template <typename Element, typename Read>
c10::IValue readList(napi_env env, napi_value value, const Place& place, Kind kind, Read read) {
  c10::List<Element> list = emptyList<Element>();
  uint32_t length = 0;
  if (napi_get_array_length(env, value, &length) == napi_ok) {
    list.reserve(length);
    for (uint32_t i = 0; i < length; ++i) {
      napi_value element;
      napi_get_element(env, value, i, &element);
      list.push_back(read(element));
    }
    return list;
  }
  napi_valuetype type;
  napi_typeof(env, value, &type);
  if (type != napi_number || kind == Kind::tensors || kind == Kind::optionalTensors) place.mismatch(kind);
  const int32_t repeat = std::max(1, place.op.parameters[place.position].repeat);
  for (int32_t i = 0; i < repeat; ++i) list.push_back(read(value));
  return list;
}

c10::IValue readList(Environment& environment, napi_value value, const Place& place, Kind kind) {
  napi_env env = environment.env;
  switch (kind) {
    case Kind::tensors:
      return readList<at::Tensor>(env, value, place, kind, [&](napi_value element) {
        return readTensor(environment, element, place, kind);
      });
    case Kind::optionalTensors: {
      using Element = typename std::decay<decltype(std::declval<c10::IValue>().toOptionalTensorList().get(0))>::type;
      return readList<Element>(env, value, place, kind, [&](napi_value element) {
        return isNullish(env, element) ? Element() : Element(readTensor(environment, element, place, kind));
      });
    }
    case Kind::integers:
      return readList<int64_t>(env, value, place, kind,
                               [&](napi_value element) { return readInteger(env, element, place, kind); });
    case Kind::reals:
      return readList<double>(env, value, place, kind,
                              [&](napi_value element) { return readReal(env, element, place, kind); });
    case Kind::booleans:
      return readList<bool>(env, value, place, kind,
                            [&](napi_value element) { return readBoolean(env, element, place, kind); });
    default: {
      // A list of scalars is a generic list of numbers; only this one is built without a typed element.
      c10::impl::GenericList list(c10::NumberType::get());
      uint32_t length = 0;
      if (napi_get_array_length(env, value, &length) != napi_ok) place.mismatch(kind);
      for (uint32_t i = 0; i < length; ++i) {
        napi_value element;
        napi_get_element(env, value, i, &element);
        list.push_back(c10::IValue(readScalar(env, element, place, kind)));
      }
      return list;
    }
  }
}

c10::IValue readOther(Environment& environment, napi_value value, const Place& place, Kind kind) {
  napi_env env = environment.env;
  switch (kind) {
    case Kind::text:
      return readText(env, value);
    case Kind::dtype:
      return static_cast<int64_t>(readDtype(env, value));
    case Kind::device:
      return c10::Device(readText(env, value));
    case Kind::generator: {
      double handle = 0;
      if (napi_get_value_double(env, value, &handle) != napi_ok) place.mismatch(kind);
      at::Generator* generator = environment.generators.find(handle);
      if (generator == nullptr) fail("GeneratorDisposed", place.op.name + ": the generator was disposed", place.op.name);
      return *generator;
    }
    case Kind::unsupported:
      place.mismatch(kind);
    default:
      return readList(environment, value, place, kind);
  }
}

napi_value valueOf(Environment& environment, c10::IValue value) {
  napi_env env = environment.env;
  if (value.isTensor()) return tensorValue(environment, std::move(value).toTensor());
  if (value.isNone()) return nullValue(env);
  if (value.isBool()) return booleanValue(env, value.toBool());
  if (value.isInt()) return numberValue(env, static_cast<double>(value.toInt()));
  if (value.isDouble()) return numberValue(env, value.toDouble());
  if (value.isString()) return textValue(env, value.toStringRef());
  if (value.isScalar()) return scalarValue(env, value.toScalar());
  if (value.isDevice()) return textValue(env, value.toDevice().str());
  if (value.isList() || value.isTuple()) {
    std::vector<c10::IValue> elements;
    if (value.isTuple()) {
      for (const c10::IValue& element : value.toTupleRef().elements()) elements.push_back(element);
    } else {
      const auto list = value.toList();
      for (size_t i = 0; i < list.size(); ++i) elements.push_back(list.get(i));
    }
    napi_value array;
    napi_create_array_with_length(env, elements.size(), &array);
    for (size_t i = 0; i < elements.size(); ++i) {
      napi_set_element(env, array, static_cast<uint32_t>(i), valueOf(environment, std::move(elements[i])));
    }
    return array;
  }
  fail("BadArgument", "a result of type " + value.tagKind() + " has no JavaScript form");
}

struct DtypeName {
  at::ScalarType type;
  const char* name;
};

const DtypeName dtypeNames[] = {
    {at::kFloat, "float32"}, {at::kDouble, "float64"}, {at::kHalf, "float16"}, {at::kBFloat16, "bfloat16"},
    {at::kLong, "int64"},    {at::kInt, "int32"},      {at::kShort, "int16"},  {at::kChar, "int8"},
    {at::kByte, "uint8"},    {at::kBool, "bool"}};

}  // namespace

const char* dtypeName(at::ScalarType type) {
  for (const DtypeName& entry : dtypeNames) {
    if (entry.type == type) return entry.name;
  }
  return c10::toString(type);
}

// A dtype travels as its name or as libtorch's own number.
at::ScalarType readDtype(napi_env env, napi_value value) {
  double code = 0;
  if (napi_get_value_double(env, value, &code) == napi_ok) {
    for (const DtypeName& entry : dtypeNames) {
      if (code == static_cast<double>(entry.type)) return entry.type;
    }
    fail("BadArgument", std::to_string(code) + " is not the number of a dtype");
  }
  const std::string name = readText(env, value);
  for (const DtypeName& entry : dtypeNames) {
    if (name == entry.name) return entry.type;
  }
  fail("BadArgument", "'" + name + "' is not a dtype: float32, float64, float16, bfloat16, int64, int32, int16, int8, uint8 or bool");
}

napi_value scalarValue(napi_env env, const c10::Scalar& scalar) {
  if (scalar.isBoolean()) return booleanValue(env, scalar.toBool());
  if (scalar.isIntegral(false)) return numberValue(env, static_cast<double>(scalar.toLong()));
  return numberValue(env, scalar.toDouble());
}

void pushArgument(std::vector<c10::IValue>& stack, Arguments& args, size_t index, const Operator& op, size_t position) {
  Environment& environment = args.environment();
  napi_env env = environment.env;
  const Parameter& parameter = op.parameters[position];
  const Place place{op, position};
  if (index < args.count()) {
    napi_value value = args[index];
    if (parameter.kind == Kind::tensor) {
      double handle = 0;
      if (napi_get_value_double(env, value, &handle) == napi_ok) {
        at::Tensor* tensor = environment.tensors.find(handle);
        if (tensor == nullptr) place.disposed();
        stack.emplace_back(*tensor);
        return;
      }
    }
    napi_valuetype type;
    napi_typeof(env, value, &type);
    if (type == napi_null) {
      if (!parameter.optional) place.mismatch(parameter.kind);
      stack.emplace_back();
      return;
    }
    if (type != napi_undefined) {
      switch (parameter.kind) {
        case Kind::tensor:
          place.mismatch(parameter.kind);
        case Kind::scalar:
          stack.emplace_back(readScalar(env, value, place, parameter.kind));
          return;
        case Kind::integer:
          stack.emplace_back(readInteger(env, value, place, parameter.kind));
          return;
        case Kind::real:
          stack.emplace_back(readReal(env, value, place, parameter.kind));
          return;
        case Kind::boolean:
          stack.emplace_back(readBoolean(env, value, place, parameter.kind));
          return;
        default:
          stack.push_back(readOther(environment, value, place, parameter.kind));
          return;
      }
    }
  }
  if (parameter.hasDefault) {
    stack.push_back(parameter.fallback);
  } else if (parameter.optional) {
    stack.emplace_back();
  } else {
    fail("BadArgument", op.name + ": argument '" + place.argument() + "' is missing", op.name);
  }
}

napi_value resultValue(Environment& environment, std::vector<c10::IValue>& stack) {
  if (stack.empty()) return undefinedValue(environment.env);
  if (stack.size() == 1) {
    c10::IValue value = std::move(stack.back());
    stack.clear();
    return valueOf(environment, std::move(value));
  }
  napi_value array;
  napi_create_array_with_length(environment.env, stack.size(), &array);
  for (size_t i = 0; i < stack.size(); ++i) {
    napi_set_element(environment.env, array, static_cast<uint32_t>(i), valueOf(environment, std::move(stack[i])));
  }
  stack.clear();
  return array;
}

}  // namespace egolens
