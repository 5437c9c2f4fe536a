// libtorch's own collectives, and their differences between 1.13 and 2.x. Apart from compat.h, since its headers are
// heavy and one source file alone needs them. EGOLENS_GLOO and EGOLENS_NCCL come from the build, which looks for the
// headers of the libraries that this very libtorch was built with.
#pragma once

#include "compat.h"

#if defined(EGOLENS_GLOO) && !defined(USE_C10D_GLOO)
#define USE_C10D_GLOO
#endif
#if defined(EGOLENS_NCCL) && !defined(USE_C10D_NCCL)
#define USE_C10D_NCCL
#endif

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#if defined(EGOLENS_GLOO)
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#endif
#if defined(EGOLENS_NCCL)
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#include <string>

namespace egolens {
namespace c10d_compat {

// What runs collectives: 2.0 split it off from ProcessGroup.
#if EGOLENS_TORCH_AT_LEAST(2, 0)
using Backend = c10d::Backend;
#else
using Backend = c10d::ProcessGroup;
#endif

using StorePtr = c10::intrusive_ptr<c10d::Store>;
using BackendPtr = c10::intrusive_ptr<Backend>;
using WorkPtr = c10::intrusive_ptr<c10d::Work>;

inline StorePtr openStore(const std::string& host, uint16_t port, bool server, std::chrono::milliseconds timeout) {
  c10d::TCPStoreOptions options;
  options.port = port;
  options.isServer = server;
  options.waitWorkers = false;
  options.timeout = timeout;
  return c10::make_intrusive<c10d::TCPStore>(host, options);
}

#if defined(EGOLENS_GLOO)
// `address` is the one of this machine by which the others reach it; `interface`, where given, comes first.
inline BackendPtr openGloo(const StorePtr& store, int rank, int size, std::chrono::milliseconds timeout,
                           const std::string& address, const std::string& interface) {
  auto options = c10d::ProcessGroupGloo::Options::create(timeout);
  options->devices.push_back(interface.empty() ? c10d::ProcessGroupGloo::createDeviceForHostname(address)
                                               : c10d::ProcessGroupGloo::createDeviceForInterface(interface));
  return c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, size, options);
}
#endif

#if defined(EGOLENS_NCCL)
inline BackendPtr openNccl(const StorePtr& store, int rank, int size, std::chrono::milliseconds timeout) {
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = timeout;
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rank, size, options);
}
#endif

}  // namespace c10d_compat
}  // namespace egolens
