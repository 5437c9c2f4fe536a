// Threads, random generators, autocast and what the process runs on.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <torch/cuda.h>

#include <limits>

#include "convert.h"
#include "environment.h"

namespace egolens {
namespace {

EGOLENS_FUNCTION(setNumThreads) {
  const int64_t count = args.integer(0);
  if (count < 1 || count > std::numeric_limits<int>::max()) {
    fail("BadArgument", "setNumThreads: " + std::to_string(count) + " is no number of threads", "setNumThreads");
  }
  at::set_num_threads(static_cast<int>(count));
  return nullptr;
}

EGOLENS_FUNCTION(numThreads) { return numberValue(args.env(), at::get_num_threads()); }

EGOLENS_FUNCTION(version) { return textValue(args.env(), TORCH_VERSION); }

EGOLENS_FUNCTION(config) { return textValue(args.env(), at::show_config()); }

EGOLENS_FUNCTION(cudaAvailable) { return booleanValue(args.env(), compat::hasCuda()); }

EGOLENS_FUNCTION(cudaDevices) {
  return numberValue(args.env(), compat::hasCuda() ? static_cast<double>(torch::cuda::device_count()) : 0);
}

// synchronize(index): waits for the work queued on a CUDA device.
EGOLENS_FUNCTION(synchronize) {
  if (compat::hasCuda()) torch::cuda::synchronize(args.integer(0));
  return nullptr;
}

EGOLENS_FUNCTION(manualSeed) {
  at::manual_seed(static_cast<uint64_t>(args.integer(0)));
  return nullptr;
}

// generator(device, seed): independent of the default one.
EGOLENS_FUNCTION(generator) {
  Environment& environment = args.environment();
  at::Generator copy = at::globalContext().defaultGenerator(c10::Device(args.text(0))).clone();
  copy.set_current_seed(static_cast<uint64_t>(args.integer(1)));
  return numberValue(args.env(), environment.generators.add(std::move(copy)));
}

// defaultGenerator(device): a handle on the generator that operators use when none is given.
EGOLENS_FUNCTION(defaultGenerator) {
  const at::Generator& shared = at::globalContext().defaultGenerator(c10::Device(args.text(0)));
  return numberValue(args.env(), args.environment().generators.add(shared));
}

at::Generator& generatorOf(Arguments& args) {
  at::Generator* generator = args.environment().generators.find(args.number(0));
  if (generator == nullptr) fail("GeneratorDisposed", "the generator was disposed");
  return *generator;
}

EGOLENS_FUNCTION(generatorSeed) { return numberValue(args.env(), static_cast<double>(generatorOf(args).current_seed())); }

EGOLENS_FUNCTION(generatorState) {
  at::Generator& generator = generatorOf(args);
  std::lock_guard<std::mutex> lock(generator.mutex());
  return tensorValue(args.environment(), generator.get_state());
}

EGOLENS_FUNCTION(setGeneratorState) {
  at::Generator& generator = generatorOf(args);
  std::lock_guard<std::mutex> lock(generator.mutex());
  generator.set_state(args.tensor(1, "setState"));
  return nullptr;
}

EGOLENS_FUNCTION(releaseGenerator) {
  args.environment().generators.remove(args.number(0));
  return nullptr;
}

// enterAutocast(device type, enabled, dtype): [enabled, dtype] as they were.
EGOLENS_FUNCTION(enterAutocast) {
  const at::DeviceType device = c10::Device(args.text(0)).type();
  const compat::AutocastState before = compat::autocast(device);
  compat::setAutocast(device, {args.boolean(1), readDtype(args.env(), args[2])});
  at::autocast::increment_nesting();
  napi_value result;
  napi_create_array_with_length(args.env(), 2, &result);
  napi_set_element(args.env(), result, 0, booleanValue(args.env(), before.enabled));
  napi_set_element(args.env(), result, 1, numberValue(args.env(), static_cast<double>(before.dtype)));
  return result;
}

// leaveAutocast(device type, enabled, dtype): the outermost one drops the casts kept of the weights.
EGOLENS_FUNCTION(leaveAutocast) {
  const at::DeviceType device = c10::Device(args.text(0)).type();
  compat::setAutocast(device, {args.boolean(1), readDtype(args.env(), args[2])});
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  return nullptr;
}

}  // namespace

const std::vector<Export>& runtimeExports() {
  static const std::vector<Export> list = {{"setNumThreads", setNumThreads},
                                           {"numThreads", numThreads},
                                           {"version", version},
                                           {"config", config},
                                           {"cudaAvailable", cudaAvailable},
                                           {"cudaDevices", cudaDevices},
                                           {"synchronize", synchronize},
                                           {"manualSeed", manualSeed},
                                           {"generator", generator},
                                           {"defaultGenerator", defaultGenerator},
                                           {"generatorSeed", generatorSeed},
                                           {"generatorState", generatorState},
                                           {"setGeneratorState", setGeneratorState},
                                           {"releaseGenerator", releaseGenerator},
                                           {"enterAutocast", enterAutocast},
                                           {"leaveAutocast", leaveAutocast}};
  return list;
}

}  // namespace egolens
