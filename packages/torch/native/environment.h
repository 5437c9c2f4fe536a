// What one Node environment (the main thread, or one worker) owns: its tensors, operators, generators and maps.
#pragma once

#include <node_api.h>

#include <cmath>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "compat.h"
#include "handles.h"
#include "operator.h"

namespace egolens {

// References to JavaScript buffers whose tensors were freed. Those freed on another thread wait here until the
// environment's own thread collects them, because Node-API calls are only allowed there.
struct BufferKeeper {
  std::mutex mutex;
  napi_env env = nullptr;
  std::thread::id thread;
  std::vector<napi_ref> waiting;

  void release(napi_ref reference);
  void collect();
  void close();
};

class MappedFile;
struct Distributed;

struct Environment {
  napi_env env = nullptr;
  napi_ref errorClass = nullptr;
  HandleTable<at::Tensor> tensors;
  HandleTable<at::Generator> generators;
  HandleTable<std::shared_ptr<MappedFile>> files;
  std::vector<Operator> operators;
  std::vector<c10::IValue> stack;
  std::shared_ptr<BufferKeeper> buffers;
  int64_t reportedBytes = 0;
  // Stores, groups and collectives; null before the first.
  std::shared_ptr<Distributed> distributed;

  static Environment& of(napi_env env);
};

// An error that becomes a TorchError in JavaScript.
struct Failure {
  std::string code;
  std::string message;
  std::string op;
};

[[noreturn]] void fail(const char* code, std::string message, std::string op = "");
void throwFailure(Environment& environment, const Failure& failure);

// The arguments of a JavaScript call, converted on demand; a wrong type throws a Failure.
class Arguments {
 public:
  static constexpr size_t capacity = 32;

  Arguments(napi_env env, napi_callback_info info);

  Environment& environment() const { return *environment_; }
  napi_env env() const { return env_; }
  size_t count() const { return count_; }
  napi_value operator[](size_t index) const;

  bool isNullish(size_t index) const;
  double number(size_t index) const;
  int64_t integer(size_t index) const;
  bool boolean(size_t index) const;
  std::string text(size_t index) const;
  std::vector<int64_t> integers(size_t index) const;
  at::Tensor tensor(size_t index, const char* op) const;
  std::vector<at::Tensor> tensors(size_t index, const char* op) const;

 private:
  napi_env env_;
  Environment* environment_ = nullptr;
  size_t count_ = capacity;
  napi_value values_[capacity];
};

// A number that JavaScript counts exactly: every cast of one to int64_t is defined.
inline bool isWhole(double value) { return value == std::floor(value) && std::fabs(value) <= 9007199254740992.0; }

// JavaScript values of results.
napi_value undefinedValue(napi_env env);
napi_value nullValue(napi_env env);
napi_value numberValue(napi_env env, double value);
napi_value booleanValue(napi_env env, bool value);
napi_value textValue(napi_env env, const std::string& value);
napi_value integersValue(napi_env env, c10::ArrayRef<int64_t> values);
napi_value tensorValue(Environment& environment, at::Tensor tensor);

std::string readText(napi_env env, napi_value value);

using Body = napi_value (*)(Arguments&);

// Runs a native function and turns every C++ exception into a TorchError.
napi_value guarded(napi_env env, napi_callback_info info, const char* name, Body body);

struct Export {
  const char* name;
  napi_callback callback;
};

#define EGOLENS_FUNCTION(name)                                                \
  static napi_value name##Body(Arguments& args);                              \
  static napi_value name(napi_env env, napi_callback_info info) {             \
    return guarded(env, info, #name, name##Body);                             \
  }                                                                           \
  static napi_value name##Body([[maybe_unused]] Arguments& args)

// Each source file lists what it gives to JavaScript.
const std::vector<Export>& callExports();
const std::vector<Export>& tensorExports();
const std::vector<Export>& autogradExports();
const std::vector<Export>& runtimeExports();
const std::vector<Export>& mappedFileExports();
const std::vector<Export>& memoryExports();
const std::vector<Export>& picturesExports();
const std::vector<Export>& distributedExports();

void installCountingAllocator();
void closeDistributed(Environment& environment);

}  // namespace egolens
