// The module: one Environment for each Node environment, and everything that JavaScript can call.
#include <malloc.h>

#include "batched_products.h"
#include "environment.h"
#include "huge_pages.h"

namespace egolens {
namespace {

// glibc's default of a fresh mapping for each large block costs a storm of page faults every training step.
void tuneMalloc() {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, static_cast<int>(2147483647));
  mallopt(M_TOP_PAD, 256 << 20);
  // Node's helper threads would each fill an arena of their own over thousands of steps.
  mallopt(M_ARENA_MAX, 1);
#if !defined(__SANITIZE_ADDRESS__)
  hugePages().begin();
#endif
}

// setErrorClass(TorchError): the class of every error thrown from here.
EGOLENS_FUNCTION(setErrorClass) {
  napi_create_reference(args.env(), args[0], 1, &args.environment().errorClass);
  return nullptr;
}

void cleanUp(void* data) {
  auto* environment = static_cast<Environment*>(data);
  closeDistributed(*environment);
  environment->stack.clear();
  environment->operators.clear();
  environment->tensors.clear();
  environment->generators.clear();
  environment->files.clear();
  environment->buffers->close();
}

void add(napi_env env, napi_value exports, Environment* environment, const std::vector<Export>& list) {
  for (const Export& entry : list) {
    napi_value function;
    napi_create_function(env, entry.name, NAPI_AUTO_LENGTH, entry.callback, environment, &function);
    napi_set_named_property(env, exports, entry.name, function);
  }
}

napi_value initialise(napi_env env, napi_value exports) {
  auto* environment = new Environment();
  environment->env = env;
  environment->buffers = std::make_shared<BufferKeeper>();
  environment->buffers->env = env;
  environment->buffers->thread = std::this_thread::get_id();
  environment->stack.reserve(32);
  napi_set_instance_data(
      env, environment, [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); }, nullptr);
  napi_add_env_cleanup_hook(env, cleanUp, environment);
  static const std::vector<Export> own = {{"setErrorClass", setErrorClass}};
  for (const auto* list : {&own, &callExports(), &tensorExports(), &autogradExports(), &runtimeExports(),
                           &mappedFileExports(), &memoryExports(), &picturesExports(), &distributedExports()}) {
    add(env, exports, environment, *list);
  }
  return exports;
}

}  // namespace
}  // namespace egolens

NAPI_MODULE_INIT() {
  static std::once_flag once;
  std::call_once(once, [] {
    egolens::tuneMalloc();
    egolens::installCountingAllocator();
    egolens::registerBatchedProducts();
  });
  return egolens::initialise(env, exports);
}
