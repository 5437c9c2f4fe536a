// The one entry for every operator: look it up in the dispatcher, convert by its schema, call it boxed.
#include "convert.h"
#include "environment.h"

namespace egolens {
namespace {

Kind kindOfElement(const c10::TypePtr& element) {
  switch (element->kind()) {
    case c10::TypeKind::TensorType:
      return Kind::tensors;
    case c10::TypeKind::OptionalType:
      return element->castRaw<c10::OptionalType>()->getElementType()->kind() == c10::TypeKind::TensorType
                 ? Kind::optionalTensors
                 : Kind::unsupported;
    case c10::TypeKind::IntType:
      return Kind::integers;
    case c10::TypeKind::FloatType:
      return Kind::reals;
    case c10::TypeKind::BoolType:
      return Kind::booleans;
    case c10::TypeKind::NumberType:
      return Kind::scalars;
    default:
      return Kind::unsupported;
  }
}

// The schema's own type says what the kernel unboxes; the real type tells a dtype from a plain integer.
Kind kindOf(const c10::TypePtr& type, const std::string& real) {
  if (real.rfind("ScalarType", 0) == 0) return Kind::dtype;
  switch (type->kind()) {
    case c10::TypeKind::TensorType:
      return Kind::tensor;
    case c10::TypeKind::NumberType:
      return Kind::scalar;
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType:
      return Kind::integer;
    case c10::TypeKind::FloatType:
      return Kind::real;
    case c10::TypeKind::BoolType:
      return Kind::boolean;
    case c10::TypeKind::StringType:
      return Kind::text;
    case c10::TypeKind::DeviceObjType:
      return Kind::device;
    case c10::TypeKind::GeneratorType:
      return Kind::generator;
    case c10::TypeKind::ListType:
      return kindOfElement(type->castRaw<c10::ListType>()->getElementType());
    default:
      return Kind::unsupported;
  }
}

Parameter prepare(const c10::Argument& argument) {
  c10::TypePtr type = argument.type();
  bool optional = false;
  if (type->kind() == c10::TypeKind::OptionalType) {
    optional = true;
    type = type->castRaw<c10::OptionalType>()->getElementType();
  }
  Parameter parameter;
  parameter.kind = kindOf(type, argument.real_type()->str());
  parameter.optional = optional;
  parameter.repeat = argument.N() ? static_cast<int32_t>(*argument.N()) : 0;
  parameter.hasDefault = argument.default_value().has_value();
  if (parameter.hasDefault) parameter.fallback = *argument.default_value();
  return parameter;
}

std::string describe(const at::Tensor& tensor) {
  if (!tensor.defined()) return "undefined";
  std::string text = dtypeName(tensor.scalar_type());
  text += " [";
  for (int64_t i = 0; i < tensor.dim(); ++i) text += (i > 0 ? ", " : "") + std::to_string(tensor.size(i));
  text += "]";
  if (!tensor.device().is_cpu()) text += " on " + tensor.device().str();
  return text;
}

// The tensors of a failed call, read again from the arguments because the kernel has consumed the stack.
std::string describeArguments(Arguments& args, const Operator& op, const c10::FunctionSchema& schema) {
  std::string text;
  for (size_t i = 0; i < op.parameters.size() && i + 1 < args.count(); ++i) {
    const std::string& name = schema.arguments()[i].name();
    const Kind kind = op.parameters[i].kind;
    try {
      if (args.isNullish(i + 1)) continue;
      if (kind == Kind::tensor) {
        text += (text.empty() ? "" : ", ") + name + ": " + describe(args.tensor(i + 1, ""));
      } else if (kind == Kind::tensors) {
        text += (text.empty() ? "" : ", ") + name + ": (";
        size_t shown = 0;
        for (const at::Tensor& tensor : args.tensors(i + 1, "")) {
          if (shown == 8) {
            text += ", ...";
            break;
          }
          text += (shown++ > 0 ? ", " : "") + describe(tensor);
        }
        text += ")";
      }
    } catch (const Failure&) {
      continue;
    }
  }
  return text;
}

std::string firstParagraph(const std::string& message) {
  const size_t end = message.find("\nException raised from");
  return end == std::string::npos ? message : message.substr(0, end);
}

[[noreturn]] void failCall(Arguments& args, const Operator& op, const std::string& reason, const char* code) {
  const std::string tensors = describeArguments(args, op, op.handle->schema());
  std::string message = op.name + ": " + firstParagraph(reason);
  while (!message.empty() && message.back() == '\n') message.pop_back();
  if (!tensors.empty()) message += " (" + tensors + ")";
  fail(code, message, op.name);
}

// op(name, overload): the number by which call() knows the operator. An absent one gets a number too, so that the
// error comes with its name when it is called, not when the package is loaded.
EGOLENS_FUNCTION(op) {
  Environment& environment = args.environment();
  const std::string name = args.text(0);
  const std::string overload = args.text(1);
  Operator entry;
  entry.name = overload.empty() ? name : name + "." + overload;
  entry.handle = c10::Dispatcher::singleton().findSchema({name, overload});
  if (entry.handle) {
    for (const c10::Argument& argument : entry.handle->schema().arguments()) {
      entry.parameters.push_back(prepare(argument));
    }
  }
  environment.operators.push_back(std::move(entry));
  return numberValue(args.env(), static_cast<double>(environment.operators.size() - 1));
}

EGOLENS_FUNCTION(schema) {
  const auto handle = c10::Dispatcher::singleton().findSchema({args.text(0), args.text(1)});
  if (!handle) return nullValue(args.env());
  std::string text = c10::toString(handle->schema());
  return textValue(args.env(), text);
}

EGOLENS_FUNCTION(operatorNames) {
  const auto names = c10::Dispatcher::singleton().getAllOpNames();
  napi_value list;
  napi_create_array_with_length(args.env(), names.size(), &list);
  uint32_t index = 0;
  for (const c10::OperatorName& name : names) {
    const std::string full = name.overload_name.empty() ? name.name : name.name + "." + name.overload_name;
    napi_set_element(args.env(), list, index++, textValue(args.env(), full));
  }
  return list;
}

napi_value invoke(Arguments& args, bool wantsResult) {
  Environment& environment = args.environment();
  const auto id = static_cast<uint64_t>(args.integer(0));
  if (id >= environment.operators.size()) fail("NoSuchOperator", "no operator has this number");
  const Operator& op = environment.operators[id];
  if (!op.handle) {
    fail("NoSuchOperator", op.name + " is not in libtorch " TORCH_VERSION "; hasOp() tells before the call", op.name);
  }
  std::vector<c10::IValue>& stack = environment.stack;
  stack.clear();
  try {
    for (size_t i = 0; i < op.parameters.size(); ++i) pushArgument(stack, args, i + 1, op, i);
    op.handle->callBoxed(stack);
    if (wantsResult) return resultValue(environment, stack);
    stack.clear();
    return nullptr;
  } catch (const Failure&) {
    stack.clear();
    throw;
  } catch (const c10::Error& error) {
    stack.clear();
    const std::string reason = error.what_without_backtrace();
    const bool memory = reason.find("out of memory") != std::string::npos || reason.find("can't allocate") != std::string::npos;
    failCall(args, op, reason, memory ? "OutOfMemory" : "OperatorFailed");
  } catch (const std::exception& error) {
    stack.clear();
    failCall(args, op, error.what(), "OperatorFailed");
  }
}

// call(op, ...arguments): the results. run(op, ...arguments): none, for operators that change their first argument.
EGOLENS_FUNCTION(call) { return invoke(args, true); }

EGOLENS_FUNCTION(run) { return invoke(args, false); }

}  // namespace

const std::vector<Export>& callExports() {
  static const std::vector<Export> list = {
      {"op", op}, {"schema", schema}, {"operatorNames", operatorNames}, {"call", call}, {"run", run}};
  return list;
}

}  // namespace egolens
