// The differences between libtorch 1.13 and 2.x that this add-on meets, in one place.
#pragma once

#include <ATen/Context.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <torch/version.h>

#define EGOLENS_TORCH_AT_LEAST(major, minor) \
  (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

#if !EGOLENS_TORCH_AT_LEAST(1, 13)
#error "libtorch 1.13 or later is needed"
#endif

#if EGOLENS_TORCH_AT_LEAST(2, 9)
#include <c10/core/CachingDeviceAllocator.h>
#define EGOLENS_DEVICE_STATS 1
#elif defined(EGOLENS_CUDA) && __has_include(<cuda_runtime_api.h>)
#include <c10/cuda/CUDACachingAllocator.h>
#define EGOLENS_CUDA_STATS 1
#endif

// Only these functions are needed of ATen/autocast_mode.h, which pulls in the whole operator registration library.
namespace at {
namespace autocast {
TORCH_API void clear_cache();
TORCH_API int increment_nesting();
TORCH_API int decrement_nesting();
#if EGOLENS_TORCH_AT_LEAST(2, 4)
TORCH_API bool is_autocast_enabled(at::DeviceType device_type);
TORCH_API void set_autocast_enabled(at::DeviceType device_type, bool enabled);
TORCH_API at::ScalarType get_autocast_dtype(at::DeviceType device_type);
TORCH_API void set_autocast_dtype(at::DeviceType device_type, at::ScalarType dtype);
#else
TORCH_API bool is_enabled();
TORCH_API void set_enabled(bool enabled);
TORCH_API bool is_cpu_enabled();
TORCH_API void set_cpu_enabled(bool enabled);
TORCH_API at::ScalarType get_autocast_gpu_dtype();
TORCH_API at::ScalarType get_autocast_cpu_dtype();
TORCH_API void set_autocast_gpu_dtype(at::ScalarType dtype);
TORCH_API void set_autocast_cpu_dtype(at::ScalarType dtype);
#endif
}  // namespace autocast
}  // namespace at

namespace egolens {

// c10::optional became std::optional; this names whichever the dispatcher uses.
using MaybeOperator =
    decltype(std::declval<c10::Dispatcher&>().findSchema(std::declval<const c10::OperatorName&>()));

namespace compat {

struct AutocastState {
  bool enabled;
  at::ScalarType dtype;
};

inline AutocastState autocast(at::DeviceType device) {
#if EGOLENS_TORCH_AT_LEAST(2, 4)
  return {at::autocast::is_autocast_enabled(device), at::autocast::get_autocast_dtype(device)};
#else
  if (device == at::DeviceType::CPU) return {at::autocast::is_cpu_enabled(), at::autocast::get_autocast_cpu_dtype()};
  return {at::autocast::is_enabled(), at::autocast::get_autocast_gpu_dtype()};
#endif
}

// The type first: one that the device does not have is refused, and must leave autocast as it was.
inline void setAutocast(at::DeviceType device, AutocastState state) {
#if EGOLENS_TORCH_AT_LEAST(2, 4)
  at::autocast::set_autocast_dtype(device, state.dtype);
  at::autocast::set_autocast_enabled(device, state.enabled);
#else
  if (device == at::DeviceType::CPU) {
    at::autocast::set_autocast_cpu_dtype(state.dtype);
    at::autocast::set_cpu_enabled(state.enabled);
  } else {
    at::autocast::set_autocast_gpu_dtype(state.dtype);
    at::autocast::set_enabled(state.enabled);
  }
#endif
}

inline bool hasCuda() { return at::globalContext().hasCUDA(); }

struct DeviceBytes {
  int64_t current = 0;
  int64_t peak = 0;
};

// Statistics of the CUDA caching allocator; zeros where libtorch has no CUDA or its headers were absent at build time.
inline DeviceBytes cudaBytes(int index, bool resetPeak) {
  if (!hasCuda()) return {};
#if defined(EGOLENS_DEVICE_STATS)
  auto* allocator = dynamic_cast<c10::DeviceAllocator*>(c10::GetAllocator(c10::DeviceType::CUDA));
  if (allocator == nullptr || !allocator->initialized()) return {};
  if (resetPeak) allocator->resetPeakStats(static_cast<c10::DeviceIndex>(index));
  const auto bytes = allocator->getDeviceStats(static_cast<c10::DeviceIndex>(index)).allocated_bytes[0];
  return {bytes.current, bytes.peak};
#elif defined(EGOLENS_CUDA_STATS)
  if (resetPeak) c10::cuda::CUDACachingAllocator::resetPeakStats(index);
  const auto bytes = c10::cuda::CUDACachingAllocator::getDeviceStats(index).allocated_bytes[0];
  return {bytes.current, bytes.peak};
#else
  (void)index;
  (void)resetPeak;
  return {};
#endif
}

}  // namespace compat
}  // namespace egolens
